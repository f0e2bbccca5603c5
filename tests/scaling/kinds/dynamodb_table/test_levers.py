from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from tests.builders import NOON, Table, a_pipeline, a_table
from tests.change_records import change, history
from tidegate.rules.cause import LeverKind
from tidegate.scaling.kinds.dynamodb_table import words
from tidegate.scaling.kinds.dynamodb_table.levers import capacity_constraints, table_constraints
from tidegate.scaling.model.change_record import Lever, Outcome, refused_by_limit
from tidegate.scaling.model.history import History
from tidegate.scaling.model.plan import Constraint, Prohibition
from tidegate.scaling.model.recommendation import UNCHANGED, Recommendation

WRITE = Lever.of(LeverKind.WRITE_CAPACITY, "scores")
INDEX = Lever.of(LeverKind.WRITE_CAPACITY, "scores/by-race")
REFUSED = Prohibition(words.REFUSED(name="scores", refusal="no more decreases"))


def with_decreases(count: int, minutes_ago: float | None) -> Table:
    at = None if minutes_ago is None else NOON - timedelta(minutes=minutes_ago)
    table = a_table()
    capacity = replace(table.capacity, decreases_today=count, last_decrease_at=at)
    return replace(table, capacity=capacity)


def kept(count: int, minutes: float) -> Prohibition:
    at = NOON + timedelta(minutes=minutes)
    return Prohibition(words.BUDGET_KEPT(decreases=count, where="scores", next_at=at))


@pytest.mark.parametrize(
    ("table", "found"),
    [
        (with_decreases(3, 1), []),
        (with_decreases(4, 59), [kept(4, 1)]),
        (with_decreases(4, 60), []),
        (with_decreases(4, None), []),
        (with_decreases(26, 10), [kept(26, 50)]),
        (with_decreases(26, 60), []),
        (
            with_decreases(27, 90),
            [Prohibition(words.BUDGET_SPENT(limit_decreases=27, where="scores"))],
        ),
    ],
    ids=["fourth", "within-the-hour", "after-an-hour", "untold", "late", "27th", "spent"],
)
def test_four_decreases_a_day_are_free_and_then_one_an_hour_up_to_27(
    table: Table, found: list[Constraint]
) -> None:
    assert list(capacity_constraints(table, table.capacity, is_decrease=True, now=NOON)) == found
    assert list(capacity_constraints(table, table.capacity, is_decrease=False, now=NOON)) == []


@pytest.mark.parametrize("is_decrease", [True, False])
def test_a_table_on_demand_has_no_capacity_to_set(is_decrease: bool) -> None:
    table = replace(with_decreases(27, 1), mode="PAY_PER_REQUEST", status="UPDATING")
    found = list(capacity_constraints(table, table.capacity, is_decrease, NOON))
    assert found == [Prohibition(words.ON_DEMAND(name="scores"))]


def test_a_table_is_busy_while_it_or_any_index_is() -> None:
    table = a_table(index_units=5)
    busy = replace(table.indexes[0], status="CREATING")
    for seen, status in (
        (replace(table, status="UPDATING"), "UPDATING"),
        (replace(table, indexes=(busy,)), "CREATING"),
    ):
        found = list(capacity_constraints(seen, table.capacity, is_decrease=False, now=NOON))
        assert found == [Prohibition(words.RESOURCE_BUSY(name="scores", status=status))]


def refused(lever: Lever, minutes_ago: float, **others: Any) -> History:
    told = {
        "operation": "dynamodb:UpdateTable",
        "outcome": Outcome.FAILED,
        "detail": refused_by_limit("no more decreases"),
        **others,
    }
    return history(change(lever, 100, 50, minutes_ago=minutes_ago, **told))


@pytest.mark.parametrize(
    ("past", "wanted", "found"),
    [
        (refused(WRITE, 59), 500, [REFUSED]),
        (refused(INDEX, 59), 500, [REFUSED]),
        (refused(WRITE, 60), 500, []),
        (refused(WRITE, 59), 2_000, []),
        (refused(Lever.of(LeverKind.WRITE_CAPACITY, "scores-2"), 59), 500, []),
        (refused(WRITE, 59, operation="another:Call"), 500, []),
        (refused(WRITE, 59, detail="no more decreases"), 500, []),
    ],
    ids=["own", "index", "an-hour-ago", "raise", "other-table", "other-call", "no-limit"],
)
def test_a_decrease_refused_for_a_limit_holds_decreases_of_the_table_for_an_hour(
    past: History, wanted: int, found: list[Constraint]
) -> None:
    pipeline = a_pipeline(table=a_table(1_000, index_units=5))
    recommendation = Recommendation(WRITE, 1_000, wanted, UNCHANGED)
    assert list(table_constraints(pipeline, recommendation, past, NOON)) == found


def test_an_index_is_held_by_its_own_decreases_and_its_table_by_the_tables() -> None:
    table = a_table(1_000, index_units=1_000)
    spent = replace(table.indexes[0], decreases_today=27)
    pipeline = a_pipeline(table=replace(table, indexes=(spent,), replicas=("eu-west-1",)))
    replicated = [
        Prohibition(words.REPLICATED(table="scores", regions="eu-west-1")),
    ]
    held = Prohibition(words.BUDGET_SPENT(limit_decreases=27, where="scores/by-race"))
    for lever, own in ((WRITE, []), (INDEX, [held])):
        recommendation = Recommendation(lever, 1_000, 500, UNCHANGED)
        found = list(table_constraints(pipeline, recommendation, history(), NOON))
        assert found == own + replicated
