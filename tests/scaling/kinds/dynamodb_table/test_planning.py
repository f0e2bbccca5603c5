"""Tables in a plan: who else sets their capacities."""

from dataclasses import replace

import pytest

from tests.builders import (
    NOON,
    SPEC,
    a_pipeline,
    signals,
    the_consumer,
    with_consumers,
)
from tests.change_records import history
from tidegate.rules.cause import LeverKind
from tidegate.rules.kinds.dynamodb_table.state import tables_of
from tidegate.rules.scalable_targets import ScalableTarget, ScalableTargets
from tidegate.scaling.config.in_file import in_file
from tidegate.scaling.config.specification import Levers, LeverSpec, Owner
from tidegate.scaling.kinds.dynamodb_table.planning import TablePlanning
from tidegate.scaling.kinds.dynamodb_table.resource import DynamodbTable
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
