"""Bounds of a table's capacities out of two weeks of metrics: pure functions."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from statistics import median

from tidegate.rules.cause import LeverKind
from tidegate.rules.graph import Pipeline
from tidegate.rules.kinds.dynamodb_table.metrics import table_metric
from tidegate.rules.kinds.dynamodb_table.state import Capacity, tables_of
from tidegate.rules.window import Metric
from tidegate.scaling.kinds.dynamodb_table.limits import CAPACITY_UNITS_MAX
from tidegate.scaling.kinds.dynamodb_table.price import units_monthly_usd
from tidegate.scaling.load.base_load import (
    RecordCost,
    UseMinute,
    constant_cost,
    cost_of_records,
    ratio_cost,
    within_refusals,
)
from tidegate.scaling.model.change_record import Lever
from tidegate.scaling.model.proposal import (
    HEADROOM,
    PERIOD_SECONDS,
    Evidence,
    Proposed,
    Range,
    above,
    coarse,
    priced,
    unseen,
    whole,
)

__all__ = ["seen_metrics", "table_ranges"]

ONE_UNIT = 1.0
"""What a request refused is counted as: bytes aren't asked for over two weeks."""


@dataclass(frozen=True, slots=True)
class _Use:
    """Units a second that were consumed, and what the peak of the stream would have consumed where
    throttling held the table back; None where nothing was throttled."""

    seen: tuple[float, ...]
    held_back: float | None


def _consumed(capacity: Capacity, kind: str) -> Metric:
    """Units consumed; ``kind`` is Write or Read."""
    name = f"Consumed{kind}CapacityUnits"
    return coarse(table_metric(capacity.table, capacity.index, name, "Sum"))


def _throttled(capacity: Capacity, kind: str) -> Metric:
    """Events throttled; ``kind`` is Write or Read."""
    name = f"{kind}ThrottleEvents"
    return coarse(table_metric(capacity.table, capacity.index, name, "Sum"))


def _provisioned(pipeline: Pipeline) -> Iterator[Capacity]:
    for table in tables_of(pipeline):
        yield from table.capacities if table.is_provisioned else ()


def seen_metrics(pipeline: Pipeline) -> Iterator[Metric]:
    """What was consumed and throttled of each provisioned capacity."""
    for capacity in _provisioned(pipeline):
        for kind in ("Write", "Read"):
            yield from (_consumed(capacity, kind), _throttled(capacity, kind))


def table_ranges(evidence: Evidence) -> Iterator[Range]:
    """Write and read units of each provisioned table and index."""
    for capacity in _provisioned(evidence.pipeline):
        for kind, word, units in (
            (LeverKind.WRITE_CAPACITY, "Write", capacity.write_units),
            (LeverKind.READ_CAPACITY, "Read", capacity.read_units),
        ):
            lever, use = Lever.of(kind, capacity.where), _use(capacity, word, evidence)
            yield _units(lever, units, use, evidence.target_utilization["capacity"])


def _use(capacity: Capacity, kind: str, evidence: Evidence) -> _Use:
    sums = evidence.present(_consumed(capacity, kind))
    would, flow = None, _flow(evidence)
    if flow is not None and any(evidence.present(_throttled(capacity, kind))):
        cost, peak = _cost(capacity, kind, evidence, flow), max(flow.arrived.values(), default=0.0)
        would = None if cost is None else cost.units(peak / PERIOD_SECONDS)
    return _Use(tuple(each / PERIOD_SECONDS for each in sums), would)


@dataclass(frozen=True, slots=True)
class _Flow:
    """The records that came in at the source, each five minutes, and those that one reader read."""

    arrived: Mapping[datetime, float]
    read: Mapping[datetime, float]


def _flow(evidence: Evidence) -> _Flow | None:
    """Each reader of a source reads every record, those that no file names included."""
    pipeline = evidence.pipeline
    flows = (kind.flow(pipeline) for kind in pipeline.kinds.signals)
    told = next((each for each in flows if each is not None), None)
    if told is None:
        return None
    *metrics, least = told
    arrived, read = (_points(evidence, coarse(metric)) for metric in metrics)
    came = sum(arrived.values()) or 1
    readers = max(least, round(sum(read.values()) / came))
    return _Flow(arrived, {at: records / readers for at, records in read.items()})


def _cost(capacity: Capacity, kind: str, evidence: Evidence, flow: _Flow) -> RecordCost | None:
    """What a record costs and others use, as in a sweep: where nothing tells them apart, writes are
    the stream's as far as what is refused allows, and reads are not."""
    every = list(_minutes(capacity, kind, evidence, flow))
    clean = [minute for minute in every if not minute.refused]
    found = cost_of_records(clean)
    if found is not None:
        return found
    if kind != "Write":
        return constant_cost(clean or every)
    return within_refusals(clean, every, ONE_UNIT) or ratio_cost(every)


def _minutes(capacity: Capacity, kind: str, evidence: Evidence, flow: _Flow) -> Iterator[UseMinute]:
    """Each period of which the flow and the use are known."""
    throttled = _points(evidence, _throttled(capacity, kind))
    for at, units in _points(evidence, _consumed(capacity, kind)).items():
        if at in flow.arrived and at in flow.read:
            refused = ONE_UNIT * throttled.get(at, 0.0)
            sums = (flow.arrived[at], flow.read[at], units, refused)
            yield UseMinute(*(each / PERIOD_SECONDS for each in sums))


def _points(evidence: Evidence, metric: Metric) -> dict[datetime, float]:
    window = evidence.windows.get(metric)
    return {} if window is None else dict(window.points())


def _units(lever: Lever, current: int, use: _Use, target: float) -> Range:
    price = partial(units_monthly_usd, lever)
    if not use.seen:
        return unseen(lever, current, price, CAPACITY_UNITS_MAX)
    peak = max(*use.seen, use.held_back or 0.0)
    most, usual = (whole(each / target) for each in (peak, median(use.seen)))
    if use.held_back is None:
        words = f"the peak of {peak:,.1f} units/s needs at {target:.0%} use"
    else:
        words = (
            f"{peak:,.1f} units/s need at {target:.0%} use: as many a record as ever, at the "
            "stream's peak; it was throttled"
        )
    return Range(
        lever,
        current,
        Proposed(min(current, usual), f"half of the time {median(use.seen):,.1f} units/s or fewer"),
        priced(max(current, HEADROOM * most), above(current, most, words), price),
    )
