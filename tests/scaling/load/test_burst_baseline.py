from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.builders import NOON
from tidegate.rules.kinds.signals import BURST_SECONDS
from tidegate.rules.window import Metric, Window
from tidegate.scaling.load.burst_baseline import LATELY, Standing, standing
from tidegate.scaling.load.load_history import PERIOD_SECONDS, Past

QUIET, SPIKE = 500.0, 1300.0
SPIKES = ([QUIET] * 7 + [SPIKE]) * 12
MINUTE = Metric("AWS/Kinesis", "IncomingRecords", (), "Sum", 60)


def of(rates: list[float | None]) -> Standing | None:
    return standing(Past(tuple(rates), NOON))


def minutes(*records_per_second: float) -> Window:
    samples = tuple(60 * each for each in records_per_second)
    return Window(MINUTE, NOON - timedelta(minutes=len(samples)), samples)


def bears(units: float, rates: list[float]) -> bool:
    """Period by period, from a burst that is full."""
    most = saved = BURST_SECONDS * units
    for rate in rates:
        saved = min(most, saved + (units - rate) * PERIOD_SECONDS)
        if saved < -1e-6 * most:
            return False
    return True


def test_a_table_stands_below_spikes_that_its_burst_bears() -> None:
    found = of(list(SPIKES))
    assert found is not None
    assert QUIET < found.records_per_second < 0.6 * SPIKE
    assert found.following_records_per_second > 1.5 * found.records_per_second


def test_a_load_that_rises_and_falls_by_the_hour_is_followed() -> None:
    day = [1000 + 800 * abs(1 - at % 144 / 72) for at in range(288)]
    assert of(list(day)) is None


def test_with_less_than_six_hours_known_or_a_gap_in_them_a_table_follows() -> None:
    assert of(list(SPIKES[: LATELY - 1])) is None
    assert of([*SPIKES[:-3], None, *SPIKES[-2:]]) is None


def test_what_an_excursion_may_still_bring_falls_as_it_goes_on_and_is_unknown_beyond_the_largest() -> (
    None
):
    found = Standing(
        700, 180_000, following_records_per_second=1300, highest_records_per_second=1500
    )
    assert found.still_to_come(minutes(1500, *[500] * 4), 300) == 0
    assert found.still_to_come(minutes(1500, *[500] * 5), 300) is None
    assert found.still_to_come(minutes(500, 1500), 300) == 180_000 - 48_000
    assert found.still_to_come(minutes(500, *[1500] * 4), 300) == 0
    assert found.still_to_come(minutes(500, *[1500] * 5), 300) is None


@given(st.lists(st.floats(1, 5000), min_size=LATELY, max_size=LATELY + 40))
@pytest.mark.slow
def test_where_a_table_stands_it_would_have_borne_the_last_six_hours(rates: list[float]) -> None:
    found = of(list(rates))
    if found is not None:
        assert bears(found.records_per_second, rates[-LATELY:])
        assert 1.5 * found.records_per_second < found.following_records_per_second


@given(
    st.lists(st.sampled_from((QUIET, SPIKE)), min_size=LATELY, max_size=LATELY).filter(
        lambda rates: SPIKE in rates
    )
)
def test_no_lower_table_would_have_borne_it(rates: list[float]) -> None:
    found = of(list(rates))
    if found is not None:
        assert not bears(0.95 * found.records_per_second, rates)
