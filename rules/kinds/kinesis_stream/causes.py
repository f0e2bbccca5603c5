"""Causes that sit in the stream: too narrow, producers throttled, a hot shard, a hot key."""

from collections.abc import Iterator

from tidegate.rules.cause import Cause, Diagnosis, LeverKind
from tidegate.rules.graph import KeySample, Pipeline
from tidegate.rules.kinds.lambda_mapping.causes import lanes_in_use
from tidegate.rules.kinds.readings import (
    RECENT_SECONDS,
    SHARD_BYTES_PER_SECOND,
    SHARD_RECORDS_PER_SECOND,
    Readings,
    rate,
)
from tidegate.rules.reason import Reason

__all__ = ["is_uneven", "stream_causes"]


def is_uneven(readings: Readings) -> bool:
    """Whether one shard seems to carry more than its part, so that keys must be looked at.

    Producers are refused although the stream as a whole has room, or the age grows although the
    consumers have free lanes, nothing fails and nothing throttles them.
    """
    refused = _refuses_producers(readings) and _stream_has_room(readings)
    return refused or (readings.age_is_sick and _has_free_lanes(readings))


def _refuses_producers(readings: Readings) -> bool:
    return readings.producers_throttled > readings.thresholds["producers-throttled"]


def _stream_has_room(readings: Readings) -> bool:
    by_records, by_bytes = readings.stream_utilization
    full = readings.thresholds
    return (
        by_records < full["records-near-shard-limit"] and by_bytes < full["bytes-near-shard-limit"]
    )


def _has_free_lanes(readings: Readings) -> bool:
    """Whether every consumer has lanes to spare, and nothing holds it up."""
    idles = list(_idles(readings))
    return bool(idles) and all(idles)


def _idles(readings: Readings) -> Iterator[bool]:
    for consumer in readings.pipeline.consumers:
        vitals = readings.function(consumer)
        calm = not vitals.errors.last(RECENT_SECONDS).total
        calm = calm and not vitals.throttles.last(RECENT_SECONDS).total
        calm = calm and not readings.is_throttled_downstream(consumer)
        busy = readings.thresholds["executions-busy"] * readings.lanes(consumer)
        yield calm and readings.busy_concurrency(consumer) < busy


def stream_causes(readings: Readings) -> Iterator[Diagnosis]:
    """What ails the stream itself."""
    hot = _hot(readings) if is_uneven(readings) else None
    if hot is not None:
        yield hot
    elif not readings.refusals_fall:
        yield from _full(readings)
    yield from _readers_throttled(readings)


def _full(readings: Readings) -> Iterator[Diagnosis]:
    if _refuses_producers(readings):
        yield _producer_throttled(readings)
    elif not _stream_has_room(readings):
        yield _too_narrow(readings)


def _hottest(pipeline: Pipeline) -> tuple[KeySample, float] | None:
    """The shard with the most records for its part of the key space, and how many times more."""
    shares = {shard.shard_id: shard.key_share for shard in pipeline.stream.open_shards}
    samples = [sample for sample in pipeline.key_samples if sample.shard_id in shares]
    total = sum(sample.total for sample in samples)
    if not total:
        return None
    covered = sum(shares[sample.shard_id] for sample in samples)
    excess, hottest = max(
        ((sample.total / total) / (shares[sample.shard_id] / covered), sample.shard_id)
        for sample in samples
    )
    return next(sample for sample in samples if sample.shard_id == hottest), excess


def _hot(readings: Readings) -> Diagnosis | None:
    found = _hottest(readings.pipeline)
    if found is None:
        return None
    sample, excess = found
    single = len(readings.pipeline.key_samples) == 1
    if readings.producers_throttled and not _is_filled(readings, sample):
        return None
    if _fills_a_lane(readings, sample):
        return _hot_key(sample, _lane_evidence(readings))
    limits = readings.thresholds
    has_hot_key = sample.top_share >= limits["hot-key"]
    if not has_hot_key and (excess < limits["hot-shard"] or single):
        return None
    evidence = (
        Reason.of(
            "shard-share",
            "{shard_id} takes {excess:.1f} times its share of the records",
            shard_id=sample.shard_id,
            excess=excess,
        ),
        Reason.of(
            "stream-use",
            "the stream as a whole is used to {utilization:.0%}, yet {symptom}",
            utilization=max(readings.stream_utilization),
            symptom=_symptom(readings),
        ),
    )
    if has_hot_key:
        return _hot_key(sample, evidence)
    return Diagnosis(
        Cause.HOT_SHARD,
        sample.shard_id,
        (
            *evidence,
            Reason.of(
                "top-key-share",
                "its most frequent key has only {top_share:.0%}, so a split helps",
                top_share=sample.top_share,
            ),
        ),
        cured_by=(LeverKind.SHARD_COUNT,),
    )


def _fills_a_lane(readings: Readings, sample: KeySample) -> bool:
    """Whether the age grows beside idle lanes, and one key has much more of its shard than a lane
    does."""
    factors = [each.mapping.parallelization_factor for each in readings.pipeline.consumers]
    if readings.producers_throttled or not factors or not _has_free_lanes(readings):
        return False
    return sample.top_share * min(factors) >= readings.thresholds["hot-shard"]


def _lane_evidence(readings: Readings) -> tuple[Reason, ...]:
    busy = ", ".join(str(lanes_in_use(readings, each)) for each in readings.pipeline.consumers)
    return (
        Reason.of(
            "executions-idle", "{busy}, yet {symptom}", busy=busy, symptom=_symptom(readings)
        ),
    )


def _hot_key(sample: KeySample, evidence: tuple[Reason, ...]) -> Diagnosis:
    key, _ = max(sample.counts, key=lambda pair: pair[1])
    share = Reason.of(
        "top-key",
        "{top_share:.0%} of the sampled records of {shard_id} have the key {key!r}",
        top_share=sample.top_share,
        shard_id=sample.shard_id,
        key=key,
    )
    return Diagnosis(
        Cause.HOT_KEY,
        sample.shard_id,
        (*evidence, share),
        advice=(
            f"a key lives in one shard and is read in one lane, so no shard count or factor "
            f"helps: spread {key!r} over several partition keys, or combine its records"
        ),
    )


def _is_filled(readings: Readings, sample: KeySample) -> bool:
    """Whether the sampled shard is full, by its part of all sampled records."""
    total = sum(each.total for each in readings.pipeline.key_samples)
    part = sample.total / total * readings.pipeline.stream.shard_count
    return part * max(readings.stream_utilization) >= readings.thresholds["hot-shard-full"]


def _symptom(readings: Readings) -> Reason:
    if readings.producers_throttled:
        return Reason.of(
            "producers-refused",
            "{producers_throttled:.1%} of records are refused to producers",
            producers_throttled=readings.producers_throttled,
        )
    return Reason.of(
        "age-grows",
        "the iterator age grows by {age_growth:.0f} s a minute",
        age_growth=readings.age_growth * 60,
    )


def _load_evidence(readings: Readings) -> Reason:
    vitals, shards = readings.vitals.stream, readings.pipeline.stream.shard_count
    by_records, by_bytes = readings.stream_utilization
    if by_bytes > by_records:
        return Reason.of(
            "bytes-come-in",
            "{rate:.2f} MiB/s come in, {by_bytes:.0%} of what the shards take ({shards} x "
            "1 MiB/s); in records it is only {by_records:.0%}",
            rate=rate(vitals.incoming_bytes) / SHARD_BYTES_PER_SECOND,
            by_bytes=by_bytes,
            shards=shards,
            by_records=by_records,
        )
    return Reason.of(
        "records-come-in",
        "{rate:,.0f} records/s come in, {by_records:.0%} of what the shards take "
        "({shards} x {shard_records_per_second:,} records/s)",
        rate=rate(vitals.incoming_records),
        by_records=by_records,
        shards=shards,
        shard_records_per_second=SHARD_RECORDS_PER_SECOND,
    )


def _producer_throttled(readings: Readings) -> Diagnosis:
    evidence = [
        Reason.of(
            "producers-refused",
            "{producers_throttled:.1%} of records are refused to producers",
            producers_throttled=readings.producers_throttled,
        ),
        _load_evidence(readings),
    ]
    if _stream_has_room(readings):
        evidence.append(
            Reason.of(
                "stream-has-headroom",
                "as a whole it has room: single shards, or seconds, are over the limit",
            )
        )
    return Diagnosis(
        Cause.PRODUCER_THROTTLED,
        readings.pipeline.stream.name,
        tuple(evidence),
        cured_by=(LeverKind.SHARD_COUNT,),
    )


def _too_narrow(readings: Readings) -> Diagnosis:
    return Diagnosis(
        Cause.STREAM_TOO_NARROW,
        readings.pipeline.stream.name,
        (
            _load_evidence(readings),
            Reason.of("producers-soon-refused", "producers will be refused as soon as it grows"),
        ),
        cured_by=(LeverKind.SHARD_COUNT,),
    )


def _readers_throttled(readings: Readings) -> Iterator[Diagnosis]:
    refused = readings.vitals.stream.read_throttles.last(RECENT_SECONDS)
    least = readings.thresholds["consumers-throttled"]
    if (refused.latest or 0.0) <= least or not readings.age_is_sick:
        return
    yield Diagnosis(
        Cause.STREAM_TOO_NARROW,
        readings.pipeline.stream.name,
        (
            Reason.of(
                "reads-refused",
                "{total:,.0f} reads were refused in {len} min",
                total=refused.total,
                len=len(refused.samples),
            ),
            Reason.of(
                "shared-read-limit", "standard consumers share 2 MiB/s and 5 reads/s of each shard"
            ),
        ),
        advice="give this consumer enhanced fan-out, or take a standard consumer off the stream",
    )
