"""The bill: what each layer costs, what the load needs, and where both modes cost the same."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.builders import (
    NOON,
    SPEC,
    Minute,
    Told,
    a_pipeline,
    a_table,
    with_consumers,
    with_stream,
)
from tidegate.rules.cause import LeverKind
from tidegate.rules.graph import Pipeline
from tidegate.rules.kinds.kinesis_stream.state import stream_of
from tidegate.rules.kinds.lambda_mapping.state import consumers_of
from tidegate.rules.kinds.packs import in_force
from tidegate.rules.kinds.signal_series import series_from
from tidegate.rules.kinds.signals import Signals
from tidegate.rules.window import Window
from tidegate.scaling.cost.bill import items
from tidegate.scaling.cost.on_demand import modes
from tidegate.scaling.cost.replay import Need, needs
from tidegate.scaling.cost.usage import Usage, usage_from, usage_metrics
from tidegate.scaling.model.change_record import Lever
from tidegate.scaling.model.prices import prices

SHARDS = Lever.of(LeverKind.SHARD_COUNT, "racers")
WRITES = Lever.of(LeverKind.WRITE_CAPACITY, "scores")
MONTH = 730


def measured(pipeline: Pipeline, minutes: Sequence[Minute | None]) -> Usage | None:
    told = Told(pipeline, list(minutes)).windows()
    start = NOON - timedelta(minutes=len(minutes))
    nothing = (None,) * len(minutes)
    windows = {each: Window(each, start, nothing) for each in usage_metrics(pipeline)} | told
    return usage_from(pipeline, windows, NOON)


def needed(pipeline: Pipeline, minutes: Sequence[Minute | None]) -> dict[Lever, Need]:
    told = Told(pipeline, list(minutes)).windows()
    signals = Signals(pipeline, series_from(pipeline, told, NOON), 60, thresholds=in_force({}))
    return {each.lever: each for each in needs(signals, SPEC)}


def test_each_layer_is_priced_by_hand() -> None:
    pipeline = a_pipeline(shards=2, table=a_table(1000))
    pipeline = with_stream(pipeline, replace(stream_of(pipeline), retention_hours=48))
    usage = measured(pipeline, [Minute(records_per_second=100, seconds_per_batch=0.4)] * 60)
    assert usage is not None
    bill = {(each.layer, each.what): each.now_usd for each in items(pipeline, usage, ())}
    records = 100 * 3600 * MONTH
    assert bill == pytest.approx(
        {
            ("stream racers", "shards"): 2 * 0.015 * MONTH,
            ("stream racers", "PUT payload units"): records / 1e6 * 0.014,
            ("stream racers", "retention, shards"): 2 * 0.02 * MONTH,
            ("function scorer", "GB-s at 512 MB"): records / 50 * 0.4 * 0.5 * 0.0000166667,
            ("function scorer", "requests"): records / 50 * 0.0000002,
            ("table scores", "write units/s"): 1000 * 0.00065 * MONTH,
            ("table scores", "read units/s"): 10 * 0.00013 * MONTH,
        }
    )


def test_an_on_demand_pipeline_is_priced_by_hand() -> None:
    pipeline = a_pipeline()
    stream = replace(stream_of(pipeline), mode="ON_DEMAND", retention_hours=8 * 24)
    (consumer,) = consumers_of(pipeline)
    table = replace(a_table(0), mode="PAY_PER_REQUEST")
    pipeline = with_stream(with_consumers(pipeline, replace(consumer, writes=(table,))), stream)
    usage = measured(pipeline, [Minute(records_per_second=100, record_bytes=1500)] * 60)
    assert usage is not None
    bill = {(each.layer, each.what): each.now_usd for each in items(pipeline, usage, ())}
    records = 100 * 3600 * MONTH
    gigabytes_an_hour = 100 * 3600 * 1500 / 2**30
    assert bill == pytest.approx(
        {
            ("stream racers", "stream hours"): 0.04 * MONTH,
            ("stream racers", "GB in"): records * 2048 / 2**30 * 0.08,
            ("stream racers", "GB out"): records * 1500 / 2**30 * 0.04,
            ("stream racers", "retention, GB"): gigabytes_an_hour * 144 * 0.1,
            ("stream racers", "retention > 7 d, GB"): gigabytes_an_hour * 24 * 0.023,
            ("function scorer", "GB-s at 512 MB"): records / 50 * 0.4 * 0.5 * 0.0000166667,
            ("function scorer", "requests"): records / 50 * 0.0000002,
            ("table scores", "write request units"): records * 0.000000625,
            ("table scores", "read request units"): 0,
        }
    )


def test_a_new_pipeline_is_measured_from_its_first_minute() -> None:
    pipeline = a_pipeline()
    usage = measured(pipeline, [None] * 60 + [Minute()] * 30)
    assert usage is not None
    assert usage.hours == 0.5
    assert usage.a_month(usage.records) == 100 * 3600 * MONTH
    assert measured(pipeline, [None] * 60) is None


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


STEADY = Usage(NOON - timedelta(hours=1), NOON, 360_000, 108e6, 108e6, {"scorer": (7200, 2.9e6)}, {"scores": (360_000, 0)})  # fmt: skip


def scaled(share: float) -> Usage:
    return replace(
        STEADY,
        records=STEADY.records * share,
        bytes_in=STEADY.bytes_in * share,
        bytes_out=STEADY.bytes_out * share,
        units={where: (w * share, r * share) for where, (w, r) in STEADY.units.items()},
    )


@pytest.mark.parametrize("retention_hours", [24, 48])
@pytest.mark.parametrize("shards", [3, 4, 40])
def test_at_the_break_even_both_modes_cost_the_same(shards: int, retention_hours: int) -> None:
    pipeline = a_pipeline(shards=shards)
    stream = replace(stream_of(pipeline), retention_hours=retention_hours)
    pipeline = with_stream(pipeline, stream)
    for at, measured_at in enumerate(modes(pipeline, STEADY, ())):
        assert measured_at.even_share
        share = measured_at.even_share / measured_at.load_share
        even = modes(pipeline, scaled(share), ())[at]
        assert even.provisioned_usd == pytest.approx(even.on_demand_usd)
        below = modes(pipeline, scaled(share * 0.9), ())[at]
        assert below.provisioned_usd is not None
        assert below.on_demand_usd < below.provisioned_usd


@pytest.mark.parametrize("records", [0, 360_000])
def test_records_of_an_unknown_size_have_no_break_even(records: float) -> None:
    usage = replace(STEADY, records=records, bytes_in=0, bytes_out=0)
    stream, _ = modes(a_pipeline(shards=4), usage, ())
    assert stream.even_share is None
    assert stream.full_rate == 4000


def test_two_shards_always_cost_less_than_an_on_demand_stream() -> None:
    stream, _ = modes(a_pipeline(shards=2), STEADY, ())
    assert stream.even_share == 0
    assert stream.provisioned_usd is not None
    assert stream.provisioned_usd < stream.on_demand_usd


def test_a_table_and_its_indexes_are_compared_together() -> None:
    pipeline = a_pipeline(table=a_table(1000, index_units=500))
    usage = replace(STEADY, units={"scores": (360_000, 0), "scores/by-race": (360_000, 0)})
    _, table = modes(pipeline, usage, ())
    assert table.provisioned_usd == pytest.approx(1500 * 0.00065 * MONTH + 20 * 0.00013 * MONTH)
    assert table.on_demand_usd == pytest.approx(2 * 360_000 * MONTH * 0.000000625)
    assert table.even_share == pytest.approx(0.2889, abs=0.0001)


def test_reads_and_writes_break_even_at_the_same_use() -> None:
    price = prices()
    writes, reads = (
        price[f"{word}_capacity_unit_hour_usd"] / price[f"on_demand_{word}_request_unit_usd"]
        for word in ("write", "read")
    )
    assert writes == pytest.approx(reads)
