"""What is advised of a stream costs: enhanced fan-out, and a longer retention. Pure functions."""

from collections.abc import Iterator

from tidegate.rules.cause import Cause, Diagnosis, LeverKind
from tidegate.rules.kinds.kinesis_stream.state import Stream
from tidegate.rules.kinds.signals import Signals
from tidegate.scaling.kinds.kinesis_stream.price import (
    GIGABYTE,
    RETENTION_EXTENDED_HOURS,
    RETENTION_FREE_HOURS,
    fan_out_monthly_usd,
    stream_monthly_usd,
)
from tidegate.scaling.model.change_record import Lever
from tidegate.scaling.model.monthly_price import Price, a_month

__all__ = ["stream_advice_prices"]


def stream_advice_prices(stream: Stream, signals: Signals, diagnosis: Diagnosis) -> Iterator[Price]:
    """Of a provisioned stream: what on-demand mode bills depends on how it is read."""
    if diagnosis.where != stream.name or not stream.is_provisioned:
        return
    match diagnosis.cause:
        case Cause.STREAM_TOO_NARROW:
            gigabytes = a_month(signals.series.source.incoming_bytes) / GIGABYTE
            yield Price("enhanced fan-out", fan_out_monthly_usd(stream.shard_count, gigabytes))
        case Cause.RECORDS_DROPPED if stream.retention_hours <= RETENTION_FREE_HOURS:
            lever = Lever.of(LeverKind.RETENTION_HOURS, stream.name)
            usd = stream_monthly_usd(stream, lever, RETENTION_EXTENDED_HOURS)
            yield Price("a retention of up to 7 days", usd)
