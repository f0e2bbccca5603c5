"""What a pipeline costs a month, layer by layer: pure functions.

Prices are those of ``scaling/model/prices.json``. Not counted: storage of tables, enhanced fan-out,
data transfer, logs, metrics, and any free tier or discount.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from math import ceil

from tidegate.rules.cause import LeverKind
from tidegate.rules.graph import Pipeline
from tidegate.rules.kinds.dynamodb_table.state import Table, tables_of
from tidegate.rules.kinds.flink_application.state import FlinkApplication, applications_of
from tidegate.rules.kinds.kinesis_stream.state import Stream, has_stream, stream_of
from tidegate.rules.kinds.lambda_mapping.state import consumers_of
from tidegate.scaling.cost.replay import Need
from tidegate.scaling.cost.usage import Usage
from tidegate.scaling.model.change_record import Lever
from tidegate.scaling.model.prices import HOURS_PER_MONTH, prices

__all__ = ["Item", "gigabytes", "gigabytes_extended", "items", "put_payload_units"]

GIGABYTE = 2**30
ON_DEMAND_RECORD_BYTES = 1024
"""What the size of a record is rounded up to in on-demand mode (Kinesis pricing)."""

RETENTION_FREE_HOURS, RETENTION_EXTENDED_HOURS = 24, 168
"""Retention is priced beyond a day, and otherwise beyond seven days (Kinesis pricing)."""


@dataclass(frozen=True, slots=True)
class Item:
    """One line of the bill, in US dollars a month.

    ``at_peak_usd`` is the price of always having what the highest peak needs, ``followed_usd`` that
    of following the load as Tidegate does; both are ``now_usd`` where no lever changes it. The
    amounts are words for the same three.
    """

    layer: str
    what: str
    amount: str
    now_usd: float
    at_peak_usd: float
    followed_usd: float
    at_peak: str = ""
    followed: str = ""
    lever: Lever | None = None


def items(pipeline: Pipeline, usage: Usage, needed: Iterable[Need]) -> tuple[Item, ...]:
    """The bill, the stream first."""
    by_lever = {each.lever: each for each in needed}
    return (
        *(() if not has_stream(pipeline) else _stream_items(pipeline, usage, by_lever)),
        *_function_items(pipeline, usage),
        *(item for each in applications_of(pipeline) for item in _application_items(each)),
        *(item for table in tables_of(pipeline) for item in _table_items(table, usage, by_lever)),
    )


def _fixed(layer: str, what: str, amount: str, usd: float) -> Item:
    return Item(layer, what, amount, usd, usd, usd)


def _short(count: float) -> str:
    return f"{count / 1e6:,.1f} M" if count >= 1e6 else f"{count:,.0f}"


def _moved(
    layer: str, what: str, lever: Lever, current: int, unit_usd: float, need: Need | None
) -> Item:
    """A line whose amount is a lever's; without a need it stays as it is."""
    peak, followed = (current, current) if need is None else (need.at_peak, need.followed)
    return Item(
        layer, what, f"{current:,}", current * unit_usd, peak * unit_usd, followed * unit_usd,
        f"{peak:,}", f"{followed:,.1f}", lever,
    )  # fmt: skip


def _stream_items(
    pipeline: Pipeline, usage: Usage, by_lever: Mapping[Lever, Need]
) -> Iterator[Item]:
    stream, layer, price = stream_of(pipeline), f"stream {stream_of(pipeline).name}", prices()
    if not stream.is_provisioned:
        yield from _on_demand_stream_items(pipeline, usage)
        return
    lever = Lever.of(LeverKind.SHARD_COUNT, stream.name)
    hourly, need = price["shard_hour_usd"], by_lever.get(lever)
    yield _moved(layer, "shards", lever, stream.shard_count, hourly * HOURS_PER_MONTH, need)
    units = usage.a_month(put_payload_units(usage))
    yield _fixed(layer, "PUT payload units", _short(units), units * price["put_payload_unit_usd"])
    if stream.retention_hours > RETENTION_FREE_HOURS:
        hourly = price["extended_retention_shard_hour_usd"]
        yield _moved(
            layer, "retention, shards", lever, stream.shard_count, hourly * HOURS_PER_MONTH, need
        )
    yield from _long_retention(stream, usage)


def put_payload_units(usage: Usage) -> float:
    """As if every record were of the mean size, which is all that metrics show."""
    return usage.records * max(1, ceil(usage.record_bytes / prices()["put_payload_unit_bytes"]))


def _long_retention(stream: Stream, usage: Usage) -> Iterator[Item]:
    beyond = stream.retention_hours - RETENTION_EXTENDED_HOURS
    if beyond > 0:
        stored = usage.bytes_in / usage.hours * beyond / GIGABYTE
        usd = stored * prices()["long_term_retention_gigabyte_month_usd"]
        layer, what = f"stream {stream.name}", "retention > 7 d, GB"
        yield _fixed(layer, what, f"{stored:,.1f}", usd)


def _on_demand_stream_items(pipeline: Pipeline, usage: Usage) -> Iterator[Item]:
    stream, price = stream_of(pipeline), prices()
    layer = f"stream {stream.name}"
    hours = HOURS_PER_MONTH
    yield _fixed(layer, "stream hours", f"{hours}", hours * price["on_demand_stream_hour_usd"])
    gigabytes_in, gigabytes_out = gigabytes(pipeline, usage)
    usd_in = gigabytes_in * price["on_demand_gigabyte_in_usd"]
    yield _fixed(layer, "GB in", f"{gigabytes_in:,.1f}", usd_in)
    usd_out = gigabytes_out * price["on_demand_gigabyte_out_usd"]
    yield _fixed(layer, "GB out", f"{gigabytes_out:,.1f}", usd_out)
    stored = gigabytes_extended(stream, usage)
    if stored:
        usd = stored * price["on_demand_extended_retention_gigabyte_month_usd"]
        yield _fixed(layer, "retention, GB", f"{stored:,.1f}", usd)
    yield from _long_retention(stream, usage)


def gigabytes_extended(stream: Stream, usage: Usage) -> float:
    """What on-demand mode keeps beyond a day and up to seven."""
    hours = min(stream.retention_hours, RETENTION_EXTENDED_HOURS) - RETENTION_FREE_HOURS
    return usage.bytes_in / usage.hours * max(0, hours) / GIGABYTE


def gigabytes(pipeline: Pipeline, usage: Usage) -> tuple[float, float]:
    """In and out a month as on-demand mode counts them; out once a consumer where no metric tells
    of it."""
    rounded = ceil(usage.record_bytes / ON_DEMAND_RECORD_BYTES) * ON_DEMAND_RECORD_BYTES
    readers = len(pipeline.processors)
    out = usage.bytes_out or usage.bytes_in * readers
    return (
        usage.a_month(usage.records * rounded) / GIGABYTE,
        usage.a_month(out) / GIGABYTE,
    )


def _function_items(pipeline: Pipeline, usage: Usage) -> Iterator[Item]:
    price = prices()
    for function in {each.function.name: each.function for each in consumers_of(pipeline)}.values():
        layer = f"function {function.name}"
        invocations, milliseconds = usage.functions[function.name]
        gigabyte_seconds = usage.a_month(milliseconds) / 1000 * function.memory_megabytes / 1024
        usd = gigabyte_seconds * price["lambda_gigabyte_second_usd"]
        what = f"GB-s at {function.memory_megabytes:,} MB"
        yield _fixed(layer, what, _short(gigabyte_seconds), usd)
        requests = usage.a_month(invocations)
        usd = requests * price["lambda_request_usd"]
        yield _fixed(layer, "requests", _short(requests), usd)


def _application_items(application: FlinkApplication) -> Iterator[Item]:
    """KPUs as they are now; following the load costs restarts, which no bill tells."""
    layer, price = f"application {application.name}", prices()
    kpus = application.kpus + 1
    usd = kpus * price["kpu_hour_usd"] * HOURS_PER_MONTH
    yield _fixed(layer, "KPUs, one of them for orchestration", f"{kpus}", usd)
    storage = application.kpus * price["running_storage_gigabytes_per_kpu"]
    usd = storage * price["running_storage_gigabyte_month_usd"]
    yield _fixed(layer, "running storage, GB", f"{storage:,.0f}", usd)


def _table_items(table: Table, usage: Usage, by_lever: Mapping[Lever, Need]) -> Iterator[Item]:
    price = prices()
    for capacity in table.capacities:
        kind = "table" if capacity.index is None else "index"
        layer = f"{kind} {capacity.where}"
        write, read = usage.units[capacity.where]
        for word, lever_kind, units, consumed in (
            ("write", LeverKind.WRITE_CAPACITY, capacity.write_units, write),
            ("read", LeverKind.READ_CAPACITY, capacity.read_units, read),
        ):
            lever = Lever.of(lever_kind, capacity.where)
            if table.is_provisioned:
                monthly = price[f"{word}_capacity_unit_hour_usd"] * HOURS_PER_MONTH
                what = f"{word} units/s"
                yield _moved(layer, what, lever, units, monthly, by_lever.get(lever))
            else:
                requests = usage.a_month(consumed)
                usd = requests * price[f"on_demand_{word}_request_unit_usd"]
                yield _fixed(layer, f"{word} request units", _short(requests), usd)
