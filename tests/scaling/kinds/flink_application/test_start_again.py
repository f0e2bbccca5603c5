"""A job is started again once for each failed update of Tidegate's, and then left alone a while."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from tests.builders import NOON
from tests.flink_builders import FLINK_SPEC, a_flink_pipeline, an_application, job_signals
from tests.looks import a_look
from tidegate.rules.cause import LeverKind
from tidegate.scaling.kinds.flink_application.actions import (
    START_APPLICATION,
    UPDATE_APPLICATION,
    StartApplication,
)
from tidegate.scaling.kinds.flink_application.start_again import (
    allows_start,
    last_start,
    rest_after_a_start,
    starts_again,
)
from tidegate.scaling.model.change_record import ChangeRecord, Lever, Outcome, refused_by_rate
from tidegate.scaling.model.history import History
from tidegate.scaling.model.look import Look

PARALLELISM = Lever.of(LeverKind.PARALLELISM, "counter")
FAILED_AT = NOON - timedelta(minutes=5)
STOPPED = an_application(
    8, status="READY", failure="no address", failed_at=FAILED_AT, is_as_it_failed=True
)


def record(
    operation: str, before: int, after: int, minutes_ago: float, **changes: Any
) -> ChangeRecord:
    begun = NOON - timedelta(minutes=minutes_ago)
    made = ChangeRecord(
        f"e{minutes_ago}", "clicks", PARALLELISM, operation, before, after, "", begun
    )
    return replace(made, **({"outcome": Outcome.DONE} | changes))


OURS = record(UPDATE_APPLICATION, 4, 8, 5)


def look(application: Any, *made: ChangeRecord, allowed: bool = True) -> Look:
    entry = replace(FLINK_SPEC.applications[0], start_again_after_failed_update=allowed)
    spec = replace(FLINK_SPEC, applications=[entry])
    signals = job_signals(a_flink_pipeline(application))
    return a_look(signals, (), spec, History(made), NOON)


def test_it_is_started_with_what_ran() -> None:
    (found,) = starts_again(look(STOPPED, OURS), STOPPED)
    assert (found.recommendation.current, found.recommendation.wanted) == (8, 4)
    action = found.action
    assert isinstance(action, StartApplication)
    assert action.operation == START_APPLICATION
    assert (list(action.levers()), action.to(LeverKind.PARALLELISM)) == ([PARALLELISM], 4)
    assert str(found.recommendation.because) == (
        "the update of counter by Tidegate at 11:55 stopped the job, which is started again with a "
        "parallelism of 4 and 1 per KPU, as it ran: no address"
    )


@pytest.mark.parametrize(
    "changes",
    [
        {"status": "RUNNING"}, {"status": "STARTING"}, {"status": "ROLLED_BACK"},
        {"is_as_it_failed": False}, {"configured_parallelism": 6},
        {"failed_at": FAILED_AT + timedelta(minutes=3)},
    ],
)  # fmt: skip
def test_nothing_else_is_started(changes: dict[str, Any]) -> None:
    other = replace(STOPPED, **changes)
    assert list(starts_again(look(other, OURS), other)) == []


def test_the_file_has_to_allow_it() -> None:
    forbidden = look(STOPPED, OURS, allowed=False)
    assert not allows_start(forbidden.said, STOPPED)
    assert list(starts_again(forbidden, STOPPED)) == []


@pytest.mark.parametrize(
    ("ending", "is_tried"),
    [
        ({}, True),
        ({"outcome": Outcome.UNKNOWN}, True),
        ({"outcome": Outcome.FAILED}, True),
        ({"outcome": Outcome.FAILED, "detail": refused_by_rate("slow down")}, False),
        ({"outcome": Outcome.SUPERSEDED}, False),
    ],
)
def test_it_is_tried_once_for_each_failed_update(ending: dict[str, Any], is_tried: bool) -> None:
    start = record(START_APPLICATION, 8, 4, 3, **ending)
    assert bool(list(starts_again(look(STOPPED, OURS, start), STOPPED))) is not is_tried
    earlier = replace(start, begun_at=NOON - timedelta(days=2))
    assert len(list(starts_again(look(STOPPED, earlier, OURS), STOPPED))) == 1


@pytest.mark.parametrize(
    ("starts_days_ago", "is_at_rest"),
    [((), False), ((0.9,), True), ((1.1,), False), ((3, 1.9), True), ((3, 2.1), False)],
)
def test_it_is_not_updated_for_a_day_and_then_for_two(
    starts_days_ago: tuple[float, ...], is_at_rest: bool
) -> None:
    starts = (record(START_APPLICATION, 8, 4, days * 24 * 60) for days in starts_days_ago)
    history = History(tuple(starts))
    assert bool(list(rest_after_a_start(STOPPED, history, NOON))) is is_at_rest
    assert (last_start(history, "counter") is None) is (not starts_days_ago)
    assert last_start(history, "another") is None
