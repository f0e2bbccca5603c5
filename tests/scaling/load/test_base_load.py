"""What others use beside the records is learnt as a base load, where the load varied."""

from dataclasses import replace
from datetime import UTC, datetime
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tidegate.rules.window import Metric, Window
from tidegate.scaling.load.base_load import (
    RecordCost,
    Used,
    UseMinute,
    constant_cost,
    cost_of_records,
    held_against,
    ratio_cost,
    within_refusals,
)

UNITS = st.floats(0, 5_000)
EACH = st.floats(0.001, 20)
LOADS = st.lists(st.floats(1, 10_000), min_size=6, max_size=90)


def minutes(loads: list[float], base: float, each: float) -> list[UseMinute]:
    return [UseMinute(load, load, base + each * load) for load in loads]


def varied(low: float, high: float, count: int = 60) -> list[float]:
    """Up and down again."""
    half = [low + (high - low) * at / (count // 2 - 1) for at in range(count // 2)]
    return half + half[::-1]


@given(LOADS, UNITS, EACH, st.floats(0.5, 100))
def test_what_is_planned_covers_base_load_and_records_of_a_load_that_grows(
    loads: list[float], base: float, each: float, growth: float
) -> None:
    found = cost_of_records(minutes(loads, base, each))
    if found is not None:
        load = growth * max(loads)
        needed = base + each * load
        ratio = ratio_cost(minutes(loads, base, each))
        assert ratio is not None
        assert found.units(load) >= 0.95 * needed - 1e-6
        # Never more for a larger load than the ratio through the origin, of which the base is less.
        if growth >= 1:
            assert found.units(load) <= max(ratio.units(load), needed) * (1 + 1e-9) + 1e-6


@given(LOADS, EACH, st.floats(0.01, 100))
def test_without_a_base_load_nothing_differs_from_the_ratio(
    loads: list[float], each: float, growth: float
) -> None:
    found = cost_of_records(minutes(loads, 0.0, each))
    load = growth * max(loads)
    if found is not None:
        assert found.units(load) == pytest.approx(each * load)
        assert found.base_units == 0.0


@pytest.mark.parametrize(
    ("low", "high", "base", "each"),
    [(40, 60, 1_000, 1.0), (1, 34, 2, 0.0), (100, 900, 50, 0.25), (30, 40, 5_000, 3.0)],
    ids=["two pipelines", "a web API that reads", "a dashboard", "hardly varied"],
)
def test_both_parts_are_found_where_the_load_varied(
    low: float, high: float, base: float, each: float
) -> None:
    found = cost_of_records(minutes(varied(low, high), base, each))
    assert found is not None
    assert (found.base_units, found.units_per_record, found.is_told) == (
        pytest.approx(base), pytest.approx(each, abs=1e-9), True,
    )  # fmt: skip


def test_a_fifth_of_the_minutes_may_be_odd() -> None:
    told = minutes(varied(100, 200), 500, 2)
    odd = [replace(each, units=9_000) if at % 5 == 0 else each for at, each in enumerate(told)]
    found = cost_of_records(odd)
    assert found is not None
    assert found.units(400) == pytest.approx(500 + 2 * 400, rel=0.02)


@given(st.integers(0, 1_000))
def test_others_whose_use_goes_up_and_down_are_no_more_of_the_records_than_shows(seed: int) -> None:
    """Half of the stream's records an hour more, and others that use 800 to 1,200 units."""
    random = Random(seed)
    loads = [*[40.0] * 60, *[80.0] * 30]
    told = [UseMinute(load, load, random.uniform(800, 1_200) + load) for load in loads]
    found = cost_of_records(told)
    assert found is not None
    ratio = ratio_cost(told)
    assert ratio is not None
    assert 950 <= found.units(80) <= 1_250
    assert found.units(800) <= 0.65 * ratio.units(800)
    assert found.base_units_most >= found.base_units


@pytest.mark.parametrize(
    ("loads", "lag"),
    [([100.0] * 90, 0), ([100.0, 104.0] * 45, 0), ([100.0] * 88 + [900.0] * 1, 0),
     (varied(100, 150), 3), ([50.0, 100.0, 200.0], 0), ([0.0] * 90, 0), ([], 0)],
    ids=["constant", "hardly", "one odd minute", "lags", "too few", "none", "nothing"],
)  # fmt: skip
def test_of_a_load_that_has_not_varied_nothing_is_told_apart(
    loads: list[float], lag: float
) -> None:
    told = [UseMinute(load + lag, load, 1_000 + load) for load in loads]
    assert cost_of_records(told) is None


def test_where_nothing_is_told_apart_all_is_the_records_or_none_is() -> None:
    told = minutes([100.0] * 40, 900, 1.0)
    assert ratio_cost(told) == RecordCost(0.0, 10.0, is_told=False)
    assert constant_cost(told) == RecordCost(1_000.0, 0.0, 1_000.0, is_told=False)
    idle = minutes([0.0] * 5, 3, 1.0)
    assert (ratio_cost(idle), ratio_cost([]), constant_cost([])) == (None, None, None)
    assert constant_cost(idle) == RecordCost(3.0, 0.0, 3.0, is_told=False)


FLAT = minutes([10.0] * 80, 1_000, 1.0)
"""A ratio of 101 units a record, of which 100 are others'."""


def more(records: float, used: float, refused: float) -> UseMinute:
    return UseMinute(records, records, used, refused)


@pytest.mark.parametrize(
    ("newest", "least", "each"),
    [
        ([more(40, 1_020, 20)] * 4, 1, 1.0),
        ([more(40, 1_020, 20)], 1, 1.0),
        ([more(40, 1_020, 50)] * 4, 1, 2.0),
        ([more(40, 1_020, 0)] * 4, 3, 3.0),
        ([more(40, 900, 20)] * 4, 1, 1.0),
        ([*[more(40, 1_020, 20)] * 3, more(40, 9_000, 0), more(11, 1_020, 900)], 1, 1.0),
    ],
    ids=["all that was refused", "one minute", "retried", "of its size", "others use less", "odd"],
)
def test_what_is_refused_bounds_what_a_record_of_a_flat_load_costs(
    newest: list[UseMinute], least: float, each: float
) -> None:
    newest = [replace(minute, refused=minute.refused or 1e-9) for minute in newest]
    base = 1_010 - 10 * each
    found = within_refusals(FLAT, newest, least)
    assert found is not None
    assert (found.base_units, found.units_per_record, found.is_told) == (
        pytest.approx(base), pytest.approx(each), True,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("newest", "least", "each"),
    [
        ([UseMinute(40, 10, 1_010, 60)] * 4, 1, 2.0),
        ([UseMinute(40, 10, 1_010, 10)] * 4, 1, 1.0),
        ([UseMinute(40, 4, 1_004, 66)] * 4, 1, 2.0),
        ([UseMinute(40, 12, 1_012, 58), UseMinute(40, 10, 1_010, 0)], 1, 2.0),
        ([UseMinute(40, 10, 1_010, 60), more(40, 1_040, 30)], 1, 2.0),
        ([UseMinute(40, 12, 1_016, 20)] * 4, 1, 3.0),
    ],
    ids=["all", "few tries", "of the usual ones too", "nothing tried in a minute", "some written",
         "a few of large items"],
)  # fmt: skip
def test_where_all_that_is_added_is_refused_what_comes_in_needs_what_was_asked_for(
    newest: list[UseMinute], least: float, each: float
) -> None:
    found = within_refusals(FLAT, newest, least)
    assert found is not None
    assert (found.units_per_record, found.is_told) == (pytest.approx(each), True)
    assert found.base_units == pytest.approx(1_010 - 10 * each)


@pytest.mark.parametrize(
    ("newest", "least"),
    [
        ([], 1),
        ([UseMinute(12, 10, 1_010, 20)] * 4, 1),
        ([UseMinute(40, 10, 1_010, 0)] * 4, 1),
        ([more(40, 1_020, 0)] * 4, 1),
        ([more(12, 1_020, 20)] * 4, 1),
        ([more(40, 1_020, 3_000)] * 4, 1),
        ([more(40, 1_020, 20)] * 4, 200),
    ],
    ids=[
        "nothing newer",
        "no more come in",
        "none was tried",
        "nothing refused",
        "no more records",
        "much refused",
        "large records",
    ],
)
def test_where_refusals_leave_the_ratio_possible_it_stays(
    newest: list[UseMinute], least: float
) -> None:
    assert within_refusals(FLAT, newest, least) == ratio_cost(FLAT)
    assert within_refusals([], newest, least) is None


@given(UNITS, EACH, st.floats(1.3, 50), st.floats(0, 1), st.floats(1, 10))
def test_a_flat_load_that_grows_is_covered_with_its_base_load_whatever_is_refused(
    base: float, each: float, growth: float, taken: float, retries: float
) -> None:
    """Of what more records ask for a part is taken; each that is not is refused at least once."""
    flat, asked = minutes([10.0] * 30, base, each), each * 10 * (growth - 1)
    used = base + 10 * each + taken * asked
    newest = [more(10 * growth, used, retries * (1 - taken) * asked)] * 3
    found = within_refusals(flat, newest, 0.0)
    assert found is not None
    assert found.units(10 * growth) >= 0.95 * (base + 10 * growth * each)


@pytest.mark.parametrize("odd", [5e-324, 1e-300, 1e-6])
def test_less_than_a_record_is_no_divisor(odd: float) -> None:
    """A cost without bound would end the sweep: infinity is no number of units to ask for."""
    told = [UseMinute(odd, odd, 900.0)] * 40
    assert ratio_cost(told) is None
    assert cost_of_records(told) is None
    quiet = [UseMinute(0.0, 0.0, 50.0)] * 40
    cost = RecordCost(50.0, 0.0)
    assert held_against(cost, quiet, told) == cost
    assert ratio_cost([*told, UseMinute(9.0, 9.0, 18.0)]) == RecordCost(0.0, 2.0, is_told=False)


def test_minutes_without_records_show_the_base_load() -> None:
    found = cost_of_records(minutes([0.0] * 20 + [50.0] * 20, 10, 2.0))
    assert found is not None
    assert (found.base_units, found.units_per_record) == (pytest.approx(10), pytest.approx(2))


def test_the_base_load_of_now_counts_and_its_busiest_minute_is_kept() -> None:
    """Others came half an hour ago, and one minute of theirs was twice as busy."""
    loads = varied(100, 200, 80)
    told = [*minutes(loads[:40], 300, 2.0), *minutes(loads[40:], 330, 2.0)]
    told[50] = replace(told[50], units=told[50].units + 300)
    found = cost_of_records(told)
    assert found is not None
    assert found.base_units == pytest.approx(330, rel=0.1)
    assert found.base_units_most == pytest.approx(630, rel=0.1)


def test_two_weeks_of_minutes_are_compared_in_a_moment() -> None:
    loads = [100.0 + at % 1440 for at in range(14 * 1440)]
    found = cost_of_records(minutes(loads, 700, 1.0))
    assert found is not None
    assert found.units(2_000) == pytest.approx(2_700)


def test_a_minute_at_the_limit_shows_the_limit() -> None:
    window = Window(Metric("AWS/DynamoDB", "x", (), "Sum"), datetime(2026, 1, 5, tzinfo=UTC), ())
    used = Used(window, of_reads=False, units_per_second_most=1_000)
    assert [used.is_censored(units) for units in (899, 900, 1_400)] == [False, True, True]
    assert not Used(window, of_reads=True).is_censored(1e9)


@pytest.mark.parametrize(
    ("newest", "each"),
    [
        ([(80, 130)] * 5, 1.0),
        ([(80, 50)] * 5, 0.2),
        ([(80, 60)] * 5, 0.2),
        ([(12.5, 150)] * 5, 0.2),
        ([(12.6, 62.6)] * 5, 1.0),
        ([(10, 500), (10, 500), (10, 500), (10, 500), (80, 130)], 1.0),
        ([], 0.2),
    ],
    ids=["shown by more records", "as the fit", "less than the fit", "of as many records",
         "of a few more", "the others have as many", "nothing newer"],
)  # fmt: skip
def test_far_more_records_than_it_was_fitted_to_show_what_each_costs(
    newest: list[tuple[float, float]], each: float
) -> None:
    """It was fitted to 5 to 10 records/s beside a base load of 50 units."""
    cost = RecordCost(50.0, 0.2)
    fitted = [UseMinute(records, records, 50 + 0.2 * records) for records in (5.0, 7.0, 10.0)]
    seen = [UseMinute(records, records, units) for records, units in newest]
    held = held_against(cost, fitted, seen)
    assert held.units_per_record == pytest.approx(each)
    assert held.base_units == cost.base_units
