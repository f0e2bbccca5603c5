"""A restart is made where it is worth what it costs."""

from datetime import datetime, timedelta

import pytest

from tests.builders import NOON, newest
from tests.flink_builders import (
    FLINK_SPEC,
    JobMinute,
    a_flink_pipeline,
    an_application,
    job_signals,
)
from tests.looks import a_look
from tidegate.rules.kinds.signals import Signals
from tidegate.scaling.kinds.flink_application.restart import price_seconds, why_it_waits
from tidegate.scaling.kinds.flink_application.sizing import JobModel
from tidegate.scaling.kinds.flink_application.work import Work

MODEL = JobModel(an_application(4), 500.0, 100.0)


def late(*ages: float) -> Signals:
    """With these ages in the newest minutes; an hour and a half in order before."""
    return job_signals(
        a_flink_pipeline(an_application(4)), *[JobMinute(behind_seconds=each) for each in ages]
    )


def dear(restart_seconds: float) -> JobModel:
    return JobModel(an_application(4), 500.0, restart_seconds)


def test_it_costs_the_time_down_and_the_time_to_catch_up() -> None:
    # 4 subtasks do 1,900 records/s at full use: 900 more than come.
    assert price_seconds(MODEL, 1000, 4) == pytest.approx(100 + 100 * 1000 / 900)
    assert price_seconds(MODEL, 1000, 4, 9000) == pytest.approx(100 + (100_000 + 9000) / 900)


def test_what_is_read_again_costs_as_much_as_what_comes_in() -> None:
    without_snapshots = JobModel(an_application(4), 500.0, 100.0, reread_seconds=600.0)
    assert price_seconds(without_snapshots, 1000, 4) == pytest.approx(100 + 700 * 1000 / 900)


def worth(
    seen: Signals,
    model: JobModel,
    *,
    backlog: float = 100_000.0,
    now: datetime = NOON,
) -> bool:
    """A raise to eight subtasks, which do 3,800 records/s at full use."""
    look = a_look(seen, (), FLINK_SPEC, now=now)
    return why_it_waits(look, model, Work(1000, 1000, backlog), 8) is None


@pytest.mark.parametrize(("restart_seconds", "is_worth_it"), [(60, True), (180, False)])
def test_a_backlog_that_is_gone_sooner_by_itself_is_left_alone(
    restart_seconds: float, is_worth_it: bool
) -> None:
    """The age is 100 s and falls by half a second a second."""
    falls = late(*[100 + 30.0 * at for at in range(9, -1, -1)])
    assert falls.age_seconds == 100
    assert worth(falls, dear(restart_seconds)) is is_worth_it
    grows = late(*[100 + 30.0 * at for at in range(10)])
    assert worth(grows, dear(restart_seconds))


@pytest.mark.parametrize(
    ("processed", "is_worth_it"), [(1040, True), (1060, True), (1500, True), (2000, False)]
)
def test_after_a_peak_the_age_grows_on_while_the_backlog_falls(
    processed: float, is_worth_it: bool
) -> None:
    """100,000 records wait; a restart takes 100 s and what it costs to catch up, 171 s in all."""
    seen = late(*[100 + 10.0 * at for at in range(10)])
    seen = newest(seen, "counter", records_per_second=[processed] * 4)
    assert price_seconds(MODEL, 1000, 8, 100_000) == pytest.approx(171, abs=1)
    assert worth(seen, MODEL) is is_worth_it


@pytest.mark.parametrize(
    ("newest_arrivals", "is_worth_it"), [((2600, 2600, 2600), True), ((2600, 2600, 900), False)]
)
def test_a_peak_is_over_with_the_first_minute_that_tells_so(
    newest_arrivals: tuple[float, ...], is_worth_it: bool
) -> None:
    """1,900 records/s are processed: with 900 coming in 100,000 are read in 100 s, which the mean
    of three minutes hides."""
    minutes = [
        JobMinute(arrivals_per_second=each, records_per_second=1900, behind_seconds=100 + 10 * at)
        for at, each in enumerate(newest_arrivals)
    ]
    seen = job_signals(a_flink_pipeline(an_application(4)), *minutes)
    assert worth(seen, MODEL) is is_worth_it


@pytest.mark.parametrize(
    ("restart_seconds", "minutes_late", "is_worth_it"),
    [
        (180, 2, True),
        (181, 3, False),
        (181, 4, True),
        (500, 8, False),
        (500, 9, True),
        (3600, 9, False),
    ],
)
def test_a_dear_restart_waits_until_the_job_was_late_for_as_long(
    restart_seconds: float, minutes_late: int, is_worth_it: bool
) -> None:
    """Late is a minute whose age is over the 60 s of the objective."""
    seen = late(30, 60, *[60 + 30.0 * at for at in range(1, minutes_late + 1)])
    assert worth(seen, dear(restart_seconds)) is is_worth_it


def test_a_job_that_was_never_well_in_the_windows_waits_no_longer() -> None:
    always = late(*[100.0 + 30 * at for at in range(90)])
    assert worth(always, dear(3600), now=NOON + timedelta(minutes=2))
