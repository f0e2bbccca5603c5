"""What a Kinesis data stream costs, provisioned and on demand: pure functions.

As if every record were of the mean size, which is all that metrics show.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from math import ceil

from tidegate.rules.cause import LeverKind
from tidegate.rules.graph import Pipeline
from tidegate.rules.kinds.kinesis_stream.metrics import stream_metric
from tidegate.rules.kinds.kinesis_stream.state import (
    SHARD_BYTES_PER_SECOND,
    SHARD_RECORDS_PER_SECOND,
    Stream,
    has_stream,
    stream_of,
)
from tidegate.rules.kinds.lambda_mapping.state import fan_out_consumers
from tidegate.rules.window import Metric
from tidegate.scaling.model.bill import Item, Modes, Priced, Usage, fixed, moved, short
from tidegate.scaling.model.change_record import Lever
from tidegate.scaling.model.prices import HOURS_PER_MONTH, prices

__all__ = [
    "fan_out_monthly_usd",
    "stream_items",
    "stream_metrics",
    "stream_modes",
    "stream_monthly_usd",
]

GIGABYTE = 2**30
SECONDS_PER_HOUR = 3600
ON_DEMAND_RECORD_BYTES = 1024
"""What the size of a record is rounded up to in on-demand mode (Kinesis pricing)."""

RETENTION_FREE_HOURS, RETENTION_EXTENDED_HOURS = 24, 168
"""Retention is priced beyond a day, and otherwise beyond seven days (Kinesis pricing)."""


@dataclass(frozen=True, slots=True)
class _Volume:
    """Records and bytes of a stream over the time that was measured."""

    records: float
    bytes_in: float
    bytes_out: float
    usage: Usage

    @property
    def record_bytes(self) -> float:
        """The size of a mean record; 0 without any."""
        return self.bytes_in / self.records if self.records else 0.0

    @property
    def payload_units(self) -> float:
        """PUT payload units of a month."""
        unit_bytes = prices()["put_payload_unit_bytes"]
        return self.usage.a_month(self.records * max(1, ceil(self.record_bytes / unit_bytes)))

    @property
    def gigabytes(self) -> tuple[float, float]:
        """In and out of a month, as on-demand mode counts them."""
        rounded = ceil(self.record_bytes / ON_DEMAND_RECORD_BYTES) * ON_DEMAND_RECORD_BYTES
        return (
            self.usage.a_month(self.records * rounded) / GIGABYTE,
            self.usage.a_month(self.bytes_out) / GIGABYTE,
        )

    def gigabytes_kept(self, hours: float) -> float:
        """What so many hours of retention hold."""
        return self.bytes_in / self.usage.hours * max(0, hours) / GIGABYTE


def stream_metrics(pipeline: Pipeline) -> Iterator[Metric]:
    """What is read of the stream: on-demand mode is billed by it."""
    if has_stream(pipeline):
        yield stream_metric(stream_of(pipeline).name, "GetRecords.Bytes", "Sum")


def _volume(priced: Priced) -> _Volume:
    """What is read counts once a reader where no metric tells of it."""
    name, usage = stream_of(priced.pipeline).name, priced.usage
    records, bytes_in, bytes_out = (
        usage.total(stream_metric(name, metric, "Sum"))
        for metric in ("IncomingRecords", "IncomingBytes", "GetRecords.Bytes")
    )
    read = bytes_out or bytes_in * len(priced.pipeline.processors)
    return _Volume(records, bytes_in, read, usage)


def stream_monthly_usd(stream: Stream, lever: Lever, setting: int) -> float:
    """What shards cost by themselves, or what a retention adds for the shards there are."""
    if lever.kind is LeverKind.SHARD_COUNT:
        hourly = setting * prices()["shard_hour_usd"]
    else:
        shards = stream.shard_count if setting > RETENTION_FREE_HOURS else 0
        hourly = shards * prices()["extended_retention_shard_hour_usd"]
    return hourly * HOURS_PER_MONTH


def fan_out_monthly_usd(shards: int, gigabytes: float) -> float:
    """What one consumer with enhanced fan-out costs on a provisioned stream: an hour of each shard
    for it, and what it reads in a month."""
    hourly = shards * prices()["fan_out_shard_hour_usd"]
    return hourly * HOURS_PER_MONTH + gigabytes * prices()["fan_out_gigabyte_usd"]


def stream_items(priced: Priced) -> Iterator[Item]:
    """The lines of the stream."""
    if not has_stream(priced.pipeline):
        return
    stream = stream_of(priced.pipeline)
    volume = _volume(priced)
    if stream.is_provisioned:
        yield from _provisioned_items(priced, volume)
    else:
        yield from _on_demand_items(stream, volume)
    beyond = stream.retention_hours - RETENTION_EXTENDED_HOURS
    if beyond > 0:
        stored = volume.gigabytes_kept(beyond)
        usd = stored * prices()["long_term_retention_gigabyte_month_usd"]
        yield fixed(_layer(stream), "retention > 7 d, GB", f"{stored:,.1f}", usd)


def _layer(stream: Stream) -> str:
    return f"stream {stream.name}"


def _provisioned_items(priced: Priced, volume: _Volume) -> Iterator[Item]:
    stream, price = stream_of(priced.pipeline), prices()
    shards = (Lever.of(LeverKind.SHARD_COUNT, stream.name), stream.shard_count)
    hourly, units = price["shard_hour_usd"], volume.payload_units
    yield moved(_layer(stream), "shards", shards, hourly * HOURS_PER_MONTH, priced)
    usd = units * price["put_payload_unit_usd"]
    yield fixed(_layer(stream), "PUT payload units", short(units), usd)
    if consumers := len(fan_out_consumers(priced.pipeline)):
        monthly = consumers * fan_out_monthly_usd(1, 0)
        yield moved(_layer(stream), "enhanced fan-out, shards", shards, monthly, priced)
        gigabytes = consumers * volume.usage.a_month(volume.bytes_in) / GIGABYTE
        usd = fan_out_monthly_usd(0, gigabytes)
        yield fixed(_layer(stream), "enhanced fan-out, GB", f"{gigabytes:,.1f}", usd)
    if stream.retention_hours > RETENTION_FREE_HOURS:
        monthly = price["extended_retention_shard_hour_usd"] * HOURS_PER_MONTH
        yield moved(_layer(stream), "retention, shards", shards, monthly, priced)


def _on_demand_items(stream: Stream, volume: _Volume) -> Iterator[Item]:
    layer, price, hours = _layer(stream), prices(), HOURS_PER_MONTH
    yield fixed(layer, "stream hours", f"{hours}", hours * price["on_demand_stream_hour_usd"])
    gigabytes_in, gigabytes_out = volume.gigabytes
    usd_in = gigabytes_in * price["on_demand_gigabyte_in_usd"]
    yield fixed(layer, "GB in", f"{gigabytes_in:,.1f}", usd_in)
    usd_out = gigabytes_out * price["on_demand_gigabyte_out_usd"]
    yield fixed(layer, "GB out", f"{gigabytes_out:,.1f}", usd_out)
    stored = _gigabytes_extended(stream, volume)
    if stored:
        usd = stored * price["on_demand_extended_retention_gigabyte_month_usd"]
        yield fixed(layer, "retention, GB", f"{stored:,.1f}", usd)


def _gigabytes_extended(stream: Stream, volume: _Volume) -> float:
    """What on-demand mode keeps beyond a day and up to seven."""
    hours = min(stream.retention_hours, RETENTION_EXTENDED_HOURS) - RETENTION_FREE_HOURS
    return volume.gigabytes_kept(hours)


def stream_modes(priced: Priced) -> Iterator[Modes]:
    """Provisioned against on-demand."""
    if not has_stream(priced.pipeline):
        return
    stream = stream_of(priced.pipeline)
    volume, price = _volume(priced), prices()
    need = priced.needs.get(Lever.of(LeverKind.SHARD_COUNT, stream.name))
    followed = stream.shard_count if need is None else need.followed
    shards = stream.shard_count if stream.is_provisioned else max(1, round(followed))
    shard_usd = _shard_hour_usd(stream) * HOURS_PER_MONTH
    put = volume.payload_units * price["put_payload_unit_usd"]
    by_volume = _on_demand_volume_usd(stream, volume)
    full_rate = shards * _records_per_shard(volume)
    load_share = volume.records / volume.usage.hours / SECONDS_PER_HOUR / full_rate
    yield Modes(
        _layer(stream),
        not stream.is_provisioned,
        shards * shard_usd + put if stream.is_provisioned else None,
        followed * shard_usd + put,
        price["on_demand_stream_hour_usd"] * HOURS_PER_MONTH + by_volume,
        load_share,
        _even_share(stream, shards, by_volume - put, load_share),
        f"{shards:,} shard{'s' if shards != 1 else ''}",
        full_rate,
        {"shards": shards},
    )


def _shard_hour_usd(stream: Stream) -> float:
    extended = stream.retention_hours > RETENTION_FREE_HOURS
    more = prices()["extended_retention_shard_hour_usd"] if extended else 0.0
    return prices()["shard_hour_usd"] + more


def _on_demand_volume_usd(stream: Stream, volume: _Volume) -> float:
    price = prices()
    gigabytes_in, gigabytes_out = volume.gigabytes
    extended = _gigabytes_extended(stream, volume)
    return (
        gigabytes_in * price["on_demand_gigabyte_in_usd"]
        + gigabytes_out * price["on_demand_gigabyte_out_usd"]
        + extended * price["on_demand_extended_retention_gigabyte_month_usd"]
    )


def _records_per_shard(volume: _Volume) -> float:
    """Records a second of the mean size that fill a shard."""
    if not volume.record_bytes:
        return SHARD_RECORDS_PER_SECOND
    return min(SHARD_RECORDS_PER_SECOND, SHARD_BYTES_PER_SECOND / volume.record_bytes)


def _even_share(stream: Stream, shards: int, dearer_usd: float, load_share: float) -> float | None:
    """Where what the hours of the shards cost more is what their records cost less."""
    spared = shards * _shard_hour_usd(stream) - prices()["on_demand_stream_hour_usd"]
    if spared <= 0:
        return 0.0
    return None if dearer_usd <= 0 else spared * HOURS_PER_MONTH / dearer_usd * load_share
