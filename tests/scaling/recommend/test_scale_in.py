from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from tests.builders import NOON, SPEC, Minute, a_pipeline, a_table, signals, told
from tests.looks import a_look
from tidegate.rules.cause import LeverKind
from tidegate.rules.diagnosis.diagnose import diagnose
from tidegate.rules.kinds.dynamodb_table.metrics import table_metric
from tidegate.rules.kinds.dynamodb_table.state import Table
from tidegate.rules.kinds.packs import in_force
from tidegate.rules.kinds.signal_series import series_from
from tidegate.rules.kinds.signals import Signals
from tidegate.rules.reason import Reason
from tidegate.scaling.config.specification import Objective
from tidegate.scaling.load.current_load import Load
from tidegate.scaling.load.horizons import Expected, ForecastHorizons
from tidegate.scaling.model.change_record import Lever
from tidegate.scaling.model.history import History
from tidegate.scaling.model.plan import Decision
from tidegate.scaling.plan.decide import decide

TABLE = Lever.of(LeverKind.WRITE_CAPACITY, "scores")
SHARDS = Lever.of(LeverKind.SHARD_COUNT, "racers")
FACTOR = Lever.of(LeverKind.PARALLELIZATION_FACTOR, "scorer")
FULL = Minute(records_per_second=400)
UNKNOWN = "at a target utilization of 100% (all use is counted as the stream's, whose load had not varied)"


def coming(rate: float) -> ForecastHorizons:
    load = Load(rate, rate * 300, has_headroom=True)
    each = Expected(load, load, Reason.of("forecast", "as forecast"))
    return ForecastHorizons(each, each, each, each, rate, rate, lead_seconds=300, soon_seconds=600)


def decided(seen: Signals, expected: ForecastHorizons | None) -> dict[Lever, Decision]:
    plan = decide(a_look(seen, diagnose(seen), SPEC, History(()), NOON), expected)
    return {each.lever: each for each in plan.decisions}


def table(units: int, decreased_minutes_ago: int | None = None, decreases: int = 0) -> Table:
    at = None if decreased_minutes_ago is None else NOON - timedelta(minutes=decreased_minutes_ago)
    own = a_table(units)
    capacity = replace(own.capacity, decreases_today=decreases, last_decrease_at=at)
    return replace(own, capacity=capacity)


def seen(of: Table, *minutes: Minute | None) -> Signals:
    return signals(a_pipeline(shards=4, factor=2, table=of), *minutes)


def allowed(of: Table, rate: float = 400) -> int:
    return decided(seen(of, *[FULL] * 90), coming(rate))[TABLE].allowed


def test_a_quarter_of_an_hour_in_health_lets_a_table_down_to_what_is_expected() -> None:
    found = decided(seen(table(1000), *[FULL] * 90), coming(500))[TABLE]
    because = f"as forecast: 500 records/s need 1.00 WCU each {UNKNOWN}"
    assert (found.wanted, found.allowed, str(found.because)) == (509, 509, because)


def test_a_decrease_must_save_more_than_the_time_it_blinds_for() -> None:
    assert allowed(table(436)) == 436
    assert allowed(table(437)) == 407


def test_a_second_one_within_the_hour_must_save_six_times_as_much() -> None:
    assert allowed(table(670, decreased_minutes_ago=30)) == 670
    assert allowed(table(680, decreased_minutes_ago=30)) == 407
    assert allowed(table(670, decreased_minutes_ago=61)) == 407


def test_never_below_what_is_consumed_whatever_is_expected() -> None:
    assert allowed(table(1000), rate=10) == 407


@pytest.mark.slow
@example(silent={*range(32), *range(84, 90)}, rate=1.0)
@given(silent=st.sets(st.integers(0, 89), min_size=1), rate=st.floats(1, 300))
def test_silence_never_lets_a_lever_down_further(silent: set[int], rate: float) -> None:
    minutes: list[Minute | None] = [None if at in silent else FULL for at in range(90)]
    expected = coming(rate)
    full = decided(seen(table(1000), *[FULL] * 90), expected)
    held = decided(seen(table(1000), *minutes), expected)
    if not held:
        # Of what tells nothing fresh nothing is decided.
        assert {*range(84, 90)} <= silent
        return
    # A factor that goes up with fewer shards leaves as many concurrent executions.
    for lever in full.keys() - {FACTOR}:
        assert held[lever].allowed >= full[lever].allowed
    assert executions(held) >= executions(full)


def executions(found: dict[Lever, Decision]) -> int:
    return found[SHARDS].allowed * found[FACTOR].allowed


@pytest.mark.parametrize("minutes", [3, 10, 15])
def test_newest_minutes_in_silence_hold_every_scale_in(minutes: int) -> None:
    gap: list[Minute | None] = [*[FULL] * (86 - minutes), *[None] * minutes, *[FULL] * 4]
    found = decided(seen(table(1000), *gap), coming(100))
    assert [each for each in found.values() if each.wanted < each.current] == []


@pytest.mark.parametrize(
    ("refused_per_second", "minutes_ago", "then"),
    [(200, 2, 1000), (200, 4, 1000), (200, 6, 407), (100, 2, 407)],
)
def test_no_decrease_is_spent_while_many_refused_records_are_still_coming_in(
    refused_per_second: float, minutes_ago: int, then: int
) -> None:
    refused = replace(FULL, refused_per_second=refused_per_second)
    told = [*[FULL] * (89 - minutes_ago), refused, *[FULL] * minutes_ago]
    assert decided(seen(table(1000), *told), coming(300))[TABLE].allowed == then


def test_a_load_that_is_expected_is_met_before_it_comes_and_in_health() -> None:
    found = decided(seen(table(450), *[FULL] * 90), coming(900))
    because = f"as forecast: 900 records/s need 1.00 WCU each {UNKNOWN}"
    assert (found[TABLE].allowed, str(found[TABLE].because)) == (900, because)


def test_what_the_units_saved_up_carry_to_the_end_of_the_forecast_is_not_met_yet() -> None:
    saved_a_second = 300 * 450 // 600
    for rate, then in ((450 + saved_a_second, 450), (451 + saved_a_second, 451 + saved_a_second)):
        assert decided(seen(table(450), *[FULL] * 90), coming(rate))[TABLE].allowed == then


def test_an_index_that_writes_nothing_for_minutes_is_looked_at_like_any_other() -> None:
    pipeline = a_pipeline(table=a_table(5000, index_units=5000))
    windows = dict(told(pipeline).windows())
    metric = table_metric("scores", "by-race", "ConsumedWriteCapacityUnits", "Sum")
    consumed = windows[metric]
    windows[metric] = replace(consumed, samples=(*consumed.samples[:-4], None, None, None, None))
    of_now = Signals(pipeline, series_from(pipeline, windows, NOON), 60, thresholds=in_force({}))
    patient = replace(SPEC, objective=Objective(catch_up_seconds=3600))
    plan = decide(a_look(of_now, diagnose(of_now), patient, History(()), NOON))
    assert all(each.allowed <= each.current for each in plan.decisions)


def test_a_shard_count_goes_down_by_a_quarter_at_least() -> None:
    shards = Lever.of(LeverKind.SHARD_COUNT, "racers")
    for rate, then in ((2500, 5), (2300, 3)):
        told = [Minute(records_per_second=rate, seconds_per_batch=0.05)] * 90
        pipeline = a_pipeline(shards=5, factor=10, table=a_table(9000))
        assert decided(signals(pipeline, *told), coming(rate))[shards].allowed == then
