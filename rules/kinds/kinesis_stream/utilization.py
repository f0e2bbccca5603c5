"""How much of a stream's shards is used."""

from tidegate.rules.kinds.kinesis_stream.state import (
    SHARD_BYTES_PER_SECOND,
    SHARD_RECORDS_PER_SECOND,
    stream_of,
)
from tidegate.rules.kinds.rates import rate
from tidegate.rules.kinds.signals import Signals

__all__ = ["stream_utilization"]


def stream_utilization(signals: Signals) -> tuple[float, float]:
    """Incoming records and bytes as shares of what the open shards take, 0..1 and above."""
    shards, source = max(1, stream_of(signals.pipeline).shard_count), signals.series.source
    records = rate(source.incoming_records) / SHARD_RECORDS_PER_SECOND
    size = rate(source.incoming_bytes) / SHARD_BYTES_PER_SECOND
    return records / shards, size / shards
