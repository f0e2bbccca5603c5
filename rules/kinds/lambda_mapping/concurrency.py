"""The concurrent executions of a consumer: how many it may have, and how many are busy."""

from collections.abc import Iterator

from tidegate.rules.graph import Pipeline
from tidegate.rules.kinds.kinesis_stream.state import Stream, stream_of
from tidegate.rules.kinds.lambda_mapping.state import Consumer, account_of, consumers_of
from tidegate.rules.kinds.rates import RECENT_SECONDS, rate
from tidegate.rules.kinds.signals import Signals

__all__ = [
    "batches_at_once",
    "busy_at_most",
    "busy_concurrency",
    "concurrency_cap",
    "executions",
    "idles",
    "is_at_its_cap",
]


def executions(signals: Signals, consumer: Consumer, shards_read: int | None = None) -> int:
    """Concurrent invocations that the mappings allow: shards x factor of each (Lambda guide); where
    only some shards are read, no more than those allow."""
    shards = stream_of(signals.pipeline).shard_count
    read = shards if shards_read is None else min(shards, shards_read)
    return read * consumer.batches_per_shard


def batches_at_once(pipeline: Pipeline, consumer: Consumer, factor: int) -> int:
    """Of a shard with that factor. One record of a partition key comes after the other: where one
    key has them all, so do its batches, whatever the factor."""
    stream = pipeline.first(Stream)
    if stream is not None and stream.has_one_key_a_shard:
        return 1
    return consumer.mapping.reading.concurrent_batches(factor)


def concurrency_cap(signals: Signals, consumer: Consumer) -> int:
    """Concurrent executions that the function may have, whatever the mapping allows."""
    reserved = consumer.function.reserved_concurrency
    return account_of(signals.pipeline).unreserved_concurrency if reserved is None else reserved


def busy_concurrency(signals: Signals, consumer: Consumer) -> float:
    """Mean concurrent executions of the busiest recent minute: duration summed, over 60 s."""
    return busy_at_most(signals, consumer, RECENT_SECONDS)


def busy_at_most(signals: Signals, consumer: Consumer, seconds: int) -> float:
    """The same of the newest ``seconds``. What a function does for other sources is among its
    durations: for this stream it can't be more than the mapping allows."""
    busy = rate(signals.of(consumer.function).duration_sum_milliseconds, seconds) / 1000
    others = consumer.mapping.reading.other_sources
    return min(busy, executions(signals, consumer)) if others else busy


def is_at_its_cap(signals: Signals, consumer: Consumer) -> bool:
    """Whether all executions that it may have are busy; never known beside other sources."""
    if consumer.mapping.reading.other_sources:
        return False
    may_have = max(1, min(executions(signals, consumer), concurrency_cap(signals, consumer)))
    return busy_concurrency(signals, consumer) / may_have >= signals.thresholds["executions-busy"]


def idles(signals: Signals) -> Iterator[bool]:
    """Of each consumer whether it has executions to spare, and nothing fails and nothing throttles
    it."""
    for consumer in consumers_of(signals.pipeline):
        series = signals.of(consumer.function)
        calm = not series.errors.last(RECENT_SECONDS).total
        calm = calm and not series.throttles.last(RECENT_SECONDS).total
        calm = calm and not signals.is_throttled_downstream(consumer)
        busy = signals.thresholds["executions-busy"] * executions(signals, consumer)
        yield calm and busy_concurrency(signals, consumer) < busy
