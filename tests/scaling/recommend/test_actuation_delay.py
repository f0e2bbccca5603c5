from dataclasses import replace
from datetime import timedelta
from math import inf

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.builders import NOON, a_table
from tidegate.rules.kinds.kinesis_stream.metrics import stream_metric
from tidegate.rules.reason import Reason
from tidegate.rules.window import Window
from tidegate.scaling.kinds.dynamodb_table.capacity_model import CapacityModel
from tidegate.scaling.load.base_load import RecordCost
from tidegate.scaling.load.current_load import Load
from tidegate.scaling.load.horizons import Expected, ForecastHorizons
from tidegate.scaling.model.history import History
from tidegate.scaling.recommend.actuation_delay import ActuationDelay

SECONDS = 180
RATES = st.lists(st.floats(0, 1e5), min_size=5, max_size=5)


def up_to(most: float) -> Expected:
    load = Load(most, most * 300, has_headroom=True)
    return Expected(load, load, Reason.of("forecast", "as forecast"))


def forecasts(soon: float, hour: float, highest: float) -> ForecastHorizons:
    return ForecastHorizons(
        up_to(soon), None, up_to(hour), None, soon, highest, lead_seconds=240, soon_seconds=540
    )


def meanwhile(*rates: float | None, expected: ForecastHorizons | None = None) -> ActuationDelay:
    samples = tuple(None if rate is None else rate * 60 for rate in rates)
    start = NOON - timedelta(minutes=len(samples))
    incoming = Window(stream_metric("racers", "IncomingRecords", "Sum"), start, samples)
    return ActuationDelay(SECONDS, incoming, History(()), expected)


def risen(*rates: float | None, expected: ForecastHorizons | None = None) -> float:
    now = rates[-1]
    assert now is not None
    load = Load(now, now * 300)
    return meanwhile(*rates, expected=expected).risen(load).records_per_second


def test_a_slope_goes_on_as_long_as_it_has_lasted() -> None:
    assert risen(110, 120, 130, 140) == pytest.approx(170)


def test_a_rising_load_says_what_it_is_now() -> None:
    words = [
        str(meanwhile(*rates).risen(Load(140, 0)).reason) for rates in ([110, 120, 130, 140], [140])
    ]
    assert words == ["170 records/s (rising from 140)", "140 records/s"]


def test_it_goes_on_by_the_smallest_of_its_rises() -> None:
    assert risen(150, 155, 200, 300) == pytest.approx(315)


@pytest.mark.parametrize(
    "rates",
    [(100, 100, 100, 250, 400), (100, 90, 80, 70, 60), (10, 20, None, 40, 50), (10, 20)],
    ids=["a jump that shows in two minutes", "a fall", "a gap", "too short"],
)
def test_what_is_no_slope_is_not_carried_on(rates: tuple[float | None, ...]) -> None:
    assert risen(*rates) == rates[-1]


@pytest.mark.parametrize(
    ("soon", "hour", "highest", "then"),
    [(150, 160, 165, 150), (130, 160, 165, 160), (130, 135, 165, 165), (130, 135, 138, 170)],
    ids=["the forecast", "that of the hour", "the highest ever", "nothing known"],
)
def test_a_slope_ends_where_the_nearest_that_is_known_does(
    soon: float, hour: float, highest: float, then: float
) -> None:
    expected = forecasts(soon, hour, highest)
    assert risen(100, 110, 120, 130, 140, expected=expected) == pytest.approx(then)


def jumped(*rates: float | None, expected: ForecastHorizons | None = None) -> float:
    now = rates[-1]
    assert now is not None
    return meanwhile(*rates, expected=expected).jumped(Load(now, now * 300)).records_per_second


@pytest.mark.parametrize(
    ("rates", "then"),
    [
        ((100, 100, 100, 250), 400),
        ((467, 952), 1437),
        ((100, 110, 120, 130, 140), 170),
        ((100, 90, 80, 70, 60), 60),
        ((100, None, 300), 300),
        ((300,), 300),
    ],
    ids=["one minute", "two known", "a slope", "a fall", "a gap", "no minute before"],
)
def test_a_jump_that_began_in_a_minute_shows_in_it_by_half(
    rates: tuple[float | None, ...], then: float
) -> None:
    assert jumped(*rates) == pytest.approx(then)


@pytest.mark.parametrize(("highest", "then"), [(300, 300), (900, 400)])
def test_a_jump_goes_no_further_than_the_load_has_been_known_to(
    highest: float, then: float
) -> None:
    expected = forecasts(150, 160, highest)
    assert jumped(100, 100, 100, 250, expected=expected) == pytest.approx(then)


@given(rates=RATES, bounds=st.tuples(*[st.floats(0, 1e5)] * 3))
def test_a_load_never_ends_below_itself_nor_beyond_its_slope(
    rates: list[float], bounds: tuple[float, float, float]
) -> None:
    free = risen(*rates)
    bounded = risen(*rates, expected=forecasts(*bounds))
    assert rates[-1] <= bounded <= free + 1e-6
    delay, now = meanwhile(*rates), Load(rates[-1], 0)
    mean = delay.mean(now, delay.risen(now)).records_per_second
    assert mean == pytest.approx((rates[-1] + free) / 2)


def table(saved: float = 0, units_per_record: float | None = 2) -> CapacityModel:
    cost = None if units_per_record is None else RecordCost(0.0, units_per_record)
    return CapacityModel(a_table(1000).capacity, cost, None, saved, inf)


def test_what_units_and_savings_dont_carry_piles_up() -> None:
    wait = meanwhile(600)
    assert wait.piling_up(table(), 600) == pytest.approx((1200 - 1000) * SECONDS / 2)
    assert wait.piling_up(table(saved=200 * SECONDS), 600) == pytest.approx(0)
    assert wait.piling_up(table(saved=300 * SECONDS), 600) < 0


def test_what_partitions_dont_take_piles_up_whatever_is_saved() -> None:
    one = replace(table(saved=300 * 1000), partition_units_per_second=1000)
    assert meanwhile(600).piling_up(one, 600) == pytest.approx((1200 - 1000) * SECONDS / 2)
    assert meanwhile(500).piling_up(one, 500) <= 0


def test_a_base_load_takes_its_part_of_the_units_and_none_of_the_records_wait_for_it() -> None:
    beside = replace(table(), writes=RecordCost(400, 2))
    assert meanwhile(600).piling_up(beside, 600) == pytest.approx((1600 - 1000) * SECONDS / 2)
    assert meanwhile(600).piling_up(replace(table(), writes=RecordCost(4000, 0)), 600) < 0


def test_nothing_is_known_to_pile_up_before_a_table_of_unknown_use() -> None:
    assert meanwhile(600).piling_up(table(units_per_record=None), 1e6) < 0


@given(fewer=st.floats(0, 1e5), more=st.floats(0, 1e5), saved=st.floats(0, 1e6))
def test_more_records_never_pile_up_less(fewer: float, more: float, saved: float) -> None:
    wait, has = meanwhile(600), replace(table(), burst_credit_units=saved)
    assert wait.piling_up(has, fewer + more) >= wait.piling_up(has, fewer)


def test_a_window_of_the_delay_and_one_period_more_shows_a_slope() -> None:
    """Of 180 s, four minutes: three rises in a row."""
    assert risen(50, 110, 120, 130, 140) == pytest.approx(170)
    assert risen(120, 130, 140) == 140


def test_the_load_keeps_its_size_of_a_record() -> None:
    found = meanwhile(110, 120, 130, 140).risen(Load(140, 140 * 300, backlog_records=7))
    assert found == Load(170, 170 * 300, backlog_records=7, rising_from=140)
    assert meanwhile(0).risen(Load(0, 0)) == Load(0, 0)
    assert meanwhile(110, 120, 130, 140).risen(Load(0, 0)) == Load(30, 0, rising_from=0)
    delay, now = meanwhile(110, 120, 130, 140), Load(140, 280)
    assert delay.mean(now, delay.risen(now)) == Load(155, 310)


def test_a_load_at_a_bound_goes_no_further() -> None:
    rates = (110, 120, 130, 140)
    assert risen(*rates, expected=forecasts(140, 200, 300)) == 140
    assert risen(*rates, expected=forecasts(139, 140, 300)) == 140
    assert risen(*rates, expected=forecasts(139, 139, 140)) == 140
    without_hour = replace(forecasts(139, 0, 150), hour=None)
    assert risen(*rates, expected=without_hour) == 150


def test_records_and_not_units_pile_up() -> None:
    four = table(units_per_record=4)
    assert meanwhile(600).piling_up(four, 600) == pytest.approx((2400 - 1000) * SECONDS / 4)
