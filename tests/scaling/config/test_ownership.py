from dataclasses import replace
from typing import Any

import pytest

from tidegate.scaling.config.ownership import owned_twice
from tidegate.scaling.config.specification import (
    ApplicationSpec,
    ConsumerSpec,
    IndexSpec,
    Levers,
    LeverSpec,
    Owner,
    PipelineFile,
    PipelineSpec,
    ResourceSpec,
    TableSpec,
)


def owned(word: str, owner: Owner | None = "tidegate") -> Levers:
    said: dict[str, Any] = {word: LeverSpec(max=8, owner=owner)}
    return Levers(**said)


def told(*pipelines: PipelineSpec) -> list[tuple[tuple[str | int, ...], str]]:
    return list(owned_twice(PipelineFile(list(pipelines))))


def mistake(lever: str, first: str = "a") -> str:
    return (
        f"{lever} is owned in pipeline {first!r} too; a lever has one owner in a file: leave owner "
        "out in one of the two"
    )


SHARDS = PipelineSpec("a", "racers", levers=owned("shard_count"))
FACTOR = PipelineSpec("a", "racers", [ConsumerSpec("scorer", levers=owned(
    "parallelization_factor"))])  # fmt: skip
PARALLELISM = PipelineSpec("a", topic="t", applications=[
    ApplicationSpec("counter", levers=owned("parallelism"))])  # fmt: skip
TABLE = PipelineSpec("a", "s", [ConsumerSpec("f", [TableSpec("scores", owned("read_capacity"))])])
QUEUE = PipelineSpec("a", resources=[
    ResourceSpec("queue", "orders", {"consumers": LeverSpec(max=8, owner="tidegate")})
])  # fmt: skip


@pytest.mark.parametrize(
    ("spec", "path", "lever"),
    [
        (SHARDS, ("levers", "shard_count"), "shard_count of racers"),
        (FACTOR, ("consumers", 0, "levers", "parallelization_factor"),
         "parallelization_factor of scorer"),
        (PARALLELISM, ("applications", 0, "levers", "parallelism"), "parallelism of counter"),
        (TABLE, ("consumers", 0, "tables", 0, "levers", "read_capacity"),
         "read_capacity of scores"),
        (QUEUE, ("resources", 0, "levers", "consumers"), "consumers of orders"),
    ],
    ids=["stream", "function", "application", "table", "resource"],
)  # fmt: skip
def test_the_second_owner_of_a_lever_is_a_mistake_at_its_place(
    spec: PipelineSpec, path: tuple[str | int, ...], lever: str
) -> None:
    found = told(spec, replace(spec, name="b"))
    assert found == [(("pipelines", 1, *path, "owner"), mistake(lever))]


def test_a_lever_may_be_shared_where_one_pipeline_alone_names_an_owner() -> None:
    advises = replace(SHARDS, name="b", levers=owned("shard_count", None))
    assert told(SHARDS, advises, replace(SHARDS, name="c", stream="others")) == []
    assert told(advises, SHARDS, advises) == []


def test_another_owner_is_a_second_one_as_well() -> None:
    theirs = replace(SHARDS, name="b", levers=owned("shard_count", "application-autoscaling"))
    assert [words for _, words in told(SHARDS, theirs)] == [mistake("shard_count of racers")]


def test_one_place_that_owns_several_levers_is_told_once() -> None:
    both = [ConsumerSpec("f", ["scores", "counts"])]
    first = PipelineSpec("a", "s", both, levers=owned("write_capacity"))
    second = replace(first, name="b", stream="t", consumers=[ConsumerSpec("g", ["scores"]),
                                                             ConsumerSpec("h", ["counts"])])  # fmt: skip
    place = ("pipelines", 1, "levers", "write_capacity", "owner")
    assert told(first, second) == [(place, mistake("write_capacity of scores"))]
    assert len(told(first, second, replace(second, name="c"))) == 2


def test_the_owner_of_a_table_owns_the_indexes_that_only_another_pipeline_names() -> None:
    whole = PipelineSpec("a", "s", [ConsumerSpec("f", [TableSpec("scores",
                                                                 owned("write_capacity"))])])  # fmt: skip
    index = IndexSpec("by-race", owned("write_capacity"))
    part = PipelineSpec("b", "t", [ConsumerSpec("g", [TableSpec("scores", indexes=[index])])])
    place = ("pipelines", 1, "consumers", 0, "tables", 0, "indexes", 0, "levers", "write_capacity",
             "owner")  # fmt: skip
    assert told(whole, part) == [(place, mistake("write_capacity of scores/by-race"))]


def test_the_first_of_three_owners_is_named() -> None:
    found = told(SHARDS, replace(SHARDS, name="b"), replace(SHARDS, name="c"))
    assert [words for _, words in found] == [mistake("shard_count of racers")] * 2
    assert [path[1] for path, _ in found] == [1, 2]
