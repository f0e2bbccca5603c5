from dataclasses import replace
from typing import Any

import pytest

from tests.builders import NOON, a_pipeline, a_stream, a_table, with_mapping, with_stream
from tests.flink_builders import a_flink_pipeline, an_application
from tidegate.rules.cause import LeverKind
from tidegate.rules.graph import Pipeline
from tidegate.scaling.kinds.resource_state import (
    identity,
    is_changing,
    is_passing,
    moves_by_itself,
    settings_marks,
    why_unusable,
)
from tidegate.scaling.model.change_record import Lever

SHARDS = Lever.of(LeverKind.SHARD_COUNT, "racers")
FACTOR = Lever.of(LeverKind.PARALLELIZATION_FACTOR, "scorer")
WRITE = Lever.of(LeverKind.WRITE_CAPACITY, "scores")
PARALLELISM = Lever.of(LeverKind.PARALLELISM, "counter")


def in_status(lever: Lever, status: str) -> Pipeline:
    """A pipeline in which the lever's resource has that status, and the others work."""
    if lever == SHARDS:
        return with_stream(a_pipeline(), a_stream(status=status))
    if lever == FACTOR:
        return with_mapping(a_pipeline(), state=status)
    if lever == WRITE:
        return a_pipeline(table=replace(a_table(), status=status))
    return a_flink_pipeline(an_application(status=status))


@pytest.mark.parametrize(
    ("lever", "status", "passing", "changing", "unusable"),
    [
        (SHARDS, "ACTIVE", False, False, None),
        (SHARDS, "UPDATING", True, True, None),
        (SHARDS, "CREATING", True, False, None),
        (SHARDS, "DELETING", False, False, "racers is DELETING"),
        (FACTOR, "Enabled", False, False, None),
        (FACTOR, "Updating", True, True, None),
        (FACTOR, "Enabling", True, False, None),
        (FACTOR, "Disabling", True, False, None),
        (FACTOR, "Disabled", False, False,
         "the event source mapping of scorer is Disabled"),
        (WRITE, "UPDATING", True, True, None),
        (WRITE, "ARCHIVING", True, False, None),
        (WRITE, "INACCESSIBLE_ENCRYPTION_CREDENTIALS", False, False,
         "scores is INACCESSIBLE_ENCRYPTION_CREDENTIALS"),
        (PARALLELISM, "RUNNING", False, False, None),
        (PARALLELISM, "AUTOSCALING", True, True, None),
        (PARALLELISM, "READY", False, False, "counter is READY and does not run"),
    ],
)  # fmt: skip
def test_a_resource_works_or_will_by_itself_or_needs_a_person(
    lever: Lever, status: str, passing: bool, changing: bool, unusable: str | None
) -> None:
    pipeline = in_status(lever, status)
    seen = (
        is_passing(pipeline, lever), is_changing(pipeline, lever), why_unusable(pipeline, lever)
    )  # fmt: skip
    assert seen == (passing, changing, unusable)


def test_a_stopped_application_says_why_its_last_update_failed() -> None:
    pipeline = a_flink_pipeline(an_application(status="READY", failure="no slots"))
    assert why_unusable(pipeline, PARALLELISM) == (
        "counter is READY and does not run; its last update failed: no slots"
    )


def test_a_function_that_is_never_invoked_makes_its_factor_unusable() -> None:
    why = why_unusable(a_pipeline(reserved_concurrency=0), FACTOR)
    assert why == "scorer has a reserved concurrency of 0 and is never invoked"


@pytest.mark.parametrize(
    ("changes", "moves"),
    [({}, False), ({"autoscaling_enabled": True}, True), ({"failure": "no slots"}, True)],
    ids=["ours", "autoscaling", "undone"],
)
def test_the_service_moves_a_parallelism_by_its_autoscaling_or_by_undoing_an_update(
    changes: dict[str, Any], moves: bool
) -> None:
    pipeline = a_flink_pipeline(an_application(**changes))
    assert moves_by_itself(pipeline, PARALLELISM) is moves
    assert not moves_by_itself(pipeline, SHARDS)


def test_which_resource_it_is_and_when_it_was_set_are_those_of_its_type() -> None:
    stream = with_stream(a_pipeline(), a_stream(2, created="May"))
    assert (identity(stream, SHARDS), settings_marks(stream, SHARDS)) == ("May", ("shard-1",))
    flink = a_flink_pipeline(an_application(created="June", updated_at=NOON))
    assert (identity(flink, PARALLELISM), settings_marks(flink, PARALLELISM)) == (
        "June", (str(NOON),)
    )  # fmt: skip
