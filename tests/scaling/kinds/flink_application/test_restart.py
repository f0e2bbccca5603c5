"""A restart is made where it is worth what it costs."""

from datetime import timedelta

import pytest

from tests.builders import NOON
from tests.flink_builders import JobMinute, a_flink_pipeline, an_application, job_signals
from tidegate.rules.kinds.signals import Signals
from tidegate.scaling.kinds.flink_application.restart import pays, price_seconds
from tidegate.scaling.kinds.flink_application.sizing import JobModel

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


@pytest.mark.parametrize(("price", "is_worth_it"), [(599, True), (600, False)])
def test_a_backlog_that_is_gone_sooner_by_itself_is_left_alone(
    price: float, is_worth_it: bool
) -> None:
    falls = late(400, 370, 340, 310, 300)  # By 10 s in the newest minute: gone in half an hour.
    assert pays(falls, dear(60), 1799, NOON)
    faster = late(400, 360, 330, 300, 270, 240, 210, 180, 150, 120, 90, 60, 60)
    assert pays(faster, dear(60), price, NOON)  # It doesn't fall any more.
    gone_in_ten_minutes = late(*[900 - 30 * at for at in range(21)])
    assert gone_in_ten_minutes.age_seconds == 300
    assert pays(gone_in_ten_minutes, dear(60), price, NOON) is is_worth_it


@pytest.mark.parametrize(
    ("restart_seconds", "minutes_late", "is_worth_it"),
    [(180, 2, True), (181, 2, False), (500, 7, False), (500, 8, True), (3600, 9, False)],
)
def test_a_dear_restart_waits_until_the_job_was_late_for_as_long(
    restart_seconds: float, minutes_late: int, is_worth_it: bool
) -> None:
    seen = late(*[30.0 * at for at in range(1, minutes_late + 1)])
    assert pays(seen, dear(restart_seconds), 600, NOON) is is_worth_it


def test_a_job_that_was_never_well_in_the_windows_waits_no_longer() -> None:
    always = late(*[100.0 + 30 * at for at in range(90)])
    assert pays(always, dear(3600), 600, NOON + timedelta(minutes=2))
