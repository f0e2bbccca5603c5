from dataclasses import replace
from datetime import UTC, datetime, timedelta
from math import pi, sin

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tidegate.rules.kinds.kinesis_stream.metrics import stream_metric
from tidegate.rules.window import Window
from tidegate.scaling.load.forecast import forecast
from tidegate.scaling.load.load_history import PERIOD_SECONDS, Past

END = datetime(2026, 1, 20, 12, tzinfo=UTC)
DAY = 288
SHARE = 0.9

rates = st.lists(st.none() | st.floats(0, 1e6), min_size=1, max_size=400)


def past(*known: float | None) -> Past:
    return Past(tuple(known), END)


def a_day(at: int) -> float:
    return 1000 + 800 * sin(2 * pi * at / DAY)


@given(known=rates, level=st.floats(0, 1e6), seconds=st.floats(1, 9000))
def test_a_forecast_is_never_below_zero_nor_its_most_below_what_is_likely(
    known: list[float | None], level: float, seconds: float
) -> None:
    found = forecast(past(*known), level, seconds, SHARE)
    if found is not None:
        assert 0 <= found.likely <= found.most


@given(known=rates, level=st.floats(1, 1e6), times=st.sampled_from([2.0, 4.0, 1024.0]))
def test_a_larger_load_is_forecast_larger_by_as_much(
    known: list[float | None], level: float, times: float
) -> None:
    small = forecast(past(*known), level, 600, SHARE)
    scaled = [None if each is None else each * times for each in known]
    large = forecast(past(*scaled), level * times, 600, SHARE)
    assert (small is None) == (large is None)
    if small is not None and large is not None:
        assert large.likely == pytest.approx(small.likely * times)
        assert large.most == pytest.approx(small.most * times)


@given(gaps=st.sets(st.integers(0, 143), max_size=100))
def test_gaps_in_a_steady_load_are_neither_zeros_nor_errors(gaps: set[int]) -> None:
    known = [None if at in gaps else 500.0 for at in range(144)]
    found = forecast(past(*known), 500.0, 600, SHARE)
    if found is not None:
        assert (found.likely, found.most) == (500.0, 500.0)


def test_a_load_that_comes_and_goes_is_not_taken_beyond_its_highest() -> None:
    races = [1000.0 if at % 3 == 2 else 10.0 for at in range(36)]
    for minutes in (8, 11, 35):
        found = forecast(past(*races[: minutes + 1]), 1000.0, 600, SHARE)
        if found is not None:
            assert found.most <= 1000


def test_a_load_that_climbs_is_taken_beyond_its_highest() -> None:
    climb = [200.0 + 20 * at for at in range(36)]
    found = forecast(past(*climb), climb[-1], 600, SHARE)
    assert found is not None
    assert climb[-1] < found.likely <= found.most


def test_what_came_at_this_time_on_other_days_is_foreseen() -> None:
    found = forecast(past(*[a_day(at) for at in range(5 * DAY)]), a_day(5 * DAY - 1), 3600, SHARE)
    assert found is not None
    assert found.likely == pytest.approx(a_day(5 * DAY + 11), rel=0.05)
    assert found.usual == pytest.approx(a_day(5 * DAY + 11), rel=0.02)


def test_a_load_that_grows_is_expected_to_go_on() -> None:
    grown = [100.0] * 24 + [100.0 + 20 * at for at in range(1, 25)]
    found = forecast(past(*grown), grown[-1], 600, SHARE)
    assert found is not None
    assert grown[-1] + 30 < found.likely <= found.most < grown[-1] + 60


def test_room_is_for_what_was_seen_and_not_for_more() -> None:
    flash = [100.0] * 60 + [900.0] * 4 + [300.0] * 4
    found = forecast(past(*flash), 300.0, 600, SHARE)
    assert found is not None
    assert found.most <= 900


def test_a_steady_load_needs_no_room_and_a_restless_one_does() -> None:
    restless = [1000.0 + (-1) ** at * 200 * (at % 3) for at in range(200)]
    steady = forecast(past(*[1000.0] * 200), 1000.0, 600, SHARE)
    moved = forecast(past(*restless), 1000.0, 600, SHARE)
    assert steady is not None
    assert moved is not None
    assert steady.most == 1000
    assert moved.most > 1200


@pytest.mark.parametrize("known", [[], [100.0] * 4, [None] * 500], ids=["none", "few", "gaps"])
def test_of_a_load_without_a_past_nothing_is_said(known: list[float | None]) -> None:
    assert forecast(past(*known), 100.0, 600, SHARE) is None


def test_periods_that_were_not_over_when_judged_are_left_out() -> None:
    metric = replace(
        stream_metric("racers", "IncomingRecords", "Sum"), period_seconds=PERIOD_SECONDS
    )
    window = Window(metric, END - timedelta(minutes=15), (30_000.0, None, 6_000.0))
    assert Past.of(window, END - timedelta(minutes=2)) == Past(
        (100.0, None), END - timedelta(minutes=5)
    )
