"""A job that reads hardly busy is lowered as far as an earlier peak has proved."""

from dataclasses import replace
from math import inf

import pytest

from tests.builders import NOON
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
from tidegate.rules.reason import Reason
from tidegate.scaling.kinds.flink_application.proved import proved_by_each
from tidegate.scaling.kinds.flink_application.scale_in import lowered
from tidegate.scaling.kinds.flink_application.sizing import learn_job
from tidegate.scaling.load.current_load import Load
from tidegate.scaling.load.horizons import Expected, ForecastHorizons
from tidegate.scaling.load.load_history import Past
from tidegate.scaling.model.change_record import Lever
from tidegate.scaling.model.history import History
from tidegate.scaling.model.look import Look
from tidegate.scaling.model.recommendation import UNCHANGED, Recommendation

PARALLELISM = Lever.of(LeverKind.PARALLELISM, "counter")
JOB = an_application(8)


def look_at(busy: float, *rates: float | None, past: History | None = None) -> Look:
    """800 records/s on eight subtasks; in the five minutes before, one after the other, these."""
    minute = JobMinute(
        arrivals_per_second=800, records_per_second=800, busy=busy, busiest=busy, heap_percent=20
    )
    seen = job_signals(a_flink_pipeline(JOB), *[minute] * 90)
    found = Expected(*(Load(800, 240_000, has_headroom=True),) * 2, Reason.of("forecast", "so"))
    ahead = ForecastHorizons(found, found, found, found, 800, 800, 120, 420)
    look = a_look(seen, (), FLINK_SPEC, past)
    return replace(look, expected=replace(ahead, past=Past(rates, NOON)))


@pytest.mark.parametrize(
    ("busy", "rates", "by_each"),
    [
        (199.0, (800,), 100),
        (199.0, (700,), 100),
        (199.0, (1600, None, 800), 200),
        (60.0, (3200, 800, 800), 400),
        (200.0, (800,), inf),
    ],
)
def test_what_came_in_for_each_subtask_is_proof_where_busy_time_tells_little(
    busy: float, rates: tuple[float | None, ...], by_each: float
) -> None:
    assert proved_by_each(look_at(busy, *rates), JOB, 800) == by_each


@pytest.mark.parametrize(
    ("before", "minutes_ago", "by_each"),
    [(4, 60, 100), (4, 5, 100), (4, 0, 800), (16, 60, 200), (16, 62, 100), (16, 66, 400)],
    ids=["at a raise", "within its hour", "before that", "before a scale-in", "at it", "after it"],
)
def test_a_peak_is_proof_of_as_many_subtasks_as_there_were_then(
    before: int, minutes_ago: float, by_each: float
) -> None:
    """3,200 records/s came in an hour and five minutes ago."""
    past = history(change(PARALLELISM, before, 8, minutes_ago=minutes_ago))
    look = look_at(60, 3200, *[800] * 12, past=past)
    assert proved_by_each(look, JOB, 800) == by_each


def on_a_new_stream(*rates: float, past: History | None = None) -> Look:
    """No day is known; the window's minutes, five for each rate, are all of the past."""
    minutes = [JobMinute(arrivals_per_second=each, busy=60, busiest=60) for each in rates]
    seen = job_signals(a_flink_pipeline(JOB), *(each for each in minutes for _ in range(5)))
    return a_look(seen, (), FLINK_SPEC, past)


@pytest.mark.parametrize(
    ("rates", "by_each"), [([800] * 18, 100), ([3200, *[800] * 17], 400), ([400] * 18, 50)]
)
def test_without_a_day_that_is_known_the_minutes_that_a_sweep_reads_are_the_past(
    rates: list[float], by_each: float
) -> None:
    assert proved_by_each(on_a_new_stream(*rates), JOB, rates[-1]) == by_each


@pytest.mark.parametrize(("before", "by_each"), [(16, 200), (4, 100)], ids=["scale-in", "raise"])
def test_of_those_minutes_a_peak_is_proof_of_as_many_subtasks_as_there_were(
    before: int, by_each: float
) -> None:
    """Of 3,200 records/s at 16 subtasks each had 200; what four had before a raise is no proof."""
    past = history(change(PARALLELISM, before, 8, minutes_ago=70))
    look = on_a_new_stream(3200, 3200, *[800] * 16, past=past)
    assert proved_by_each(look, JOB, 800) == by_each


def test_what_few_carried_before_a_raise_is_enough_after_it() -> None:
    """A spike was met by 32 subtasks, and four had carried the load before."""
    many = an_application(32)
    past = history(change(PARALLELISM, 4, 32, minutes_ago=70))
    look = look_at(60, *[800] * 30, 3200, *[800] * 13, past=past)
    assert proved_by_each(look, many, 800) == 200


@pytest.mark.parametrize(
    ("busy", "rates", "wanted"),
    [
        (60.0, (800, 800), 8),
        (120.0, (800, 800), 8),
        (60.0, (1600, 800), 4),
        (60.0, (3200, 800), 2),
        (60.0, (900, 800), 8),
        (250.0, (800, 800), 3),
    ],
)
def test_it_is_lowered_in_proportion_to_what_is_proved(
    busy: float, rates: tuple[float, ...], wanted: int
) -> None:
    look = look_at(busy, *rates)
    model = learn_job(look.signals, JOB)
    assert model is not None
    assert lowered(look, model, Recommendation(PARALLELISM, 8, 8, UNCHANGED)).wanted == wanted
