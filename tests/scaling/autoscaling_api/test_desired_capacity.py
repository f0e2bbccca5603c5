from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from tests.builders import NOON, a_pipeline, a_stream, with_stream
from tests.change_records import change
from tests.flink_builders import a_flink_pipeline, an_application
from tidegate.rules.cause import LeverKind
from tidegate.scaling.autoscaling_api.desired_capacity import (
    End,
    Ended,
    Look,
    accepted,
    end_of,
    steps_of,
)
from tidegate.scaling.model.change_record import ChangeRecord, DesiredCapacity, Lever, Outcome

SHARDS = Lever.of(LeverKind.SHARD_COUNT, "racers")
PARALLELISM = Lever.of(LeverKind.PARALLELISM, "counter")
DESIRED = DesiredCapacity(8, NOON - timedelta(hours=1), "May", start=2, marks=("shard-1",))


def step(before: int, after: int, **others: Any) -> ChangeRecord:
    return change(SHARDS, before, after, minutes_ago=others.pop("minutes_ago", 30), **others)


def look(current: int, *records: ChangeRecord, **stream: Any) -> Look:
    pipeline = with_stream(a_pipeline(), a_stream(current, **{"created": "May", **stream}))
    return Look(pipeline, SHARDS, current, records, NOON)


def ended(how: End, failure: str | None = None) -> Ended:
    return Ended(how, failure)


@pytest.mark.parametrize(
    ("seen", "how"),
    [
        (look(8), End.REACHED),
        (look(8, step(2, 4), step(4, 8)), End.REACHED),
        (look(2), None),
        (look(4, step(2, 4)), None),
        (look(3), End.SUPERSEDED),
        (look(3, step(2, 4)), End.SUPERSEDED),
        (look(2, step(2, 4)), End.SUPERSEDED),
        (look(2, step(2, 4, outcome=Outcome.UNKNOWN)), None),
        (look(3, step(2, 4, outcome=Outcome.UNKNOWN)), End.SUPERSEDED),
        (look(4, step(2, 4, pipeline="another")), End.SUPERSEDED),
        (look(2, created="June"), End.SUPERSEDED),
        (look(8, status="UPDATING"), None),
        (look(2, step(2, 4, outcome=Outcome.BEGUN)), None),
        (look(2, step(2, 4, minutes_ago=0.9)), None),
    ],
    ids=["there", "by-steps", "not-begun", "half-way", "elsewhere", "elsewhere-since", "set-back",
         "lost-not-taken", "lost-and-elsewhere", "another-pipeline",
         "another-stream", "under-way", "open", "does-not-show"],
)  # fmt: skip
def test_a_desired_capacity_goes_on_until_it_is_reached_or_somebody_else_changes_it(
    seen: Look, how: End | None
) -> None:
    assert end_of(DESIRED, seen) == (how and ended(how))


def test_after_a_day_it_expires_where_it_was_not_reached() -> None:
    for hours, how in ((23.9, None), (24, End.EXPIRED)):
        old = replace(DESIRED, at=NOON - timedelta(hours=hours))
        assert end_of(old, look(2)) == (how and ended(how))
        assert end_of(old, look(8)) == ended(End.REACHED)


def test_a_failure_stays_while_the_capacity_is_the_one_that_was_left() -> None:
    failed = replace(DESIRED, failure="no shards left")
    assert end_of(failed, look(2)) == ended(End.FAILED, "no shards left")
    assert end_of(failed, look(3)) == ended(End.SUPERSEDED)


@pytest.mark.parametrize(("newest", "how"), [("shard-1", None), ("shard-9", End.SUPERSEDED)])
def test_a_lost_step_that_was_taken_and_set_back_shows_in_the_marks(
    newest: str, how: End | None
) -> None:
    lost = step(2, 4, outcome=Outcome.UNKNOWN)
    first, second = a_stream(2).open_shards
    shards = (first, replace(second, shard_id=newest))
    assert end_of(DESIRED, look(2, lost, open_shards=shards)) == (how and ended(how))


def test_an_update_that_the_service_undid_is_a_failure_in_its_words() -> None:
    desired = DesiredCapacity(8, NOON - timedelta(hours=1), start=2)
    made = change(PARALLELISM, 2, 8, pipeline="clicks")
    for failure, current, how in (
        ("no slots", 2, End.FAILED), (None, 2, End.SUPERSEDED), ("no slots", 3, End.SUPERSEDED)
    ):  # fmt: skip
        pipeline = a_flink_pipeline(an_application(current, failure=failure))
        found = end_of(desired, Look(pipeline, PARALLELISM, current, [made], NOON))
        assert found is not None
        assert found.how is how
        assert ("no slots" in (found.failure or "")) is (how is End.FAILED)


def test_a_change_of_tidegates_own_that_was_under_way_is_expected_as_well() -> None:
    coming = replace(DESIRED, coming=5)
    assert end_of(coming, look(5)) is None
    assert end_of(DESIRED, look(5)) == ended(End.SUPERSEDED)


@pytest.mark.parametrize(
    ("status", "last", "coming"),
    [
        ("ACTIVE", None, None),
        ("UPDATING", None, None),
        ("UPDATING", step(1, 2), 2),
        ("ACTIVE", step(1, 2), None),
    ],
    ids=["at-rest", "by-somebody", "by-tidegate", "over"],
)
def test_what_is_accepted_knows_its_resource_its_start_and_what_is_coming(
    status: str, last: ChangeRecord | None, coming: int | None
) -> None:
    seen = look(2, status=status)
    assert accepted(8, seen, last) == DesiredCapacity(
        8, NOON, "May", start=2, coming=coming, marks=("shard-1",)
    )


def test_its_steps_are_the_changes_since_it_was_accepted() -> None:
    before, at, after = (step(2, 4, minutes_ago=each) for each in (61, 60, 10))
    assert steps_of(DESIRED, look(4, before, at, after)) == [at, after]
