"""Capacities that have an owner in the file and another one in AWS."""

from dataclasses import replace
from typing import Any

import pytest

from tests.builders import SPEC, a_pipeline, a_table, the_consumer, with_consumers
from tidegate.rules.cause import LeverKind
from tidegate.rules.graph import Pipeline
from tidegate.rules.kinds.dynamodb_table.state import tables_of
from tidegate.rules.scalable_targets import ScalableTarget, ScalableTargets
from tidegate.scaling.config.in_file import in_file
from tidegate.scaling.config.specification import Levers, LeverSpec, Owner, PipelineSpec
from tidegate.scaling.kinds.dynamodb_table.second_owner import (
    is_handed_over,
    second_owner_conflicts,
)

WRITES = ScalableTarget("scores", LeverKind.WRITE_CAPACITY, 5, 500)
READS = ScalableTarget("scores", LeverKind.READ_CAPACITY, 1, 10)
OF_INDEX = ScalableTarget("scores/by-race", LeverKind.WRITE_CAPACITY, 5, 50)
THEIRS: Owner = "application-autoscaling"


def owned(owner: Owner | None, **others: Any) -> PipelineSpec:
    writes = LeverSpec(max=1000, owner=owner)
    return replace(SPEC, levers=Levers(write_capacity=writes, **others))


def asked(
    *targets: ScalableTarget, unread: str | None = None, replicas: tuple[str, ...] = ()
) -> Pipeline:
    table = replace(a_table(100, index_units=20), replicas=replicas)
    return replace(a_pipeline(table=table), scalable_targets=ScalableTargets(targets, unread))


def conflicts(pipeline: Pipeline, spec: PipelineSpec) -> tuple[str, ...]:
    return second_owner_conflicts(tables_of(pipeline), pipeline.scalable_targets, in_file(spec))


def handed_over(pipeline: Pipeline, spec: PipelineSpec) -> bool:
    return is_handed_over(tables_of(pipeline), in_file(spec))


@pytest.mark.parametrize(
    ("owner", "targets", "levers"),
    [
        ("tidegate", (), []),
        ("tidegate", (WRITES,), ["write_capacity of scores"]),
        (THEIRS, (WRITES,), ["write_capacity of scores"]),
        (None, (WRITES,), []),
        ("tidegate", (READS,), []),
        ("tidegate", (OF_INDEX, WRITES), ["write_capacity of scores/by-race",
                                          "write_capacity of scores"]),
    ],
    ids=["alone", "both", "theirs and another", "no owner", "another lever", "an index"],
)  # fmt: skip
def test_a_target_on_a_lever_that_the_file_gives_an_owner_is_a_conflict(
    owner: Owner | None, targets: tuple[ScalableTarget, ...], levers: list[str]
) -> None:
    found = conflicts(asked(*targets), owned(owner))
    assert len(found) == len(levers)
    for sentence in found:
        assert "deregister the target, or remove the owner of the lever" in sentence
    words = ["write capacity of " + lever.removeprefix("write_capacity of ") for lever in levers]
    assert all(any(f"{each} " in sentence for sentence in found) for each in words)


def test_a_global_table_has_a_second_owner_of_its_writes_in_every_region() -> None:
    (found,) = conflicts(asked(replicas=("eu-west-1",)), owned("tidegate"))
    assert "eu-west-1" in found
    assert "switch the table to on demand, or take the owner of write_capacity out" in found
    reads = replace(SPEC, levers=Levers(read_capacity=LeverSpec(max=9, owner="tidegate")))
    assert conflicts(asked(replicas=("eu-west-1",)), reads) == ()
    (of_reads,) = conflicts(asked(READS, replicas=("eu-west-1",)), reads)
    assert "deregister the target" in of_reads


@pytest.mark.parametrize(("owner", "is_told"), [("tidegate", True), (THEIRS, False), (None, False)])
def test_that_owners_could_not_be_asked_for_matters_only_to_tidegates_own(
    owner: Owner | None, is_told: bool
) -> None:
    found = conflicts(asked(unread="throttled"), owned(owner))
    assert [each.endswith("only advises on its tables: throttled") for each in found] == (
        [True] * is_told
    )
    assert handed_over(asked(), owned(owner)) is is_told


def test_a_pipeline_without_tables_hands_nothing_over() -> None:
    pipeline = a_pipeline()
    alone = with_consumers(pipeline, replace(the_consumer(pipeline), writes=()))
    assert not handed_over(alone, SPEC)
    shards = replace(SPEC, levers=Levers(shard_count=LeverSpec(max=9, owner="tidegate")))
    assert not handed_over(pipeline, shards)


def test_a_table_on_demand_hands_nothing_over() -> None:
    on_demand = a_pipeline(table=replace(a_table(), mode="PAY_PER_REQUEST"))
    assert not handed_over(on_demand, owned("tidegate"))
