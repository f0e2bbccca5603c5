"""What a load was before, in periods of five minutes."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.builders import NOON
from tidegate.rules.window import Metric, Window
from tidegate.scaling.load.load_history import DAY, Past, present

METRIC = Metric("AWS/Kinesis", "IncomingRecords", (("StreamName", "racers"),), "Sum", 300)
RATES = st.lists(st.none() | st.floats(0, 1e6), max_size=400).map(tuple)


def past(*rates: float | None) -> Past:
    return Past(rates, NOON)


def test_sums_become_rates_of_the_periods_that_were_over() -> None:
    start = NOON - timedelta(minutes=15)
    window = Window(METRIC, start, (300.0, None, 900.0))
    assert Past.of(window, NOON) == past(1.0, None, 3.0)
    early = Past.of(window, NOON - timedelta(seconds=1))
    assert early == Past((1.0, None), NOON - timedelta(minutes=5))
    assert Past.of(window, start - timedelta(days=1)) == Past((), start)


@pytest.mark.parametrize(
    ("rates", "mean"),
    [((), 0.0), ((None, None), 0.0), ((10.0, None, 20.0), 15.0), ((900.0, *[10.0] * DAY), 10.0),
     ((900.0, *[10.0] * (DAY - 1)), 10 + 890 / DAY)],
    ids=["nothing", "gaps", "as far as it is known", "a day", "within the day"],
)  # fmt: skip
def test_the_mean_is_that_of_the_last_day(rates: tuple[float | None, ...], mean: float) -> None:
    assert past(*rates).mean_of_a_day == pytest.approx(mean)


@given(RATES, st.data())
def test_the_highest_is_that_of_all_or_of_the_first(
    rates: tuple[float | None, ...], data: st.DataObject
) -> None:
    first = data.draw(st.integers(0, len(rates)))
    known = past(*rates)
    assert known.highest() == max(present(rates), default=0.0)
    assert known.highest(first) == max(present(rates[:first]), default=0.0)


def test_usual_is_the_median_of_the_days_at_that_time_over_a_quarter_of_an_hour() -> None:
    day: list[float | None] = [10.0] * DAY
    first, second, third = ([*day] for _ in range(3))
    first[99:102], second[99:102], third[99:102] = [1, 2, 3], [None, 50, 70], [None] * 3
    known = past(*first, *second, *third)
    at = 3 * DAY + 100
    assert known.usual(at, (1,)) is None
    assert known.usual(at, (2,)) == 60
    assert known.usual(at, (3,)) == 2
    assert known.usual(at, (1, 2, 3)) == 31
    assert known.usual(at, (2, 3, 4)) == 31
    assert known.usual(at, (4,)) is None
    assert known.usual(3 * DAY, (3,)) == 10


def test_at_the_first_period_what_came_before_it_is_not_known() -> None:
    known = past(4.0, 8.0, 100.0)
    assert known.usual(DAY, (1,)) == 6
