"""Causes that sit in a Flink application: it fails, is held back, is uneven or too small."""

from collections.abc import Iterator
from dataclasses import replace

from tidegate.rules.cause import Cause, Diagnosis, LeverKind
from tidegate.rules.kinds.flink_application import words
from tidegate.rules.kinds.flink_application.bottleneck import Bottleneck, bottleneck
from tidegate.rules.kinds.flink_application.checkpoints import checkpoint_trouble
from tidegate.rules.kinds.flink_application.failures import (
    crash_loop,
    heap_pressure,
    is_stopped,
    silent,
    stopped_applications,
)
from tidegate.rules.kinds.flink_application.job import has_just_started
from tidegate.rules.kinds.flink_application.own import own_signals
from tidegate.rules.kinds.flink_application.state import (
    RESHARD_SECONDS,
    FlinkApplication,
    applications_of,
)
from tidegate.rules.kinds.kinesis_stream.state import Stream, shard_count_of
from tidegate.rules.kinds.signals import Signals, mean
from tidegate.rules.reason import Reason

__all__ = ["application_causes"]

TRY_MORE = (
    "if the sink has room, try a quarter more parallelism: the task computes as well as it waits, "
    "and metrics can't tell which of both it lacks"
)
SINK_ADVICE = (
    "the sink is at its limit, so more parallelism would only wait for the sink: check the "
    "throttling and the limits of the sink, and write in larger batches"
)


def application_causes(signals: Signals) -> Iterator[Diagnosis]:
    """The causes of each application by itself; the first of its causes explains the others, but
    for checkpoints that fail, which keep one that is too small from its cure."""
    yield from stopped_applications(signals)
    for application in applications_of(signals.pipeline):
        if is_stopped(application):
            continue
        found = next(filter(None, map(tuple, _explanations(signals, application))), ())
        yield from found
        if any(each.cause is Cause.PARALLELISM_TOO_LOW for each in found):
            yield from checkpoint_trouble(signals, application)


def _explanations(signals: Signals, application: FlinkApplication) -> Iterator[Iterator[Diagnosis]]:
    yield silent(signals, application)
    yield heap_pressure(signals, application)
    yield crash_loop(signals, application)
    if has_just_started(signals, application) or signals.is_in_cooldown:
        return
    own = own_signals(signals, application)
    if own.age_is_sick and not own.is_throttled_downstream(application):
        yield _too_slow(own, application)
    yield checkpoint_trouble(signals, application)


def _too_slow(signals: Signals, application: FlinkApplication) -> Iterator[Diagnosis]:
    """By the task that holds the others up, where one is known."""
    found = bottleneck(signals, application)
    if found is None:
        yield from _held_back(signals, application)
    elif _is_uneven(signals, found):
        if not signals.changed_within(RESHARD_SECONDS):
            yield _uneven(signals, application, found)
    elif found.waits and found.may_write:
        yield _sink_waits(signals, application, found)
        if not found.needs_no_cpu:
            doubtful = _too_low(signals, application, found)
            yield replace(doubtful, cured_by=(), advice=TRY_MORE, holds_raises=False)
    elif found.busy >= signals.thresholds["busy"] / 1000:
        yield _too_low(signals, application, found)


def _held_back(signals: Signals, application: FlinkApplication) -> Iterator[Diagnosis]:
    series = signals.of(application)
    held_back, busy = mean(series.back_pressured), mean(series.busy)
    if held_back is None or held_back < signals.thresholds["held-back"]:
        return
    # What has only just become slow is not seen in the mean yet.
    if (series.busiest.latest or 0.0) / 1000 >= signals.thresholds["subtask-busy"]:
        return
    yield Diagnosis(
        Cause.SINK_BACK_PRESSURE,
        application.name,
        (
            words.BACK_PRESSURED(
                name=application.name,
                back_pressured_milliseconds=held_back,
                busy_milliseconds=busy or 0,
                known=_known_sinks(application),
            ),
            _age(signals),
        ),
        advice=SINK_ADVICE,
    )


def _known_sinks(application: FlinkApplication) -> str:
    tables = ", ".join(table.name for table in application.writes)
    return f"; no write to {tables} is throttled" if tables else ""


def _busy_but_waits(
    signals: Signals, application: FlinkApplication, found: Bottleneck
) -> tuple[Reason, ...]:
    waits = words.BUSY_BUT_WAITS(
        name=_where(application, found),
        busy=found.busy,
        cpu_percent=mean(signals.of(application).cpu_percent) or 0.0,
        known=_known_sinks(application),
    )
    return waits, _age(signals)


def _sink_waits(signals: Signals, application: FlinkApplication, found: Bottleneck) -> Diagnosis:
    evidence = _busy_but_waits(signals, application, found)
    return Diagnosis(Cause.SINK_BACK_PRESSURE, application.name, evidence, advice=SINK_ADVICE)


def _where(application: FlinkApplication, found: Bottleneck) -> str:
    return f"task {found.task} of {application.name}" if found.task else application.name


def _age(signals: Signals) -> Reason:
    growth = signals.age_growth * 60
    verb = "grows" if growth >= 0 else "falls"
    return words.AGE(
        age_name=signals.age_name,
        age_seconds=signals.age_seconds or 0,
        verb=verb,
        seconds_per_minute=abs(growth),
    )


def _is_uneven(signals: Signals, found: Bottleneck) -> bool:
    limits = signals.thresholds
    is_at_its_end = found.busiest >= limits["subtask-busy"]
    return is_at_its_end and found.busy <= limits["subtasks-uneven"] * found.busiest


def _uneven(signals: Signals, application: FlinkApplication, found: Bottleneck) -> Diagnosis:
    sources = application.partitions or shard_count_of(signals.pipeline)
    parts = "partitions" if application.reads_kafka else "shards"
    evidence = (
        words.BUSIEST_SUBTASK(
            name=_where(application, found),
            busiest=found.busiest,
            parallelism=application.parallelism,
            used=found.busy,
        ),
        _age(signals),
    )
    if sources and found.may_read and _is_by_parts(signals, application, found, sources):
        if sources < application.parallelism:
            return _source_too_narrow(signals, application, sources, parts, evidence)
        return _parts_uneven(signals, application, sources, parts, evidence)
    return Diagnosis(
        Cause.SKEWED_KEY,
        application.name,
        evidence,
        advice=(
            "one subtask processes all records of a key, so more parallelism does not help: "
            "aggregate in two steps (first by key and a random part, then by key), or filter the "
            "hot key out"
        ),
    )


def _is_by_parts(
    signals: Signals, application: FlinkApplication, found: Bottleneck, sources: int
) -> bool:
    """Whether the subtasks are as uneven as whole shards or partitions make them."""
    limits, subtasks = signals.thresholds, application.parallelism
    even = sources / subtasks / -(-sources // subtasks)
    if even >= 1 or (sources > subtasks and even > limits["subtasks-uneven"]):
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


def _too_low(signals: Signals, application: FlinkApplication, found: Bottleneck) -> Diagnosis:
    by = "busy" if mean(signals.of(application).busy) is not None else "at its CPU limit"
    evidence: tuple[Reason, ...] = (
        words.SUBTASKS_BUSY(
            name=_where(application, found),
            by=by,
            used=found.busy,
            parallelism=application.parallelism,
        ),
        _age(signals),
        words.SUBTASKS_ALIKE(name=application.name),
    )
    if found.waits:
        evidence = _busy_but_waits(signals, application, found)
    cure = (LeverKind.PARALLELISM,)
    return Diagnosis(Cause.PARALLELISM_TOO_LOW, application.name, evidence, cured_by=cure)
