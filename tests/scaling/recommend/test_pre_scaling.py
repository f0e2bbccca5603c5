from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.builders import NOON, SPEC, Minute, a_pipeline, a_table, signals
from tidegate.rules.cause import LeverKind
from tidegate.rules.reason import Reason
from tidegate.rules.window import Window
from tidegate.scaling.config.in_file import in_file
from tidegate.scaling.config.specification import PipelineSpec, TargetUtilization
from tidegate.scaling.load.current_load import Load
from tidegate.scaling.load.horizons import (
    Expected,
    ForecastHorizons,
    forecast_horizons,
    past_metric,
)
from tidegate.scaling.model.change_record import Lever
from tidegate.scaling.recommend.learned import learn
from tidegate.scaling.recommend.pre_scaling import pre_scaling

TABLE = Lever.of(LeverKind.WRITE_CAPACITY, "scores")
FACTOR = Lever.of(LeverKind.PARALLELIZATION_FACTOR, "scorer")
SHARDS = Lever.of(LeverKind.SHARD_COUNT, "racers")


def expected(likely: float, most: float) -> Expected:
    highest, usual = (Load(rate, rate * 300, has_headroom=True) for rate in (most, likely))
    return Expected(highest, usual, because=Reason.of("forecast", "as forecast"))


def coming(likely: float, most: float) -> ForecastHorizons:
    each = expected(likely, most)
    return ForecastHorizons(
        each, each, each, each, likely, most, lead_seconds=300, soon_seconds=600
    )


def ahead_of_load(
    what: ForecastHorizons, *, units: int = 1000, used: float = 1000, spec: PipelineSpec = SPEC
) -> dict[Lever, tuple[int, int, Any]]:
    pipeline = a_pipeline(factor=10, table=a_table(units))
    minutes = [Minute(records_per_second=used)] * 30
    model = learn(signals(pipeline, *minutes, healthy_before=False))
    return {
        lever: (each.at_least, each.enough, each.floor and each.floor.capacity)
        for lever, each in pre_scaling(model, what, in_file(spec)).items()
    }


def test_a_table_without_savings_goes_up_to_the_likely_and_down_to_the_most_that_may_come() -> None:
    assert ahead_of_load(coming(1000, 1500))[TABLE] == (1000, 1000, 1500)


def test_units_saved_up_carry_what_is_likely_to_the_end_of_the_forecast() -> None:
    saved, soon_seconds = 300 * 1000, 600
    assert ahead_of_load(coming(1000, 1500), used=500)[TABLE][0] == 1000 - saved // soon_seconds


def test_what_is_merely_possible_may_come_from_the_units_saved_up() -> None:
    assert ahead_of_load(coming(1000, 1500), used=500)[TABLE][2] == 1017
    assert ahead_of_load(coming(400, 900), used=450)[TABLE][2] == 450


def test_what_one_partition_does_not_take_comes_from_no_burst() -> None:
    assert ahead_of_load(coming(1500, 1500), used=500)[TABLE][0] == 1001
    assert ahead_of_load(coming(1500, 1500), units=1100, used=500)[TABLE][0] < 1001


def test_a_lower_table_keeps_its_partitions_so_that_none_stays_up_for_them() -> None:
    few, many = (ahead_of_load(coming(400, 1500), used=100, units=units) for units in (900, 1100))
    assert few[TABLE][2] < 900
    assert many[TABLE][2] < 1001


def test_a_use_that_the_file_asks_for_wins() -> None:
    spec = replace(SPEC, target_utilization=TargetUtilization(capacity=0.5))
    assert ahead_of_load(coming(1000, 1500), used=500, spec=spec)[TABLE] == (2000, 2000, 3000)


def test_lanes_and_shards_are_ready_for_what_is_likely() -> None:
    found = ahead_of_load(coming(1000, 1500))
    assert found[FACTOR][:2] == (10, 10)
    assert found[SHARDS] == (2, 2, 2)


@given(
    likely=st.floats(1, 1e5),
    more=st.floats(0, 1e5),
    room=st.floats(1, 5),
    used=st.sampled_from([100.0, 900.0, 1000.0]),
)
def test_never_ready_for_less_with_a_larger_load(
    likely: float, more: float, room: float, used: float
) -> None:
    small = ahead_of_load(coming(likely, likely * room), used=used)
    large = ahead_of_load(coming(likely + more, (likely + more) * room), used=used)
    for lever, (at_least, enough, floor) in small.items():
        assert large[lever][0] >= at_least
        assert large[lever][1] >= enough >= at_least
        assert (large[lever][2] or 0) >= (floor or 0) >= at_least


def told(*records_per_second: float | None) -> Window:
    pipeline = a_pipeline()
    samples = tuple(None if rate is None else rate * 300 for rate in records_per_second)
    return Window(
        past_metric(signals(pipeline)), NOON - timedelta(minutes=5 * len(samples)), samples
    )


def test_the_outlook_says_what_it_expects_until_when() -> None:
    seen = signals(a_pipeline(), Minute())
    found = forecast_horizons(seen, told(*[100.0] * 40), 300, 8_640, NOON + timedelta(minutes=2))
    assert found is not None
    assert str(found.soon.because) == "100 records/s are expected until 12:09 (now 100)"
    assert found.soon.likely == Load(100, 30_000, has_headroom=True)
    assert found.usual_records_per_second == 100
    assert found.highest_records_per_second == 100
    assert (found.lead_seconds, found.soon_seconds) == (240, 540)


@pytest.mark.parametrize(
    "minutes", [[None] * 5, [*[Minute()] * 3, *[None] * 10]], ids=["late", "silent"]
)
def test_in_silence_there_is_no_outlook(minutes: list[Minute | None]) -> None:
    seen = signals(a_pipeline(), *minutes, healthy_before=False)
    assert forecast_horizons(seen, told(*[100.0] * 40), 300, 8_640, NOON) is None


def test_a_day_that_is_known_is_named() -> None:
    seen = signals(a_pipeline(), Minute())
    found = forecast_horizons(seen, told(*[120.0] * 288, *[100.0] * 40), 300, 8_640, NOON)
    assert found is not None
    assert str(found.soon.because).endswith("(now 100, usually 120)")
