"""Provisioned against on-demand, for streams and tables: pure functions."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from tidegate.rules.cause import LeverKind
from tidegate.rules.graph import Pipeline
from tidegate.rules.kinds.dynamodb_table.state import Table, tables_of
from tidegate.rules.kinds.kinesis_stream.kind import (
    SHARD_BYTES_PER_SECOND,
    SHARD_RECORDS_PER_SECOND,
)
from tidegate.rules.kinds.kinesis_stream.state import Stream, has_stream, stream_of
from tidegate.scaling.cost.bill import (
    RETENTION_FREE_HOURS,
    gigabytes,
    gigabytes_extended,
    put_payload_units,
)
from tidegate.scaling.cost.replay import Need
from tidegate.scaling.cost.usage import Usage
from tidegate.scaling.model.change_record import Lever
from tidegate.scaling.model.prices import HOURS_PER_MONTH, prices

__all__ = ["Modes", "modes"]

SECONDS_PER_HOUR = 3600


@dataclass(frozen=True, slots=True)
class Modes:
    """Provisioned against on-demand for a stream, or for a table with its indexes, in US dollars a
    month. ``provisioned_usd`` is at what is set now, None where it is on demand; ``followed_usd``
    provisioned by the load.

    ``load_share`` is how much of the provisioned capacity is used on average, 0..1, and
    ``even_share`` at which share both modes cost the same: below it on-demand costs less. It is 0
    where it never does, None where there were no records to tell, or not their size. ``full_rate``
    is the records a second that fill the ``shards`` of a stream.
    """

    layer: str
    is_on_demand: bool
    provisioned_usd: float | None
    followed_usd: float
    on_demand_usd: float
    load_share: float
    even_share: float | None
    shards: int | None = None
    full_rate: float | None = None


def modes(pipeline: Pipeline, usage: Usage, needed: Iterable[Need]) -> tuple[Modes, ...]:
    """Provisioned against on-demand, for the stream and for each table; a topic has no modes."""
    by_lever = {each.lever: each for each in needed}
    tables = (_table_modes(table, usage, by_lever) for table in tables_of(pipeline))
    streams = () if not has_stream(pipeline) else (_stream_modes(pipeline, usage, by_lever),)
    return (*streams, *tables)


def _stream_modes(pipeline: Pipeline, usage: Usage, by_lever: Mapping[Lever, Need]) -> Modes:
    stream = stream_of(pipeline)
    need = by_lever.get(Lever.of(LeverKind.SHARD_COUNT, stream.name))
    followed = stream.shard_count if need is None else need.followed
    shards = stream.shard_count if stream.is_provisioned else max(1, round(followed))
    shard_usd = _shard_hour_usd(stream) * HOURS_PER_MONTH
    put = usage.a_month(put_payload_units(usage)) * prices()["put_payload_unit_usd"]
    by_volume = _on_demand_volume_usd(pipeline, usage)
    full_rate = shards * _records_per_shard(usage)
    load_share = usage.records / usage.hours / SECONDS_PER_HOUR / full_rate
    return Modes(
        f"stream {stream.name}",
        not stream.is_provisioned,
        shards * shard_usd + put if stream.is_provisioned else None,
        followed * shard_usd + put,
        prices()["on_demand_stream_hour_usd"] * HOURS_PER_MONTH + by_volume,
        load_share,
        _even_share(stream, shards, by_volume - put, load_share),
        shards,
        full_rate,
    )


def _shard_hour_usd(stream: Stream) -> float:
    extended = stream.retention_hours > RETENTION_FREE_HOURS
    more = prices()["extended_retention_shard_hour_usd"] if extended else 0.0
    return prices()["shard_hour_usd"] + more


def _on_demand_volume_usd(pipeline: Pipeline, usage: Usage) -> float:
    price = prices()
    gigabytes_in, gigabytes_out = gigabytes(pipeline, usage)
    extended = gigabytes_extended(stream_of(pipeline), usage)
    return (
        gigabytes_in * price["on_demand_gigabyte_in_usd"]
        + gigabytes_out * price["on_demand_gigabyte_out_usd"]
        + extended * price["on_demand_extended_retention_gigabyte_month_usd"]
    )


def _records_per_shard(usage: Usage) -> float:
    """Records a second of the mean size that fill a shard."""
    if not usage.record_bytes:
        return SHARD_RECORDS_PER_SECOND
    return min(SHARD_RECORDS_PER_SECOND, SHARD_BYTES_PER_SECOND / usage.record_bytes)


def _even_share(stream: Stream, shards: int, dearer_usd: float, load_share: float) -> float | None:
    """Where what the hours of the shards cost more is what their records cost less."""
    spared = shards * _shard_hour_usd(stream) - prices()["on_demand_stream_hour_usd"]
    if spared <= 0:
        return 0.0
    return None if dearer_usd <= 0 else spared * HOURS_PER_MONTH / dearer_usd * load_share


def _table_modes(table: Table, usage: Usage, by_lever: Mapping[Lever, Need]) -> Modes:
    price = prices()
    now = followed = on_demand = busy = 0.0
    for capacity in table.capacities:
        write, read = usage.units[capacity.where]
        for word, kind, units, consumed in (
            ("write", LeverKind.WRITE_CAPACITY, capacity.write_units, write),
            ("read", LeverKind.READ_CAPACITY, capacity.read_units, read),
        ):
            unit_usd = price[f"{word}_capacity_unit_hour_usd"] * HOURS_PER_MONTH
            need = by_lever.get(Lever.of(kind, capacity.where))
            now += units * unit_usd
            followed += (units if need is None else need.followed) * unit_usd
            on_demand += usage.a_month(consumed) * price[f"on_demand_{word}_request_unit_usd"]
            busy += consumed / usage.hours / SECONDS_PER_HOUR * unit_usd
    even = price["write_capacity_unit_hour_usd"] / (
        SECONDS_PER_HOUR * price["on_demand_write_request_unit_usd"]
    )
    provisioned = now if table.is_provisioned else followed
    return Modes(
        f"table {table.name}",
        not table.is_provisioned,
        now if table.is_provisioned else None,
        followed,
        on_demand,
        busy / provisioned if provisioned else 0.0,
        even,
    )
