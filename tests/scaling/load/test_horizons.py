from dataclasses import replace
from datetime import timedelta
from random import Random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.builders import NOON, Minute, a_pipeline, signals
from tidegate.rules.window import Metric, Window
from tidegate.scaling.config.specification import Objective
from tidegate.scaling.load.burst_baseline import standing
from tidegate.scaling.load.current_load import Load
from tidegate.scaling.load.horizons import (
    ForecastHorizons,
    answer_seconds,
    forecast_horizons,
    past_metric,
    tolerated_share,
)
from tidegate.scaling.load.load_history import DAY, Past

PERIOD = timedelta(seconds=300)
OBJECTIVE = Objective(catch_up_seconds=300)


def test_the_long_past_is_that_of_what_comes_in_by_five_minutes() -> None:
    assert past_metric(signals(a_pipeline())) == Metric(
        "AWS/Kinesis", "IncomingRecords", (("StreamName", "racers"),), "Sum", 300
    )


@given(st.floats(60, 1e5))
def test_an_excursion_may_come_as_often_as_there_is_time_to_catch_up(seconds: float) -> None:
    share = tolerated_share(seconds)
    assert share == max(0.5, min(0.99, 1 - seconds / 3600))


@pytest.mark.parametrize(("seconds", "share"), [(1_800, 0.5), (1_801, 0.5), (360, 0.9)])
def test_between_half_and_nearly_all_cases_are_met(seconds: float, share: float) -> None:
    assert tolerated_share(seconds) == pytest.approx(share)


def test_a_change_is_in_effect_a_minute_after_the_look_that_asks_for_it() -> None:
    assert answer_seconds(timedelta(seconds=120)) == 180.0


def past_of(*rates: float) -> Window:
    samples = tuple(rate * 300 for rate in rates)
    return Window(past_metric(signals(a_pipeline())), NOON - PERIOD * len(rates), samples)


def horizons(
    *minutes: Minute | None,
    past: Window | None = None,
    late_seconds: float = 0,
    objective: Objective = OBJECTIVE,
) -> ForecastHorizons | None:
    seen = signals(a_pipeline(), *minutes)
    steady = past_of(*[100.0] * (3 * DAY))
    now = NOON + timedelta(seconds=late_seconds)
    return forecast_horizons(seen, past or steady, objective.catch_up_seconds, 8_640, now)


def known(found: ForecastHorizons | None) -> ForecastHorizons:
    assert found is not None
    return found


def test_the_horizons_end_after_a_later_sweeps_change_and_the_time_to_catch_up() -> None:
    found = known(horizons())
    judged = signals(a_pipeline()).series.judged_until
    assert judged is not None
    late = (NOON - judged).total_seconds()
    assert (found.lead_seconds, found.soon_seconds) == (late + 120, late + 420)
    assert known(horizons(late_seconds=60)).lead_seconds == found.lead_seconds + 60
    longer = replace(OBJECTIVE, catch_up_seconds=900)
    assert known(horizons(objective=longer)).soon_seconds == found.lead_seconds + 900
    ends = [dict(each.because.numbers)["until"] for each in (found.soon, found.later, found.hour,
                                                              found.call) if each]  # fmt: skip
    lead, soon = found.lead_seconds, found.soon_seconds
    assert ends == [
        NOON + timedelta(seconds=seconds) for seconds in (soon, 2 * soon, lead + 3_600, lead +
                                                          8_640)
    ]  # fmt: skip


def test_a_steady_load_is_expected_to_stay_with_bytes_for_its_records() -> None:
    found = known(horizons())
    near: tuple[Any, Any] = pytest.approx(100.0), pytest.approx(30_000.0)
    assert found.soon.most == found.soon.likely == Load(*near, has_headroom=True)
    assert str(found.soon.because).startswith("100 records/s are expected until ")
    assert (found.usual_records_per_second, found.highest_records_per_second) == (100.0, 100.0)
    assert found.standing == standing(Past.of(past_of(*[100.0] * (3 * DAY)), NOON))


def test_the_usual_and_the_highest_rate_are_those_of_the_past() -> None:
    rates = [400.0] + [50.0] * (2 * DAY)
    found = known(horizons(past=past_of(*rates)))
    assert (found.usual_records_per_second, found.highest_records_per_second) == (50.0, 400.0)


def test_what_is_uncertain_leaves_room_between_likely_and_most() -> None:
    drawn = Random(1)
    found = known(horizons(past=past_of(*(drawn.uniform(50, 150) for _ in range(3 * DAY)))))
    most, likely = found.soon.most, found.soon.likely
    assert most.records_per_second > 1.2 * likely.records_per_second
    assert most.bytes_per_second == pytest.approx(300 * most.records_per_second)
    words = str(found.soon.because)
    assert words.startswith("at most ")
    assert "(likely " in words


def test_too_little_of_the_past_tells_nothing() -> None:
    assert horizons(past=past_of()) is None
    assert horizons(past=past_of(*[100.0] * 2)) is None


@pytest.mark.parametrize(("silent", "is_known"), [(2, True), (3, False)])
def test_three_of_the_newest_five_minutes_tell_the_load(silent: int, is_known: bool) -> None:
    gaps = [Minute()] + [None] * silent + [Minute()] * (4 - silent)
    found = horizons(*gaps[-5:])
    assert (found is not None) is is_known
