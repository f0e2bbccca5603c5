"""Bounds of a table's capacities out of two weeks of metrics: pure functions."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from statistics import median

from tidegate.rules.cause import LeverKind
from tidegate.rules.graph import Pipeline
from tidegate.rules.kinds.dynamodb_table.metrics import table_metric
from tidegate.rules.kinds.dynamodb_table.state import Capacity, tables_of
from tidegate.rules.window import Metric
from tidegate.scaling.kinds.dynamodb_table.limits import CAPACITY_UNITS_MAX
from tidegate.scaling.kinds.dynamodb_table.price import units_monthly_usd
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
    events = sum(evidence.present(_throttled(capacity, kind)))
    arrived, read = _flow(evidence)
    would = None
    if events and read and arrived and sums:
        would = max(arrived) / PERIOD_SECONDS * sum(sums) / read
    return _Use(tuple(each / PERIOD_SECONDS for each in sums), would)


def _flow(evidence: Evidence) -> tuple[Sequence[float], float]:
    """The records that came in at the source, each five minutes, and how many of them were read in
    all: each of its readers reads every record."""
    pipeline = evidence.pipeline
    flows = (kind.flow(pipeline) for kind in pipeline.kinds.signals)
    flow = next((each for each in flows if each is not None), None)
    if flow is None:
        return (), 0.0
    came, read = (evidence.present(coarse(metric)) for metric in flow)
    return came, sum(read) / len(pipeline.processors)


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
