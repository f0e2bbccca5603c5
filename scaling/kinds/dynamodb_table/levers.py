"""The levers of a table and its indexes: provisioned write and read capacity."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from tidegate.rules.graph import Pipeline
from tidegate.rules.kinds.dynamodb_table.state import Capacity, Table, tables_of
from tidegate.scaling.kinds.dynamodb_table import words
from tidegate.scaling.kinds.dynamodb_table.second_owner import second_owners
from tidegate.scaling.model.history import History
from tidegate.scaling.model.plan import Constraint, Prohibition
from tidegate.scaling.model.recommendation import Recommendation

__all__ = [
    "DECREASES_MAX",
    "DECREASES_WITHOUT_WAIT",
    "capacity_constraints",
    "table_constraints",
]

UPDATE_TABLE = "dynamodb:UpdateTable"

DECREASES_WITHOUT_WAIT = 4
"""Decreases per UTC day at any time (DynamoDB quotas)."""

DECREASES_MAX = 27
"""Decreases per UTC day in all: past the first four, one for each hour without one
(DynamoDB quotas)."""


def table_constraints(
    pipeline: Pipeline, recommendation: Recommendation, history: History, now: datetime
) -> Iterator[Constraint]:
    """All that keeps a capacity of a table or an index where it is: AWS, and other owners."""
    table, capacity = next(
        (table, capacity)
        for table in tables_of(pipeline)
        for capacity in table.capacities
        if capacity.where == recommendation.lever.where
    )
    is_decrease = recommendation.wanted < recommendation.current
    yield from capacity_constraints(table, capacity, is_decrease, now)
    refusal = _refusal(history, table, now) if is_decrease else None
    if refusal is not None:
        yield Prohibition(words.REFUSED(name=table.name, refusal=refusal))
    yield from second_owners(pipeline, table, recommendation.lever)


def capacity_constraints(
    table: Table, capacity: Capacity, is_decrease: bool, now: datetime
) -> Iterator[Constraint]:
    """What UpdateTable takes now; the budget of decreases is the one that DescribeTable tells."""
    if not table.is_provisioned:
        yield Prohibition(words.ON_DEMAND(name=table.name))
        return
    statuses = [table.status, *(index.status for index in table.indexes)]
    if any(status != "ACTIVE" for status in statuses):
        busy = next(status for status in statuses if status != "ACTIVE")
        yield Prohibition(words.RESOURCE_BUSY(name=table.name, status=busy))
    if is_decrease:
        yield from _decrease_constraints(capacity, now)


def _refusal(history: History, table: Table, now: datetime) -> str | None:
    """AWS's words when it lately refused a change of the table for a limit. What it counts is
    decreases: one in the same call as a raise would have the raise refused again and again."""
    told = (
        change_record.refusal
        for change_record in reversed(history.change_records)
        if change_record.operation == UPDATE_TABLE
        and change_record.lever.where.partition("/")[0] == table.name
        and change_record.refusal is not None
        and now - change_record.begun_at < timedelta(hours=1)
    )
    return next(told, None)


def _decrease_constraints(capacity: Capacity, now: datetime) -> Iterator[Constraint]:
    used = capacity.decreases_today
    last = capacity.last_decrease_at
    if used >= DECREASES_MAX:
        yield Prohibition(words.BUDGET_SPENT(limit_decreases=DECREASES_MAX, where=capacity.where))
    elif used >= DECREASES_WITHOUT_WAIT and last is not None and now - last < timedelta(hours=1):
        yield Prohibition(
            words.BUDGET_KEPT(
                decreases=used, where=capacity.where, next_at=last + timedelta(hours=1)
            )
        )
