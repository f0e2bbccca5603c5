"""Causes that sit in single shards and keys of a stream."""

from tidegate.rules.cause import Cause, Diagnosis, LeverKind
from tidegate.rules.graph import Pipeline
from tidegate.rules.kinds.kinesis_stream import words
from tidegate.rules.kinds.kinesis_stream.state import KeySample, has_stream, stream_of
from tidegate.rules.kinds.kinesis_stream.utilization import stream_utilization
from tidegate.rules.kinds.lambda_mapping.state import consumers_of
from tidegate.rules.kinds.signals import Signals
from tidegate.rules.reason import Reason

__all__ = ["hot_shard_or_key", "is_uneven", "refuses_producers", "stream_has_headroom"]

AGGREGATED_ADVICE = (
    "no key of the producers' is known to be hot, and a higher factor does not help, since records "
    "with the same partition key in a shard are read by one concurrent execution: send fewer user "
    "records in an aggregate (AggregationMaxCount, or AggregationEnabled: false), or raise the "
    "shard count, since the Kinesis Producer Library aggregates by shard"
)


def is_uneven(signals: Signals) -> bool:
    """Whether one shard seems to carry more than its part, so that keys must be looked at.

    Producers are refused although the stream as a whole has headroom, or the age grows although the
    consumers have idle concurrent executions, nothing fails and nothing throttles them.
    """
    if not has_stream(signals.pipeline):
        return False
    refused = refuses_producers(signals) and stream_has_headroom(signals)
    return refused or (signals.age_is_sick and _has_free_executions(signals))


def refuses_producers(signals: Signals) -> bool:
    """Whether enough of the producers' records are refused to count."""
    return signals.producers_throttled > signals.thresholds["producers-throttled"]


def stream_has_headroom(signals: Signals) -> bool:
    """Whether the stream as a whole takes more than comes in."""
    by_records, by_bytes = stream_utilization(signals)
    full = signals.thresholds
    return (
        by_records < full["records-near-shard-limit"] and by_bytes < full["bytes-near-shard-limit"]
    )


def _has_free_executions(signals: Signals) -> bool:
    """Whether every consumer has idle concurrent executions, and nothing delays it."""
    kinds = signals.pipeline.kinds.signals
    idles = [each for kind in kinds for each in kind.idles(signals)]
    return bool(idles) and all(idles)


def _samples(pipeline: Pipeline) -> list[KeySample]:
    """Those of shards that are open still: others take no part of what comes in now."""
    open_shards = {shard.shard_id for shard in stream_of(pipeline).open_shards}
    return [sample for sample in stream_of(pipeline).key_samples if sample.shard_id in open_shards]


def _hottest(pipeline: Pipeline) -> tuple[KeySample, float] | None:
    """The shard with the most records for its part of the key space, and how many times more."""
    shares = {shard.shard_id: shard.key_share for shard in stream_of(pipeline).open_shards}
    samples = _samples(pipeline)
    total = sum(sample.total for sample in samples)
    if not total:
        return None
    covered = sum(shares[sample.shard_id] for sample in samples)
    excess, hottest = max(
        ((sample.total / total) / (shares[sample.shard_id] / covered), sample.shard_id)
        for sample in samples
    )
    return next(sample for sample in samples if sample.shard_id == hottest), excess


def hot_shard_or_key(signals: Signals) -> Diagnosis | None:
    """The shard that takes more than its part, or the key that fills it."""
    found = _hottest(signals.pipeline)
    if found is None:
        return None
    sample, excess = found
    single = len(_samples(signals.pipeline)) == 1
    if signals.producers_throttled and not _is_filled(signals, sample):
        return None
    if _fills_an_execution(signals, sample):
        return _hot_key(sample, _execution_evidence(signals))
    limits = signals.thresholds
    has_hot_key = sample.top_share >= limits["hot-key"]
    if not has_hot_key and (excess < limits["hot-shard"] or single):
        return None
    utilization = max(stream_utilization(signals))
    evidence = (
        words.SHARD_SHARE(shard_id=sample.shard_id, times=excess),
        words.STREAM_USE(utilization=utilization, symptom=_symptom(signals)),
    )
    if has_hot_key:
        return _hot_key(sample, evidence)
    return Diagnosis(
        Cause.HOT_SHARD,
        sample.shard_id,
        (
            *evidence,
            words.TOP_KEY_SHARE(top_share=sample.top_share, shard_id=sample.shard_id),
        ),
        cured_by=(LeverKind.SHARD_COUNT,),
    )


def _fills_an_execution(signals: Signals, sample: KeySample) -> bool:
    """Whether the age grows beside idle executions, and one key has much more of its shard than an
    execution does."""
    factors = [each.mapping.batches_per_shard for each in consumers_of(signals.pipeline)]
    if signals.producers_throttled or not factors or not _has_free_executions(signals):
        return False
    return sample.top_share * min(factors) >= signals.thresholds["hot-shard"]


def _execution_evidence(signals: Signals) -> tuple[Reason, ...]:
    kinds = signals.pipeline.kinds.signals
    busy = ", ".join(str(each) for kind in kinds for each in kind.in_use(signals))
    return (words.EXECUTIONS_IDLE(busy=busy, symptom=_symptom(signals)),)


def _hot_key(sample: KeySample, evidence: tuple[Reason, ...]) -> Diagnosis:
    key, _ = max(sample.counts, key=lambda pair: pair[1])
    share = words.TOP_KEY(top_share=sample.top_share, shard_id=sample.shard_id, key=key)
    if sample.is_aggregated:
        aggregates = words.AGGREGATED(aggregated=sample.aggregated / sample.total)
        evidence = (*evidence, share, aggregates)
        return Diagnosis(Cause.HOT_KEY, sample.shard_id, evidence, advice=AGGREGATED_ADVICE)
    return Diagnosis(
        Cause.HOT_KEY,
        sample.shard_id,
        (*evidence, share),
        advice=(
            f"all records of a partition key are in one shard and are read by one concurrent "
            f"execution, so more shards or a higher factor do not help: spread {key!r} over "
            f"several partition keys, or aggregate its records"
        ),
    )


def _is_filled(signals: Signals, sample: KeySample) -> bool:
    """Whether the sampled shard is full, by its part of all sampled records."""
    total = sum(each.total for each in _samples(signals.pipeline))
    part = sample.total / total * stream_of(signals.pipeline).shard_count
    return part * max(stream_utilization(signals)) >= signals.thresholds["hot-shard-full"]


def _symptom(signals: Signals) -> Reason:
    if signals.producers_throttled:
        return words.PRODUCERS_REFUSED(throttled_share=signals.producers_throttled)
    return words.AGE_GROWS(seconds_per_minute=signals.age_growth * 60)
