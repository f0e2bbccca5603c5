"""By the other days of its load a job is lowered and raised once a day, where restarts are late."""

from dataclasses import replace
from math import cos, pi

import pytest

from tests.builders import NOON
from tests.flink_builders import (
    FLINK_SPEC,
    JobMinute,
    a_flink_pipeline,
    an_application,
    job_signals,
)
from tests.looks import a_look, once
from tidegate.rules.cause import LeverKind
from tidegate.rules.reason import Reason
from tidegate.scaling.kinds.flink_application.day import DayAhead, day_ahead
from tidegate.scaling.kinds.flink_application.scale_in import lowered
from tidegate.scaling.kinds.flink_application.sizing import JobModel
from tidegate.scaling.kinds.flink_application.work import likely
from tidegate.scaling.load.current_load import Load
from tidegate.scaling.load.horizons import Expected, ForecastHorizons
from tidegate.scaling.load.load_history import DAY, Past
from tidegate.scaling.model.change_record import Lever
from tidegate.scaling.model.look import Look
from tidegate.scaling.model.recommendation import UNCHANGED, Recommendation

PARALLELISM = Lever.of(LeverKind.PARALLELISM, "counter")
JOB = JobModel(an_application(10), 500.0, 90.0)
"""A restart of it lets records wait for 90 s of the 60 that they may; a subtask is to do 400 records
a second."""


def wave(hour: float) -> float:
    """400 records a second at four in the morning, 3,600 twelve hours later."""
    return 2000 - 1600 * cos(2 * pi * (hour - 4) / 24)


def nights(hour: float) -> float:
    """3,600 records a second, but 400 from midnight to six."""
    return 400.0 if hour % 24 < 6 else 3600.0


def look_at(hour: float, load: object = wave, *, days: int = 7) -> Look:
    """A job of ten subtasks that do 500 a second each, after so many days alike."""
    assert callable(load)
    periods = days * DAY
    rates = tuple(load(hour - (periods - at - 0.5) / 12) for at in range(periods))
    minutes = [
        JobMinute(
            arrivals_per_second=came, records_per_second=came, busy=came / 5, busiest=came / 5,
            heap_percent=20,
        )
        for came in (load(hour - back / 60) for back in range(90, 0, -1))
    ]  # fmt: skip
    now = load(hour)
    found = Expected(*(Load(now, 300 * now, has_headroom=True),) * 2, Reason.of("forecast", "so"))
    ahead = ForecastHorizons(found, found, found, found, 2000, 3600, 120, 420)
    seen = job_signals(a_flink_pipeline(an_application(10), shards=60), *minutes)
    look = a_look(seen, (), FLINK_SPEC)
    return replace(look, expected=replace(ahead, past=Past(rates, NOON)))


def to(look: Look, model: JobModel = JOB) -> Recommendation:
    return lowered(look, model, Recommendation(PARALLELISM, 10, 10, UNCHANGED))


def kpu_hours(hour: float, subtasks: int) -> float:
    """What a scale-in saves until the wave is back at what so many subtasks carry."""
    later = (at / 60 for at in range(1, 24 * 60) if wave(hour + at / 60) > 400 * subtasks)
    hours = next(later, 24)
    return (10 - subtasks) * hours


def test_the_hours_ahead_are_those_of_the_other_days() -> None:
    hours = day_ahead(look_at(0), JOB).hours
    assert len(hours) == 24
    for at, records in enumerate(hours):
        within = [wave(at + part / 12) for part in range(12)]
        assert min(within) - 60 <= records <= max(within) + 60


def test_on_a_quiet_day_all_hours_are_as_quiet() -> None:
    """A load that has fallen to a third for good doesn't keep its subtasks for days."""
    quiet = look_at(12, lambda hour: 3000.0 if hour < 11 else 1000.0)
    assert day_ahead(quiet, JOB).hours == pytest.approx([1000] * 24)
    busy = look_at(12, lambda hour: 1000.0 if hour < 11 else 3000.0)
    assert max(day_ahead(busy, JOB).hours) == pytest.approx(1000)


def test_without_another_day_or_where_a_restart_is_in_time_nothing_is_said_of_the_day() -> None:
    assert day_ahead(replace(look_at(0), expected=None), JOB).hours == ()
    assert day_ahead(look_at(0, days=0), JOB).hours == ()
    assert day_ahead(look_at(0), replace(JOB, restart_seconds=60.0)).hours == ()
    assert day_ahead(look_at(0), replace(JOB, restart_seconds=30.0, reread_seconds=31.0)).hours


def test_what_subtasks_carry_lasts_until_the_load_is_back() -> None:
    day = DayAhead((900.0, 400.0, 1000.0, 2000.0, 3000.0, 1500.0, 900.0, 5000.0), 500.0)
    assert [day.lasts(each) for each in (1, 2, 3, 4, 6, 10)] == [0, 3, 3, 4, 7, 8]
    assert day.lasts(2, start=4) == 0
    assert day.highest_until_it_falls(2) == 3000
    assert day.highest_until_it_falls(6) == 5000
    assert day.highest_until_it_falls(10) == 0


def test_one_scale_in_is_made_when_and_as_far_as_it_saves_the_most() -> None:
    """Ten subtasks are too many from ten in the evening on, and five hours later two would do."""
    taken = [(hour, to(look_at(hour)).wanted) for hour in range(20, 33)]
    began, subtasks = next((hour, wanted) for hour, wanted in taken if wanted < 10)
    best = max(
        kpu_hours(hour, each)
        for hour in range(20, 33)
        for each in range(1, 9)
        if wave(hour - 1) <= 400 * each
    )
    assert kpu_hours(began, subtasks) == pytest.approx(best, rel=0.1)


def test_on_the_way_down_it_waits_for_the_night_that_saves_more() -> None:
    """In the evening eight of ten would do, and two in the night."""

    def evening(hour: float) -> float:
        return 3100.0 if 20 <= hour % 24 < 24 else nights(hour)

    assert to(look_at(23, evening)).wanted == 10
    assert to(look_at(25.1, evening)).wanted == 2


@pytest.mark.parametrize(("hour", "wanted"), [(25.1, 2), (27.1, 4), (28.1, 10)])
def test_a_trough_is_long_enough_for_what_its_two_restarts_cost(hour: float, wanted: int) -> None:
    """With one subtask they cost 223 s, with two 90, with four 88; a hundredth of an hour is 36 s."""
    assert to(look_at(hour, nights)).wanted == wanted


def test_the_raise_that_takes_it_back_is_part_of_the_price() -> None:
    found = to(look_at(26, nights))
    alone = to(replace(look_at(26, nights), expected=once(4000)))
    up = 30 * 4750 / (4750 - 950)
    assert (found.wanted, alone.wanted) == (2, 1)
    assert found.price_seconds == pytest.approx(30 * 950 / (950 - 400) + up)
    assert alone.price_seconds == pytest.approx(30 * 475 / (475 - 400))


def test_one_raise_does_until_the_load_is_back() -> None:
    four = replace(JOB, application=an_application(4))
    assert likely(look_at(9.6), four) == pytest.approx(3600, rel=0.01)
    in_time = replace(four, restart_seconds=50.0)
    assert likely(look_at(9.6), in_time) == pytest.approx(wave(9.6))


def test_a_load_that_has_left_its_past_behind_is_told_by_its_growth() -> None:
    def flat(_: float) -> float:
        return 1200.0

    four = replace(JOB, application=an_application(4))
    assert likely(look_at(9.6, flat), four) == pytest.approx(1200)
