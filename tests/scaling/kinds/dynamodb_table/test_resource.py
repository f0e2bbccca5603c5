from dataclasses import replace
from datetime import timedelta

import pytest

from tests.builders import NOON, Table, a_pipeline, a_table, signals
from tests.change_records import history
from tidegate.rules.cause import LeverKind
from tidegate.rules.graph import Pipeline
from tidegate.scaling.kinds.dynamodb_table.actions import CapacityTarget, UpdateTableThroughput
from tidegate.scaling.kinds.dynamodb_table.price import units_monthly_usd
from tidegate.scaling.kinds.dynamodb_table.resource import DynamodbTable
from tidegate.scaling.model.change_record import Lever
from tidegate.scaling.model.look import Situation
from tidegate.scaling.model.recommendation import UNCHANGED, Recommendation
from tidegate.scaling.model.resource_type import Changes

TABLE = DynamodbTable()
WRITE, READ, INDEX_WRITE, INDEX_READ = (
    Lever.of(kind, where)
    for where in ("scores", "scores/by-race")
    for kind in (LeverKind.WRITE_CAPACITY, LeverKind.READ_CAPACITY)
)
UNKNOWN = Lever.of(LeverKind.WRITE_CAPACITY, "another")


def pipeline(table: Table | None = None) -> Pipeline:
    return a_pipeline(table=table or a_table(100, index_units=50))


def test_a_table_and_its_indexes_have_write_and_read_capacity_each() -> None:
    assert set(TABLE.levers) == {LeverKind.WRITE_CAPACITY, LeverKind.READ_CAPACITY}
    assert list(TABLE.capacities(pipeline())) == [
        (WRITE, 100), (READ, 10), (INDEX_WRITE, 50), (INDEX_READ, 10)
    ]  # fmt: skip
    assert list(TABLE.other_settings(pipeline())) == []


def test_a_table_on_demand_has_no_capacity_that_can_be_set() -> None:
    assert list(TABLE.capacities(pipeline(replace(a_table(), mode="PAY_PER_REQUEST")))) == []


@pytest.mark.parametrize(
    ("table_status", "index_status", "changing"),
    [
        ("ACTIVE", "ACTIVE", False),
        ("UPDATING", "ACTIVE", True),
        ("ACTIVE", "UPDATING", True),
        ("CREATING", "CREATING", False),
    ],
)
def test_every_capacity_of_a_table_changes_while_one_does(
    table_status: str, index_status: str, changing: bool
) -> None:
    table = a_table(100, index_units=50)
    index = replace(table.indexes[0], status=index_status)
    seen = pipeline(replace(table, status=table_status, indexes=(index,)))
    own, of_index = ("scores", table_status), ("index scores/by-race", index_status)
    told = [(each.name, each.word) for each in TABLE.statuses(seen, WRITE)]
    assert told == [own]
    told = [(each.name, each.word) for each in TABLE.statuses(seen, INDEX_READ)]
    assert told == [own, of_index]
    assert [TABLE.is_changing(seen, each) for each in (WRITE, INDEX_READ)] == [changing] * 2
    assert not TABLE.is_changing(seen, UNKNOWN)


def test_a_change_and_back_shows_in_the_moments_of_the_capacity_itself() -> None:
    table = a_table(100, index_units=50)
    raised, lowered = NOON, NOON + timedelta(minutes=1)
    index = replace(table.indexes[0], last_increase_at=raised, last_decrease_at=lowered)
    seen = pipeline(replace(table, indexes=(index,), created="May"))
    assert TABLE.marks(seen, INDEX_WRITE) == (str(raised), str(lowered))
    assert TABLE.marks(seen, WRITE) == ("None", "None")
    assert TABLE.marks(seen, UNKNOWN) == ()
    assert [TABLE.identity(seen, each) for each in (WRITE, INDEX_READ, UNKNOWN)] == [
        "May", "May", ""
    ]  # fmt: skip
    assert TABLE.why_useless(seen, WRITE) is TABLE.why_undone(seen, WRITE, NOON) is None


def test_a_table_and_its_indexes_change_in_one_call_that_has_only_what_changes() -> None:
    settings = {WRITE: 200, INDEX_READ: 20, UNKNOWN: 7}
    assert list(TABLE.actions(pipeline(), Changes(settings))) == [
        UpdateTableThroughput(
            "scores",
            (CapacityTarget(None, 100, 10, 200, 10), CapacityTarget("by-race", 50, 10, 50, 20)),
        )
    ]
    assert list(TABLE.actions(pipeline(), Changes({READ: 5}))) == [
        UpdateTableThroughput("scores", (CapacityTarget(None, 100, 10, 100, 5),))
    ]
    assert list(TABLE.actions(pipeline(), Changes({UNKNOWN: 7}))) == []


def test_a_capacity_is_held_by_the_limits_of_its_table() -> None:
    seen = pipeline(replace(a_table(100), status="UPDATING"))
    situation = Situation(signals(seen), history(), NOON)
    (busy,) = TABLE.limits(situation, Recommendation(WRITE, 100, 200, UNCHANGED))
    assert str(busy.reason) == "scores is UPDATING"


@pytest.mark.parametrize("lever", [WRITE, READ, INDEX_WRITE])
def test_a_capacity_costs_its_units(lever: Lever) -> None:
    assert TABLE.monthly_usd(pipeline(), lever, 200) == units_monthly_usd(lever, 200) > 0
