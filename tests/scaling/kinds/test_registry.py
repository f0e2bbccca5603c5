"""Each lever belongs to one kind of resource, and a kind is passed in without an edit elsewhere."""

import pytest

from tests.builders import a_pipeline, of_types
from tests.flink_builders import a_flink_pipeline
from tests.scaling.kinds.toy import CONSUMERS, TOY
from tidegate.rules.cause import LeverKind
from tidegate.rules.graph import Pipeline
from tidegate.rules.scalable_targets import ScalableTarget
from tidegate.scaling.config.levers import current_capacities, other_settings
from tidegate.scaling.kinds.kinesis_stream.actions import UpdateShardCount
from tidegate.scaling.kinds.registry import (
    TYPES,
    dimensions_of,
    levers_of,
    limits_of,
    type_with,
)
from tidegate.scaling.model.change_record import Lever
from tidegate.scaling.model.resource_type import Changes, type_of
from tidegate.scaling.plan.actions import actions


@pytest.mark.parametrize("kind", [kind for each in TYPES for kind in each.levers])
def test_every_lever_belongs_to_one_kind_of_resource(kind: LeverKind) -> None:
    assert sum(kind in each.levers for each in TYPES) == 1
    assert kind in type_of(Lever.of(kind, "somewhere"), a_pipeline()).levers


def test_a_lever_of_no_kind_is_named() -> None:
    with pytest.raises(KeyError, match="write_capacity of scores"):
        type_of(Lever.of(LeverKind.WRITE_CAPACITY, "scores"), of_types(a_pipeline(), TOY))


def test_levers_are_told_downstream_first_and_each_once() -> None:
    pipeline = a_pipeline()
    kinds = [lever.kind for lever in current_capacities(pipeline)]
    assert kinds == [
        LeverKind.WRITE_CAPACITY,
        LeverKind.READ_CAPACITY,
        LeverKind.PARALLELIZATION_FACTOR,
        LeverKind.SHARD_COUNT,
    ]
    others = {lever.kind for lever in other_settings(pipeline)}
    assert others == {LeverKind.BATCHING_WINDOW, LeverKind.RETENTION_HOURS}
    assert not others & set(kinds)


def test_a_kind_that_is_passed_in_is_planned_like_the_others() -> None:
    assert current_capacities(of_types(a_pipeline(), TOY)) == {CONSUMERS: 3}
    found = list(actions(of_types(a_pipeline(), *TYPES, TOY), Changes({CONSUMERS: 5})))
    assert found == [UpdateShardCount("orders", 3, 5)]


def test_nothing_is_asked_for_where_nothing_changes() -> None:
    assert list(actions(a_pipeline(), Changes({}))) == []


def test_a_lever_goes_as_far_as_its_kind_says() -> None:
    assert limits_of(LeverKind.SHARD_COUNT) == (1, 10_000)
    with pytest.raises(KeyError, match="no kind of resource has a dance"):
        limits_of(LeverKind("dance"))


@pytest.mark.parametrize("key", ["stream", "function", "application", "table"])
def test_the_levers_of_a_key_of_the_file_are_those_of_one_kind(key: str) -> None:
    (of,) = [each for each in TYPES if {kind.resource for kind in each.levers} == {key}]
    assert levers_of(key) == tuple(of.levers)
    assert dimensions_of(key) == of.scalable_dimensions
    assert set(dimensions_of(key)) <= set(levers_of(key))


def test_a_key_that_no_kind_has_has_no_levers() -> None:
    assert (levers_of("pigeon"), dimensions_of("pigeon")) == ((), ())


@pytest.mark.parametrize("pipeline", [a_pipeline(), a_flink_pipeline()], ids=["functions", "flink"])
def test_application_auto_scaling_may_own_all_that_gives_capacity_and_nothing_else(
    pipeline: Pipeline,
) -> None:
    capacities = {lever.kind for lever in current_capacities(pipeline)}
    others = {lever.kind for lever in other_settings(pipeline)}
    dimensions = {kind for each in TYPES for kind in each.scalable_dimensions}
    assert (capacities <= dimensions, others & dimensions) == (True, set())


@pytest.mark.parametrize("kind", [kind for each in TYPES for kind in each.levers])
def test_only_the_capacities_of_tables_may_have_an_owner_of_awss_own(kind: LeverKind) -> None:
    lever = Lever.of(kind, "scores")
    told = type_with(kind).owned_too(lever, ScalableTarget("scores", kind, 5, 500))
    is_a_tables = kind.resource == "table"
    assert (str(told) if is_a_tables else told) == (
        f"the {lever:words} is also a scalable target of DynamoDB auto scaling (5 to 500 units), so "
        "Tidegate does not change it"
        if is_a_tables
        else None
    )
