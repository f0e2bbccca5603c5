"""What the load needed hour by hour, and what following it comes to."""

from collections.abc import Sequence
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.builders import NOON, SPEC, Minute, Told, a_pipeline, a_table, table_metric
from tidegate.rules.cause import LeverKind
from tidegate.rules.graph import Pipeline
from tidegate.rules.kinds.packs import in_force
from tidegate.rules.kinds.signal_series import series_from
from tidegate.rules.kinds.signals import Signals
from tidegate.scaling.cost.replay import needs
from tidegate.scaling.model.bill import Need
from tidegate.scaling.model.change_record import Lever

SHARDS = Lever.of(LeverKind.SHARD_COUNT, "racers")
WRITES = Lever.of(LeverKind.WRITE_CAPACITY, "scores")


def needed(pipeline: Pipeline, minutes: Sequence[Minute | None]) -> dict[Lever, Need]:
    told = Told(pipeline, list(minutes)).windows()
    signals = Signals(pipeline, series_from(pipeline, told, NOON), 60, thresholds=in_force({}))
    return {each.lever: each for each in needs(signals, SPEC)}


DAY = [Minute(records_per_second=100)] * 60 * 12 + [Minute(records_per_second=3000)] * 60 * 12


def test_a_day_and_a_night_need_less_on_average_than_at_the_peak() -> None:
    found = needed(a_pipeline(shards=4), DAY * 2)
    assert found[SHARDS].at_peak == 4
    assert 1.5 < found[SHARDS].followed < 4
    assert found[WRITES].at_peak == 4286
    assert 2000 < found[WRITES].followed < 2500


def test_an_hour_without_data_needs_what_the_hour_before_did() -> None:
    night = [*DAY[-120:], *[None] * 600, *DAY[-60:]]
    assert needed(a_pipeline(shards=4), night)[WRITES].followed == 4286


def test_throttled_writes_count_although_they_were_not_consumed() -> None:
    stabilization = [Minute(records_per_second=100)] * 120
    throttled = Minute(records_per_second=900, units_per_record=0.1, table_throttles=600)
    found = needed(a_pipeline(table=a_table(90)), [*stabilization, throttled, *stabilization[:60]])
    assert found[WRITES].at_peak == 1286


def test_what_others_read_is_needed_whatever_comes_in() -> None:
    """A web API reads 2 units a second, by night and by day."""
    pipeline, reads = a_pipeline(shards=4), Lever.of(LeverKind.READ_CAPACITY, "scores")
    told = dict(Told(pipeline, list(DAY)).windows())
    consumed = table_metric("scores", None, "ConsumedReadCapacityUnits", "Sum")
    told[consumed] = replace(told[consumed], samples=(120.0,) * len(DAY))
    signals = Signals(pipeline, series_from(pipeline, told, NOON), 60, thresholds=in_force({}))
    found = {each.lever: each for each in needs(signals, SPEC)}
    assert found[reads].at_peak == 3


def test_the_bounds_of_the_file_hold() -> None:
    found = needed(a_pipeline(), [Minute(records_per_second=200_000)] * 60)
    assert found[SHARDS].at_peak == 64
    assert found[WRITES].at_peak == 40_000


RATES = st.lists(st.integers(0, 20_000), min_size=1, max_size=30)


@pytest.mark.slow
@settings(max_examples=25, deadline=None)
@given(RATES)
def test_following_never_takes_more_than_the_peak_nor_less_than_the_least(
    rates: list[int],
) -> None:
    minutes = [each for rate in rates for each in [Minute(records_per_second=rate)] * 60]
    for need in needed(a_pipeline(), minutes).values():
        assert 1 <= need.followed <= need.at_peak


@pytest.mark.slow
@settings(max_examples=25, deadline=None)
@given(RATES)
def test_more_load_never_needs_less(rates: list[int]) -> None:
    def found(times: float) -> dict[Lever, Need]:
        hours = [Minute(records_per_second=rate * times) for rate in rates]
        return needed(a_pipeline(), [each for hour in hours for each in [hour] * 60])

    less, more = found(1), found(2)
    assert all(more[lever].at_peak >= less[lever].at_peak for lever in less)


def test_a_restless_stream_is_followed_within_the_calls_of_a_day() -> None:
    restless = [
        each
        for hour in range(48)
        for each in [Minute(records_per_second=100 if hour % 3 else 6000)] * 60
    ]
    found = needed(a_pipeline(), restless)[SHARDS]
    at_will = (8 + 8 + 1) / 3
    assert at_will < found.followed < 8
