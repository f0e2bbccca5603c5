"""Causes that sit in single shards and keys of a stream."""

from collections.abc import Iterator

from tidegate.rules.cause import Cause, Diagnosis, LeverKind
from tidegate.rules.graph import KeySample, Pipeline
from tidegate.rules.kinds.kinesis_stream import words
from tidegate.rules.kinds.lambda_mapping.causes import lanes_in_use
from tidegate.rules.kinds.readings import (
    RECENT_SECONDS,
    Readings,
)
from tidegate.rules.reason import Reason

__all__ = ["FULL_SHARE", "hot_shard_or_key", "is_uneven", "stream_has_headroom"]

FULL_SHARE = 0.8
"""From here on a minute's mean hides seconds over the limit, and one more minute of growth
is lost records."""


HOT_KEY_SHARE = 0.5
"""A key with more than half of its shard's records still fills a shard of its own after a split."""


HOT_SHARD_FACTOR = 1.5
"""So many times its part of the records make a shard hot, so many times a lane's part a key."""


NEARLY_FULL_SHARE = 0.7


def is_uneven(readings: Readings) -> bool:
    """Whether one shard seems to carry more than its part, so that keys must be looked at.

    Producers are refused although the stream as a whole has room, or the age grows although the
    consumers have free lanes, nothing fails and nothing throttles them.
    """
    least = 0.0 if readings.pipeline.stream.shard_count == 1 else 0.001
    refused = readings.producers_throttled > least and stream_has_headroom(readings)
    return refused or (readings.age_is_sick and _has_free_lanes(readings))


def stream_has_headroom(readings: Readings) -> bool:
    """Whether the stream as a whole takes more than comes in."""
    return max(readings.stream_utilization) < FULL_SHARE


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
        yield calm and readings.busy_concurrency(consumer) < 0.8 * readings.lanes(consumer)


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


def hot_shard_or_key(readings: Readings) -> Diagnosis | None:
    """The shard that takes more than its part, or the key that fills it."""
    found = _hottest(readings.pipeline)
    if found is None:
        return None
    sample, excess = found
    single = len(readings.pipeline.key_samples) == 1
    if readings.producers_throttled and _share_of(readings, sample) < NEARLY_FULL_SHARE:
        return None
    if _fills_a_lane(readings, sample):
        return _hot_key(sample, _lane_evidence(readings))
    if sample.top_share < HOT_KEY_SHARE and (excess < HOT_SHARD_FACTOR or single):
        return None
    utilization = max(readings.stream_utilization)
    evidence = (
        words.SHARD_SHARE(shard_id=sample.shard_id, excess=excess),
        words.STREAM_USE(utilization=utilization, symptom=_symptom(readings)),
    )
    if sample.top_share >= HOT_KEY_SHARE:
        return _hot_key(sample, evidence)
    return Diagnosis(
        Cause.HOT_SHARD,
        sample.shard_id,
        (
            *evidence,
            words.TOP_KEY_SHARE(top_share=sample.top_share),
        ),
        cured_by=(LeverKind.SHARD_COUNT,),
    )


def _fills_a_lane(readings: Readings, sample: KeySample) -> bool:
    """Whether the age grows beside idle lanes, and one key has much more of its shard than a lane
    does."""
    factors = [each.mapping.parallelization_factor for each in readings.pipeline.consumers]
    if readings.producers_throttled or not factors or not _has_free_lanes(readings):
        return False
    return sample.top_share * min(factors) >= HOT_SHARD_FACTOR


def _lane_evidence(readings: Readings) -> tuple[Reason, ...]:
    busy = ", ".join(str(lanes_in_use(readings, each)) for each in readings.pipeline.consumers)
    return (words.EXECUTIONS_IDLE(busy=busy, symptom=_symptom(readings)),)


def _hot_key(sample: KeySample, evidence: tuple[Reason, ...]) -> Diagnosis:
    key, _ = max(sample.counts, key=lambda pair: pair[1])
    share = words.TOP_KEY(top_share=sample.top_share, shard_id=sample.shard_id, key=key)
    return Diagnosis(
        Cause.HOT_KEY,
        sample.shard_id,
        (*evidence, share),
        advice=(
            f"a key lives in one shard and is read in one lane, so no shard count or factor "
            f"helps: spread {key!r} over several partition keys, or combine its records"
        ),
    )


def _share_of(readings: Readings, sample: KeySample) -> float:
    """How full the sampled shard is, by its part of all sampled records, 0..1 and above."""
    total = sum(each.total for each in readings.pipeline.key_samples)
    part = sample.total / total * readings.pipeline.stream.shard_count
    return part * max(readings.stream_utilization)


def _symptom(readings: Readings) -> Reason:
    if readings.producers_throttled:
        return words.PRODUCERS_REFUSED(producers_throttled=readings.producers_throttled)
    return words.AGE_GROWS(age_growth=readings.age_growth * 60)
