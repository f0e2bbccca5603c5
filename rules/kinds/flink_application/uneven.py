"""Why some subtasks of a slow task have more to do than others."""

from tidegate.rules.cause import Cause, Diagnosis, LeverKind
from tidegate.rules.kinds.flink_application import words
from tidegate.rules.kinds.flink_application.bottleneck import Bottleneck
from tidegate.rules.kinds.flink_application.state import FlinkApplication
from tidegate.rules.kinds.kinesis_stream.state import Stream, shard_count_of
from tidegate.rules.kinds.signals import Signals
from tidegate.rules.reason import Reason

__all__ = ["is_uneven", "uneven"]

KEY_ADVICE = (
    "one subtask processes all records of a key, so more parallelism does not help: "
    "aggregate in two steps (first by key and a random part, then by key), or filter the "
    "hot key out"
)
KEY_GROUPS_ADVICE = (
    "more parallelism helps only where no key is hot and it divides the maximum parallelism, whose "
    "key groups are then shared evenly: compare the records of its subtasks in Flink's dashboard"
)
PARTS_ADVICE = (
    "compare the records of the {parts} of {source}: split one that has more than the others, or "
    "spread its keys; where they are alike, have the source assign as many to each subtask"
)


def is_uneven(signals: Signals, found: Bottleneck) -> bool:
    """Whether the busiest subtask is at its end while the others have plenty of time."""
    limits = signals.thresholds
    is_at_its_end = found.busiest >= limits["subtask-busy"]
    return is_at_its_end and found.busy <= limits["subtasks-uneven"] * found.busiest


def uneven(
    signals: Signals, application: FlinkApplication, found: Bottleneck, age: Reason
) -> Diagnosis:
    """What its busiest subtask has more of: shards or partitions where it reads, else a key, or key
    groups where the others have only little more time."""
    sources = application.partitions or shard_count_of(signals.pipeline)
    parts = "partitions" if application.reads_kafka else "shards"
    evidence = (
        words.BUSIEST_SUBTASK(
            name=found.named(application),
            busiest=found.busiest,
            parallelism=application.parallelism,
            used=found.busy,
        ),
        age,
    )
    if sources and found.may_read and _is_by_parts(signals, application, found, sources):
        if sources < application.parallelism:
            return _source_too_narrow(signals, application, sources, parts, evidence)
        return _parts_uneven(signals, application, sources, parts, evidence)
    if found.only_reads:
        return _parts_unlike(signals, application, found, parts, evidence)
    is_plain = is_uneven(signals, found)
    advice = KEY_ADVICE if is_plain else f"{KEY_ADVICE}; {KEY_GROUPS_ADVICE}"
    return Diagnosis(Cause.SKEWED_KEY, application.name, evidence, advice=advice)


def _is_by_parts(
    signals: Signals, application: FlinkApplication, found: Bottleneck, sources: int
) -> bool:
    """Whether the subtasks are as uneven as whole shards or partitions make them."""
    limits, subtasks = signals.thresholds, application.parallelism
    even = sources / subtasks / -(-sources // subtasks)
    is_mild = even > limits["subtasks-uneven"]
    if even >= 1 or (sources > subtasks and is_mild and is_uneven(signals, found)):
        return False
    least = limits["subtasks-without-source"] * even
    return least <= found.busy / found.busiest <= 2 * least


def _parts_uneven(
    signals: Signals,
    application: FlinkApplication,
    sources: int,
    parts: str,
    evidence: tuple[Reason, ...],
) -> Diagnosis:
    uneven = words.SOURCE_PARTS_UNEVEN(
        name=signals.pipeline.source.name,
        sources=sources,
        parts=parts,
        parallelism=application.parallelism,
        most=-(-sources // application.parallelism),
        fewest=sources // application.parallelism,
    )
    cure = (LeverKind.PARALLELISM,)
    return Diagnosis(
        Cause.PARALLELISM_TOO_LOW, application.name, (uneven, *evidence), cured_by=cure
    )


def _parts_unlike(
    signals: Signals,
    application: FlinkApplication,
    found: Bottleneck,
    parts: str,
    evidence: tuple[Reason, ...],
) -> Diagnosis:
    source = signals.pipeline.source.name
    unlike = words.SOURCE_PARTS_UNLIKE(name=found.named(application), parts=parts, source=source)
    advice = PARTS_ADVICE.format(parts=parts, source=source)
    return Diagnosis(Cause.SOURCE_TOO_NARROW, source, (*evidence, unlike), advice=advice)


def _source_too_narrow(
    signals: Signals,
    application: FlinkApplication,
    sources: int,
    parts: str,
    evidence: tuple[Reason, ...],
) -> Diagnosis:
    source, stream = signals.pipeline.source, signals.pipeline.first(Stream)
    told = (
        words.SOURCE_PARTS(
            name=source.name, sources=sources, parts=parts, parallelism=application.parallelism
        ),
        *evidence,
    )
    if stream is not None and stream.is_provisioned:
        cure = (LeverKind.SHARD_COUNT,)
        return Diagnosis(Cause.SOURCE_TOO_NARROW, source.name, told, cured_by=cure)
    advice = f"give {source.name} more {parts}, or redistribute the records right after the source"
    return Diagnosis(Cause.SOURCE_TOO_NARROW, source.name, told, advice=advice)
