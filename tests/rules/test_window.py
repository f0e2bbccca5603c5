"""A window keeps its gaps, and says what is in it and when."""

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.builders import NOON, function_metric
from tidegate.rules.window import Metric, Window

METRIC = function_metric("scorer", "Duration", "Maximum")
SAMPLES = st.lists(st.none() | st.floats(-1e9, 1e9)).map(tuple)


def window(*samples: float | None, metric: Metric = METRIC) -> Window:
    return Window(metric, NOON, samples)


def minutes(count: float) -> timedelta:
    return timedelta(minutes=count)


@pytest.mark.parametrize(
    ("samples", "present", "coverage", "latest", "total", "peak"),
    [
        ((), (), 0.0, None, 0, None),
        ((None, None), (), 0.0, None, 0, None),
        ((1.0, None, 3.0, None), (1.0, 3.0), 0.5, 3.0, 4.0, 3.0),
        ((0.0, -1.0), (0.0, -1.0), 1.0, -1.0, -1.0, 0.0),
        ((7.0, None, None), (7.0,), 1 / 3, 7.0, 7.0, 7.0),
    ],
    ids=["empty", "silent", "with gaps", "below zero", "one"],
)
def test_a_gap_is_no_sample_and_no_zero(
    samples: tuple[float | None, ...],
    present: tuple[float, ...],
    coverage: float,
    latest: float | None,
    total: float,
    peak: float | None,
) -> None:
    seen = window(*samples)
    assert (seen.present, seen.coverage, seen.latest) == (present, coverage, latest)
    assert (seen.total, seen.peak) == (total, peak)


@pytest.mark.parametrize(("period_seconds", "minutes_long"), [(60, 3), (300, 15)])
def test_a_window_ends_after_its_last_period(period_seconds: int, minutes_long: int) -> None:
    seen = window(1.0, None, None, metric=replace(METRIC, period_seconds=period_seconds))
    assert seen.end == NOON + minutes(minutes_long)


def test_points_have_the_start_of_their_periods() -> None:
    assert list(window(None, 1.0, None, 0.0).points()) == [
        (NOON + minutes(1), 1.0),
        (NOON + minutes(3), 0.0),
    ]


@pytest.mark.parametrize(
    ("seconds", "kept"),
    [(0, 1), (1, 1), (60, 1), (61, 2), (120, 2), (180, 3), (240, 4), (241, 4), (9999, 4)],
)
def test_the_last_seconds_are_whole_periods_and_at_least_one(seconds: int, kept: int) -> None:
    samples = (1.0, 2.0, None, 4.0)
    assert window(*samples).last(seconds) == Window(
        METRIC, NOON + minutes(4 - kept), samples[4 - kept :]
    )


def test_the_last_seconds_count_periods_of_another_length() -> None:
    of_five = replace(METRIC, period_seconds=300)
    newest = window(1.0, 2.0, metric=of_five).last(300)
    assert newest == Window(of_five, NOON + minutes(5), (2.0,))


def test_a_silenced_window_covers_the_same_time_without_a_sample() -> None:
    silenced = window(1.0, None, 3.0).silenced()
    assert silenced == window(None, None, None)
    assert (silenced.unusable, silenced.unread) == (0, None)


@given(SAMPLES, st.integers(1, 20_000))
def test_the_newest_part_is_the_end_of_the_window(
    samples: tuple[float | None, ...], seconds: int
) -> None:
    whole = window(*samples)
    part = whole.last(seconds)
    assert part.end == whole.end
    assert list(part.points()) == [each for each in whole.points() if each[0] >= part.start]
    assert part == whole or part.end - part.start >= timedelta(seconds=seconds)
