"""How much of a stream's shards is used."""

from datetime import datetime

from tidegate.rules.kinds.kinesis_stream.state import (
    SHARD_BYTES_PER_SECOND,
    SHARD_RECORDS_PER_SECOND,
    shards_of,
    stream_of,
)
from tidegate.rules.kinds.rates import RECENT_SECONDS
from tidegate.rules.kinds.signals import Signals
from tidegate.rules.setting_steps import last_step, setting_at
from tidegate.rules.window import Window

__all__ = ["incoming_rate", "shards_then", "stream_utilization"]


def stream_utilization(signals: Signals) -> tuple[float, float]:
    """Incoming records and bytes as shares of what the shards took that were open in these minutes,
    0..1 and above."""
    shards, source = max(1, shards_then(signals)), signals.series.source
    records = incoming_rate(signals, source.incoming_records) / SHARD_RECORDS_PER_SECOND
    size = incoming_rate(signals, source.incoming_bytes) / SHARD_BYTES_PER_SECOND
    return records / shards, size / shards


def shards_then(signals: Signals) -> int:
    """The shards of the newest minutes: of those before a reshard as long as none came after it."""
    shards = shards_of(stream_of(signals.pipeline))
    return setting_at(signals.steps, shards, _newest(signals))


def incoming_rate(signals: Signals, window: Window) -> float:
    """What came in per second in the largest of the newest minutes that had these shards."""
    shards = shards_of(stream_of(signals.pipeline))
    since = last_step(signals.steps, shards, _newest(signals))
    lasted = (count for at, count in window.last(RECENT_SECONDS).points() if at >= since)
    return max(lasted, default=0.0) / window.metric.period_seconds


def _newest(signals: Signals) -> datetime:
    """The start of the newest minute that tells what came in."""
    window = signals.series.source.incoming_records.last(RECENT_SECONDS)
    return max((at for at, _ in window.points()), default=window.end)
