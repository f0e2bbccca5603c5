"""A parallelism that a policy asks for is weighed by the price of its restart."""

from datetime import timedelta
from typing import Any

import pytest

from tests.builders import NOON, newest
from tests.change_records import change, history
from tests.flink_builders import (
    FLINK_SPEC,
    JobMinute,
    a_flink_pipeline,
    an_application,
    job_signals,
)
from tests.looks import a_look
from tidegate.rules.cause import LeverKind
from tidegate.rules.kinds.signals import Signals
from tidegate.rules.reason import Reason
from tidegate.scaling.kinds.flink_application.asked import asked_of
from tidegate.scaling.kinds.flink_application.planning import ApplicationPlanning
from tidegate.scaling.model.change_record import Lever
from tidegate.scaling.model.history import History
from tidegate.scaling.model.plan import Prohibition
from tidegate.scaling.model.reason import ReasonKind
from tidegate.scaling.model.recommendation import Recommendation

PARALLELISM = Lever.of(LeverKind.PARALLELISM, "counter")
WHY = Reason.told("desired-capacity", "a policy asks for it")
SETTLES, ENDS = ReasonKind.RESTART_PRICE, ReasonKind.NO_LONGER_DUE


def ages(*seconds: float, **minute: Any) -> Signals:
    """With these ages in the newest minutes, and little state; an hour in order before."""
    minutes = [JobMinute(behind_seconds=each, **minute) for each in seconds]
    return job_signals(a_flink_pipeline(an_application(4)), *minutes)


def much_state(seen: Signals) -> Signals:
    """Of which a checkpoint takes ten minutes: a restart takes more than twenty."""
    return newest(seen, "counter", checkpoint_milliseconds=[600_000.0] * 3)


def held(
    seen: Signals, to: int, *, asked_minutes_ago: float = 0, past: History | None = None
) -> list[tuple[str, str]]:
    asked_at = NOON - timedelta(minutes=asked_minutes_ago)
    recommendation = Recommendation(PARALLELISM, 4, to, WHY, asked_at=asked_at)
    found = asked_of(a_look(seen, (), FLINK_SPEC, past), an_application(4), recommendation)
    constraints = list(found)
    assert all(isinstance(each, Prohibition) for each in constraints)
    return [(each.reason.kind, str(each.reason)) for each in constraints]


GROWING = [30.0 * at for at in range(1, 11)]
FALLING = [30.0 * at for at in range(12, 3, -1)]


def test_a_job_that_keeps_up_is_raised_at_once_whatever_the_restart_takes() -> None:
    assert held(ages(1.0), 8) == []
    assert held(much_state(ages(1.0)), 8) == []


def test_a_job_that_falls_behind_is_raised_when_it_was_late_for_as_long_as_a_restart() -> None:
    assert held(ages(*GROWING), 8) == []
    ((kind, words),) = held(much_state(ages(*GROWING)), 8)
    assert kind == SETTLES
    assert "waits until it has been behind for as long" in words
    assert held(much_state(ages(*[30.0 * at for at in range(1, 60)])), 8) == []


def test_a_backlog_that_drains_sooner_keeps_a_raise_waiting() -> None:
    ((kind, words),) = held(much_state(ages(*FALLING)), 8)
    assert kind == SETTLES
    assert "will have caught up in about" in words


def test_a_raise_that_waited_until_the_job_had_caught_up_is_no_longer_due() -> None:
    seen = ages(*FALLING, 2.0, 2.0)
    assert held(seen, 8, asked_minutes_ago=20) == []
    ((kind, words),) = held(seen, 8, asked_minutes_ago=6)
    assert kind == ENDS
    assert "has caught up without a restart" in words


def test_a_job_that_is_behind_by_a_restart_is_not_restarted_before_that_shows() -> None:
    seen = newest(ages(*GROWING), "counter", uptime_milliseconds=[60_000.0])
    for to in (8, 3):
        ((kind, words),) = held(seen, to)
        assert (kind, "has just been restarted" in words) == (SETTLES, True)


@pytest.mark.parametrize(("to", "waits"), [(3, False), (2, True), (1, True)])
def test_fewer_subtasks_wait_where_they_would_not_catch_up_within_the_days_budget(
    to: int, waits: bool
) -> None:
    """Half busy with 1,000 records/s on four, each does 500 a second."""
    told = held(ages(1.0), to)
    assert [kind for kind, _ in told] == [SETTLES] * waits
    assert all("budget" in words for _, words in told)


def test_the_budget_of_a_day_is_one_of_all_who_scale_in() -> None:
    thrice = [change(PARALLELISM, 4 + at, 4, minutes_ago=100 * at) for at in range(1, 7)]
    assert held(ages(1.0), 3) == []
    assert [kind for kind, _ in held(ages(1.0), 3, past=history(*thrice))] == [SETTLES]


def test_a_scale_in_waits_while_the_job_catches_up() -> None:
    for seen, ago in ((ages(*FALLING), 30), (ages(*GROWING), 1)):
        told = held(seen, 3, asked_minutes_ago=ago)
        assert told[0][0] == SETTLES
        assert "waits until it has caught up" in told[0][1]


def test_a_scale_in_is_no_longer_due_once_the_job_has_fallen_behind() -> None:
    told = held(ages(*GROWING), 3, asked_minutes_ago=30)
    assert told[0][0] == ENDS
    assert "has fallen behind by 300 s" in told[0][1]


def test_what_tells_nothing_is_not_weighed() -> None:
    silent = job_signals(
        a_flink_pipeline(an_application(4)),
        *[JobMinute(records_per_second=None, behind_seconds=None)] * 90,
    )
    assert held(silent, 1) == []
    assert held(silent, 8) == []


def test_what_tidegate_wants_itself_was_weighed_already() -> None:
    seen = much_state(ages(*GROWING))
    own = Recommendation(PARALLELISM, 4, 8, WHY)
    assert list(asked_of(a_look(seen, (), FLINK_SPEC), an_application(4), own)) == []


def test_a_raise_after_one_that_did_not_help_waits_whoever_asks() -> None:
    minutes = [JobMinute(behind_seconds=100 + 30.0 * at) for at in range(90)]
    seen = job_signals(a_flink_pipeline(an_application(4)), *minutes)
    started = [None] * 2 + [60_000.0 * at for at in range(18)]
    records = [1000.0] * 40 + [None] * 2 + [1000.0] * 18
    seen = newest(seen, "counter", uptime_milliseconds=started, records_per_second=records)
    look = a_look(seen, (), FLINK_SPEC, history(change(PARALLELISM, 2, 4, minutes_ago=20)))
    planning = ApplicationPlanning((an_application(4),), seen.pipeline)
    asked = Recommendation(PARALLELISM, 4, 8, WHY, asked_at=NOON)
    (told,) = planning.why_not_worth(look, asked)
    assert "did not help: 1,000 records/s processed before" in str(told.reason)
