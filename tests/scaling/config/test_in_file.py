"""A kind of resource reads its own keys and the bounds of its levers, and no more of the file."""

from dataclasses import replace

from tests.builders import SPEC
from tidegate.rules.cause import LeverKind
from tidegate.scaling.config.in_file import in_file
from tidegate.scaling.config.specification import Levers, LeverSpec, Objective
from tidegate.scaling.model.change_record import Lever

SHARDS = Lever.of(LeverKind.SHARD_COUNT, "racers")


def test_the_bounds_of_a_lever_are_those_of_the_file() -> None:
    said = LeverSpec(max=9, min=2, owner="tidegate")
    found = in_file(replace(SPEC, levers=Levers(shard_count=said))).bounds(SHARDS)
    assert found is not None
    assert (found.min, found.max, found.owner) == (2, 9, "tidegate")


def test_a_lever_that_the_file_does_not_name_has_no_bounds() -> None:
    assert in_file(replace(SPEC, levers=Levers())).bounds(SHARDS) is None


def test_a_backlog_is_to_be_gone_when_the_objective_says() -> None:
    spec = replace(SPEC, objective=Objective(catch_up_seconds=420))
    assert in_file(spec).catch_up_seconds == 420
