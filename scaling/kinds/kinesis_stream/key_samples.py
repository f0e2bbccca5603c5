"""A closer look at a stream: the partition keys of what was put to its shards lately."""

from dataclasses import replace
from datetime import datetime
from typing import Protocol, TypeVar

from tidegate.rules.graph import Question
from tidegate.rules.kinds.kinesis_stream.hot_keys import is_uneven
from tidegate.rules.kinds.kinesis_stream.state import SampleKeys, stream_of
from tidegate.rules.kinds.lambda_mapping.state import consumers_of
from tidegate.rules.kinds.signals import Signals, rate
from tidegate.scaling.model.errors import as_known

__all__ = ["Samples", "look_before_change", "look_closer"]

SAMPLED_RECORDS_PER_SHARD = 200
SAMPLED_SHARDS_MAX = 20

A = TypeVar("A")


class Samples(Protocol):
    """Who can look into a shard (``Cloud``)."""

    def ask(self, question: Question[A]) -> A:
        """What the question is for."""
        ...


def look_closer(signals: Signals, cloud: Samples, now: datetime) -> tuple[Signals, tuple[str, ...]]:
    """Sample the partition keys where one shard seems to carry more than its part; why that
    failed, if so."""
    if signals.series.judged_until is None or not is_uneven(signals):
        return signals, ()
    return _sampled(signals, cloud, now)


def look_before_change(
    signals: Signals, cloud: Samples, now: datetime
) -> tuple[Signals, tuple[str, ...]]:
    """Sample them before more executions of a shard are to read its records: where one key has them
    all they can't, and nothing else tells so before."""
    if not consumers_of(signals.pipeline) or stream_of(signals.pipeline).key_samples:
        return signals, ()
    sampled, failed = _sampled(signals, cloud, now)
    has_one = stream_of(sampled.pipeline).has_one_key_a_shard
    return (sampled if has_one else signals), failed


def _sampled(signals: Signals, cloud: Samples, now: datetime) -> tuple[Signals, tuple[str, ...]]:
    stream = stream_of(signals.pipeline)
    per_shard = rate(signals.series.source.incoming_records) / stream.shard_count
    seconds = max(1, round(SAMPLED_RECORDS_PER_SHARD / max(per_shard, 1)))
    try:
        samples = tuple(
            cloud.ask(SampleKeys(stream.name, shard.shard_id, seconds, now))
            for shard in stream.open_shards[:SAMPLED_SHARDS_MAX]
        )
    except Exception as error:
        # Five reads a second of a shard are shared with its consumers: a refused one, or a key
        # that may not be used, must not keep a sick pipeline from its other cures.
        return signals, (
            f"the partition keys of {stream.name} could not be sampled: {as_known(error)}",
        )
    sampled = signals.pipeline.replaced(stream, replace(stream, key_samples=samples))
    return replace(signals, pipeline=sampled), ()
