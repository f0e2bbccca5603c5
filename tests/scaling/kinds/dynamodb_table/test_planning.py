"""Tables in a plan: who else sets their capacities."""

from dataclasses import replace
from datetime import timedelta

import pytest

from tests.builders import (
    NOON,
    SPEC,
    a_pipeline,
    newest,
    signals,
    the_consumer,
    with_consumers,
)
from tests.change_records import history
from tidegate.rules.cause import Cause, Diagnosis, LeverKind
from tidegate.rules.graph import Role
from tidegate.rules.kinds.dynamodb_table.state import tables_of
from tidegate.rules.scalable_targets import ScalableTarget, ScalableTargets
from tidegate.scaling.config.in_file import in_file
from tidegate.scaling.config.specification import Levers, LeverSpec, Owner
from tidegate.scaling.kinds.dynamodb_table.capacity_model import capacity_model
from tidegate.scaling.kinds.dynamodb_table.planning import TablePlanning
from tidegate.scaling.kinds.dynamodb_table.resource import DynamodbTable
from tidegate.scaling.kinds.lambda_mapping.reader import learn_reader
from tidegate.scaling.model.change_record import Lever
from tidegate.scaling.model.look import Look

PIPELINE = a_pipeline()
PLANNING = TablePlanning(tables_of(PIPELINE))
TARGET = ScalableTarget("scores", LeverKind.WRITE_CAPACITY, 5, 500)


def test_a_pipeline_that_writes_to_no_table_has_none_in_its_plan() -> None:
    assert DynamodbTable().planning(PIPELINE) == PLANNING
    alone = with_consumers(PIPELINE, replace(the_consumer(PIPELINE), writes=()))
    assert DynamodbTable().planning(alone) is None


@pytest.mark.parametrize(
    ("owner", "matters"), [("tidegate", True), ("application-autoscaling", False), (None, False)]
)
def test_other_owners_matter_where_a_capacity_is_tidegates(
    owner: Owner | None, matters: bool
) -> None:
    spec = replace(SPEC, levers=Levers(write_capacity=LeverSpec(max=9, owner=owner)))
    assert PLANNING.needs_other_owners(in_file(spec)) is matters


def test_two_owners_of_a_capacity_are_told() -> None:
    theirs = replace(PIPELINE, scalable_targets=ScalableTargets((TARGET,)))
    look = Look(replace(signals(PIPELINE), pipeline=theirs), (), in_file(SPEC), history(), NOON)
    (told,) = PLANNING.advice(look)
    assert "deregister the target" in told


def test_both_capacities_are_sinks_and_their_changes_take_a_minute() -> None:
    assert PLANNING.roles == {
        LeverKind.WRITE_CAPACITY: Role.SINK, LeverKind.READ_CAPACITY: Role.SINK,
    }  # fmt: skip
    assert PLANNING.in_effect_after == timedelta(minutes=1)
    assert set(PLANNING.capacity_causes) == {Cause.TABLE_THROTTLED, Cause.INDEX_THROTTLED}


def test_sinks_are_the_provisioned_tables_that_a_reader_writes_to() -> None:
    seen = signals(PIPELINE)
    reader = learn_reader(seen, the_consumer(PIPELINE), history())
    (sink,) = PLANNING.sinks(seen, reader, history())
    assert sink == capacity_model(seen, sink.capacity, reader, history())
    (table,) = PLANNING.tables
    on_demand = TablePlanning((replace(table, mode="PAY_PER_REQUEST"),))
    assert list(on_demand.sinks(seen, reader, history())) == []
    other = TablePlanning((replace(table, name="another"),))
    assert list(other.sinks(seen, reader, history())) == []


def test_what_is_consumed_is_told_of_tables_on_demand_too() -> None:
    seen = signals(PIPELINE)
    on_demand = TablePlanning((replace(PLANNING.tables[0], mode="PAY_PER_REQUEST"),))
    series = seen.series.of["dynamodb_table"]["scores"]
    assert list(on_demand.consumption(seen)) == [
        (Lever.of(LeverKind.WRITE_CAPACITY, "scores"), series.consumed_write_units),
        (Lever.of(LeverKind.READ_CAPACITY, "scores"), series.consumed_read_units),
    ]


def test_a_throttled_table_refuses_by_the_lever_that_cures_it() -> None:
    seen = newest(signals(PIPELINE), "scores", write_throttles=[50.0])
    ill = Diagnosis(Cause.TABLE_THROTTLED, "scores", (), (LeverKind.WRITE_CAPACITY,))
    (refusal,) = PLANNING.refusals(seen, (ill,))
    assert (str(refusal.lever), refusal.units) == ("write_capacity of scores", 5000)
    assert refusal.doubled().capacity == 10_000
    assert list(PLANNING.refusals(seen, ())) == []
