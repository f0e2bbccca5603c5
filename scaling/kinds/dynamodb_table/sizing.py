"""A table's burst credits, by the capacity it left unused, and how fast they can be spent."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from math import ceil

from tidegate.rules.cause import LeverKind
from tidegate.rules.kinds.dynamodb_table.state import Capacity
from tidegate.rules.kinds.signals import BURST_SECONDS
from tidegate.rules.kinds.source import SourceSeries
from tidegate.rules.window import Window
from tidegate.scaling.model.change_record import Lever, Outcome
from tidegate.scaling.model.history import History

__all__ = [
    "IN_EFFECT",
    "PARTITION_UNITS",
    "burst_credit_units",
    "partition_units",
    "units_during_delay",
    "units_per_item",
]

PARTITION_UNITS = 1000
"""Write units that a partition takes a second, burst included (DynamoDB guide, burst and adaptive
capacity)."""

WRITE_UNIT_BYTES = 1024
"""An item takes a write unit for each KiB, rounded up (DynamoDB guide, provisioned capacity)."""

SURELY_CONSUMED = 0.9
"""Writes are counted in the minute in which they are tried, and may be done in the next."""

SAME_CHANGE = timedelta(minutes=2)
"""DescribeTable's moment of an increase and the ledger's are of one change within this time."""

IN_EFFECT = timedelta(minutes=1)
"""A table takes a change within a minute."""


def burst_credit_units(capacity: Capacity, consumed: Window, history: History) -> float:
    """Burst credits in write units, at least: unused ones of the last 300 s' worth (DynamoDB guide,
    burst capacity).

    The units of earlier minutes are those that the ledger tells. Before an increase that it does
    not know of, nothing counts; a minute without data saves nothing.
    """
    changes = list(_changes(capacity, history))
    since = _unknown_increase(capacity, changes)
    seconds = consumed.metric.period_seconds
    saved = 0.0
    for at, spent in consumed.points():
        if since is not None and at < since:
            continue
        units = _units_at(at, changes, capacity.write_units)
        saved = min(BURST_SECONDS * units, max(0.0, saved + units * seconds - spent))
    return min(saved, float(BURST_SECONDS * capacity.write_units))


def partition_units(capacity: Capacity, consumed: Window, history: History) -> int:
    """Write units that all partitions take a second, at least: as many partitions as the most units
    need that it has or is known to have had or consumed. AWS takes none of them back."""
    lever = Lever.of(LeverKind.WRITE_CAPACITY, capacity.where)
    done = (
        max(change_record.from_capacity, change_record.to_capacity)
        for change_record in history.change_records
        if change_record.lever == lever and change_record.outcome is Outcome.DONE
    )
    peak = SURELY_CONSUMED * (consumed.peak or 0.0) / consumed.metric.period_seconds
    return PARTITION_UNITS * ceil(max(1, capacity.write_units, peak, *done) / PARTITION_UNITS)


def units_during_delay(
    capacity: Capacity, history: History, start: datetime, seconds: float
) -> float:
    """The mean write units over some seconds from ``start``: those before a change made in them,
    for as long as it takes to be in effect."""
    newest = max(_changes(capacity, history), default=None)
    if newest is None:
        return float(capacity.write_units)
    changed, before = newest
    old = min(seconds, max(0.0, (changed + IN_EFFECT - start).total_seconds())) / seconds
    return before * old + capacity.write_units * (1 - old)


def units_per_item(source: SourceSeries) -> int:
    """Write units of a record that is written as one item of its own size; 1 where that isn't
    known."""
    records, size = source.incoming_records.total, source.incoming_bytes.total
    return max(1, ceil(size / records / WRITE_UNIT_BYTES)) if records else 1


def _changes(capacity: Capacity, history: History) -> Iterator[tuple[datetime, int]]:
    """When the units changed, and what they were before."""
    lever = Lever.of(LeverKind.WRITE_CAPACITY, capacity.where)
    for change_record in history.change_records:
        if change_record.lever == lever and change_record.outcome is Outcome.DONE:
            yield change_record.begun_at, change_record.from_capacity


def _unknown_increase(capacity: Capacity, changes: list[tuple[datetime, int]]) -> datetime | None:
    increased = capacity.last_increase_at
    if increased is None or any(abs(at - increased) <= SAME_CHANGE for at, _ in changes):
        return None
    return increased


def _units_at(at: datetime, changes: list[tuple[datetime, int]], now: int) -> int:
    """The units before the first change after a moment; those of now where there is none."""
    return next((before for changed, before in changes if changed > at), now)
