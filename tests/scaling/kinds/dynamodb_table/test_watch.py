"""The alarms of tables and their rows: a table with its indexes, each with capacity of its own."""

from dataclasses import replace
from typing import Any

from tests.builders import a_pipeline, a_table
from tidegate.rules.cause import LeverKind
from tidegate.rules.kinds.dynamodb_table.metrics import table_metric
from tidegate.rules.kinds.dynamodb_table.state import Table
from tidegate.rules.kinds.packs import in_force
from tidegate.scaling.kinds.dynamodb_table.watch import table_alarms, table_rows
from tidegate.scaling.model.change_record import Lever
from tidegate.scaling.model.dashboard_row import Limit
from tidegate.scaling.model.watched import Watched

WRITES = Lever.of(LeverKind.WRITE_CAPACITY, "scores")


def watched(table: Table, *owned: Lever) -> Watched:
    return Watched(a_pipeline(table=table), 60, in_force({}), frozenset(owned))


def alarms(seen: Watched) -> dict[str, dict[str, Any]]:
    return dict(table_alarms(seen))


def test_a_table_and_each_index_have_alarms_of_their_own() -> None:
    found = alarms(watched(a_table(1000, index_units=500)))
    names = ("writes-throttled", "reads-throttled", "write-capacity", "read-capacity")
    places = ("scores", "scores/by-race")
    assert set(found) == {f"{where}/{name}" for where in places for name in names}
    index = found["scores/by-race/writes-throttled"]["Metrics"][0]["MetricStat"]["Metric"]
    assert {"Name": "GlobalSecondaryIndexName", "Value": "by-race"} in index["Dimensions"]


def test_capacity_that_tidegate_owns_is_used_up_before_anyone_is_paged() -> None:
    found = alarms(watched(a_table(1000), WRITES))
    limits = in_force({})
    ours, theirs = limits["write-capacity-used-up"], limits["capacity-near-limit"]
    assert found["scores/write-capacity"]["Threshold"] == ours * 100
    assert found["scores/read-capacity"]["Threshold"] == theirs * 100
    assert ours > theirs


def test_an_on_demand_table_has_no_alarm_on_its_capacity() -> None:
    found = alarms(watched(replace(a_table(0), mode="PAY_PER_REQUEST")))
    assert set(found) == {"scores/writes-throttled", "scores/reads-throttled"}


def test_the_row_of_a_table_has_its_provisioned_units_as_limits() -> None:
    def provisioned(kind: LeverKind, where: str, units: int) -> tuple[Limit, ...]:
        name = "Write" if kind is LeverKind.WRITE_CAPACITY else "Read"
        table, _, index = where.partition("/")
        published = table_metric(table, index or None, f"Provisioned{name}CapacityUnits", "Average")
        return (Limit("provisioned", units, ((Lever.of(kind, where), units),), published),)

    (row,) = table_rows(watched(a_table(1000, index_units=500)))
    limits = {graph.title: graph.limits for graph in row.graphs}
    assert limits == {
        "Write units of scores": provisioned(LeverKind.WRITE_CAPACITY, "scores", 1000),
        "Read units of scores": provisioned(LeverKind.READ_CAPACITY, "scores", 10),
        "Throttled at scores": (),
        "Write units of scores/by-race": provisioned(
            LeverKind.WRITE_CAPACITY, "scores/by-race", 500
        ),
        "Read units of scores/by-race": provisioned(LeverKind.READ_CAPACITY, "scores/by-race", 10),
        "Throttled at scores/by-race": (),
    }
