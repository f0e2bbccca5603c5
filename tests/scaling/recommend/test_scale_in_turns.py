"""Tables while a load turns: one that rises beyond its past, and one that has just stopped."""

from dataclasses import replace
from datetime import timedelta

import pytest

from tests.builders import NOON, SPEC, Minute, a_pipeline, a_table, signals
from tests.looks import a_look
from tidegate.rules.cause import LeverKind
from tidegate.rules.diagnosis.diagnose import diagnose
from tidegate.rules.kinds.signals import Signals
from tidegate.rules.reason import Reason
from tidegate.rules.window import Window
from tidegate.scaling.load.current_load import Load
from tidegate.scaling.load.horizons import Expected, ForecastHorizons, past_metric
from tidegate.scaling.model.change_record import Lever
from tidegate.scaling.model.history import History
from tidegate.scaling.plan.decide import decide

TABLE = Lever.of(LeverKind.WRITE_CAPACITY, "scores")


def coming(rate: float, highest: float) -> ForecastHorizons:
    load = Load(rate, rate * 300, has_headroom=True)
    each = Expected(load, load, Reason.of("forecast", "as forecast"))
    return ForecastHorizons(each, each, each, each, rate, highest, 300, 600)


def units(seen: Signals, expected: ForecastHorizons) -> int:
    """What 1,000 units of the table are lowered to."""
    plan = decide(a_look(seen, diagnose(seen), SPEC, History(()), NOON), expected)
    return next((each.allowed for each in plan.decisions if each.lever == TABLE), 1000)


def brought(*rates: float) -> Signals:
    minutes = (Minute(records_per_second=rate) for rate in rates)
    return signals(a_pipeline(shards=4, factor=2, table=a_table(1000)), *minutes)


def rising(base: float, step: float) -> Signals:
    return brought(*[base] * 60, *(base + step * at for at in range(30)))


@pytest.mark.parametrize(("base", "step"), [(10, 15), (200, 8), (50, 10)])
def test_no_table_is_lowered_while_a_load_rises_beyond_its_past(base: float, step: float) -> None:
    newest = base + 29 * step
    assert units(rising(base, step), coming(newest, highest=newest)) == 1000


def test_a_load_that_was_higher_before_rises_to_what_is_forecast() -> None:
    assert units(rising(200, 8), coming(500, highest=900)) < 600


@pytest.mark.parametrize("low", [(150, 170), (40, 60), (399, 440), (0, 50)])
def test_no_table_is_lowered_in_the_minute_in_which_a_load_turns_up(low: tuple[int, int]) -> None:
    lowest, newest = low
    falls = brought(*[400] * 85, *[lowest] * 4, lowest)
    turns = brought(*[400] * 85, *[lowest] * 4, newest)
    assert units(falls, coming(200, highest=900)) < 1000
    assert units(turns, coming(200, highest=900)) == 1000


@pytest.mark.parametrize("newest", [(None, 150), (150, None, None), (None, None, 150)])
def test_no_table_is_lowered_by_minutes_that_no_point_tells(
    newest: tuple[float | None, ...],
) -> None:
    low = brought(*[400] * 85, *[150] * 5)
    source = low.series.source
    told = (*source.incoming_records.samples[: -len(newest)], *newest)
    gap = replace(source, incoming_records=replace(source.incoming_records, samples=told))
    assert units(low, coming(200, highest=900)) < 1000
    unseen = replace(low, series=replace(low.series, source=gap))
    assert units(unseen, coming(200, highest=900)) == 1000


@pytest.mark.parametrize("silent", [3, 8, 25])
@pytest.mark.parametrize("rate", [0, 4, 100])
def test_a_load_that_has_just_stopped_leaves_the_tables_what_the_hour_needed(
    silent: int, rate: float
) -> None:
    seen = brought(*[400] * (90 - silent), *[rate] * silent)
    assert 400 <= units(seen, coming(rate, highest=900)) < 1000


def test_what_is_low_for_the_better_part_of_an_hour_is_no_sudden_stop() -> None:
    assert units(brought(*[400] * 55, *[4] * 35), coming(4, highest=900)) < 50


def test_a_load_that_only_gets_less_lets_the_tables_down_with_it() -> None:
    assert units(brought(*[400] * 82, *[250] * 8), coming(250, highest=900)) < 400


def test_other_days_tell_whether_so_little_is_usual() -> None:
    seen = brought(*[400] * 82, *[4] * 8)
    start, days = NOON - timedelta(days=3), 3 * 288
    known = replace(seen, load_history=Window(past_metric(seen), start, (4.0 * 300,) * days))
    assert units(known, coming(4, highest=900)) < 50
