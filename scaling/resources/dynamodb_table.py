"""The levers of a table and its indexes: provisioned write and read capacity."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from rules.pipeline import Capacity, Table
from scaling.plan import Bound

__all__ = ["DECREASES_MAX", "DECREASES_WITHOUT_WAIT", "capacity_bounds"]

DECREASES_WITHOUT_WAIT = 4
"""Decreases per UTC day at any time (DynamoDB quotas)."""

DECREASES_MAX = 27
"""Decreases per UTC day in all: past the first four, one for each hour without one
(DynamoDB quotas)."""


def capacity_bounds(
    table: Table, capacity: Capacity, current: int, wanted: int, now: datetime
) -> Iterator[Bound]:
    """What UpdateTable takes now; the budget of decreases is the one that DescribeTable tells."""
    if not table.is_provisioned:
        yield Bound(current, current, f"{table.name} is on demand: its capacity is not ours to set")
        return
    statuses = [table.status, *(index.status for index in table.indexes)]
    if any(status != "ACTIVE" for status in statuses):
        busy = next(status for status in statuses if status != "ACTIVE")
        yield Bound(current, current, f"{table.name} is {busy}")
    if wanted < current:
        yield from _decrease_bounds(capacity, current, now)


def _decrease_bounds(capacity: Capacity, current: int, now: datetime) -> Iterator[Bound]:
    used = capacity.decreases_today
    last = capacity.last_decrease_at
    if used >= DECREASES_MAX:
        reason = f"all {DECREASES_MAX} decreases of {capacity.where} are spent today"
        yield Bound(current, current, reason)
    elif used >= DECREASES_WITHOUT_WAIT and last is not None and now - last < timedelta(hours=1):
        reason = (
            f"{used} decreases of {capacity.where} today: the next is allowed an hour after the "
            f"last, at {last + timedelta(hours=1):%H:%M}"
        )
        yield Bound(current, current, reason)
