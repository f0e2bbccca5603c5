"""What a stream costs, by the hour of a shard or by what goes through it."""

from dataclasses import replace
from typing import Any

import pytest

from tests.builders import (
    NOON,
    Reading,
    a_pipeline,
    a_stream,
    with_consumers,
    with_mapping,
    with_stream,
)
from tests.flink_builders import a_flink_pipeline
from tests.scaling.cost.use import BYTES_IN, MONTH, RECORDS, STEADY, now_usd, priced, scaled
from tidegate.rules.cause import LeverKind
from tidegate.rules.graph import Pipeline
from tidegate.rules.kinds.kinesis_stream.state import stream_of
from tidegate.rules.kinds.lambda_mapping.state import Consumer
from tidegate.scaling.kinds.kinesis_stream.price import (
    stream_items,
    stream_metrics,
    stream_modes,
    stream_monthly_usd,
)
from tidegate.scaling.model.bill import Modes, Need, Usage
from tidegate.scaling.model.change_record import Lever

SHARDS = Lever.of(LeverKind.SHARD_COUNT, "racers")
RETENTION = Lever.of(LeverKind.RETENTION_HOURS, "racers")


def of(shards: int = 1, **changes: Any) -> Pipeline:
    pipeline = a_pipeline(shards=shards)
    return with_stream(pipeline, replace(stream_of(pipeline), **changes))


def compared(pipeline: Pipeline, usage: Usage = STEADY, *needs: Need) -> Modes:
    (found,) = stream_modes(priced(pipeline, usage, needs))
    return found


def test_shards_and_a_long_retention_are_billed_by_the_shard_hour() -> None:
    assert stream_monthly_usd(a_stream(4), SHARDS, 6) == pytest.approx(6 * 0.015 * MONTH)
    assert stream_monthly_usd(a_stream(4), RETENTION, 24) == 0
    assert stream_monthly_usd(a_stream(4), RETENTION, 25) == pytest.approx(4 * 0.02 * MONTH)


def test_the_bill_tells_what_the_peak_and_following_the_load_would_cost() -> None:
    need = Need(SHARDS, at_peak=6, followed=2.5)
    shards, _ = stream_items(priced(of(4), STEADY, [need]))
    monthly = 0.015 * MONTH
    assert shards.lever == SHARDS
    told = (shards.now_usd, shards.at_peak_usd, shards.followed_usd)
    assert told == pytest.approx((4 * monthly, 6 * monthly, 2.5 * monthly))
    assert (shards.amount, shards.at_peak, shards.followed) == ("4", "6", "2.5")


def test_records_above_25_kb_are_several_payload_units() -> None:
    large = Usage(STEADY.start, NOON, {RECORDS: 1000, BYTES_IN: 1000 * 30_000})
    found = now_usd(stream_items(priced(of(), large)))
    assert found["stream racers", "PUT payload units"] == pytest.approx(2000 * MONTH * 1.4e-8)


def test_what_is_read_is_counted_once_a_reader_where_no_metric_tells_of_it() -> None:
    untold = Usage(STEADY.start, NOON, {RECORDS: 360_000, BYTES_IN: 108e6})
    told, guessed = (
        now_usd(stream_items(priced(of(mode="ON_DEMAND"), usage))) for usage in (STEADY, untold)
    )
    assert told == guessed


def test_a_topic_costs_nothing_by_itself() -> None:
    topic = a_flink_pipeline(topic=True)
    assert list(stream_metrics(topic)) == []
    assert list(stream_items(priced(topic))) == []
    assert list(stream_modes(priced(topic))) == []


@pytest.mark.parametrize("retention_hours", [24, 48])
@pytest.mark.parametrize("shards", [3, 4, 40])
def test_at_the_break_even_both_modes_cost_the_same(shards: int, retention_hours: int) -> None:
    pipeline = of(shards, retention_hours=retention_hours)
    found = compared(pipeline)
    assert found.even_share
    share = found.even_share / found.load_share
    even = compared(pipeline, scaled(STEADY, share))
    assert even.provisioned_usd == pytest.approx(even.on_demand_usd)
    below = compared(pipeline, scaled(STEADY, share * 0.9))
    assert below.provisioned_usd is not None
    assert below.on_demand_usd < below.provisioned_usd


@pytest.mark.parametrize("records", [0, 360_000])
def test_records_of_an_unknown_size_have_no_break_even(records: float) -> None:
    found = compared(of(4), Usage(STEADY.start, NOON, {RECORDS: records}))
    assert found.even_share is None
    assert found.full_rate == 4000


def test_two_shards_always_cost_less_than_an_on_demand_stream() -> None:
    found = compared(of(2))
    assert found.even_share == 0
    assert found.provisioned_usd is not None
    assert found.provisioned_usd < found.on_demand_usd


def test_an_on_demand_stream_is_compared_with_the_shards_that_it_would_need() -> None:
    found = compared(of(4, mode="ON_DEMAND"), STEADY, Need(SHARDS, 8, followed=2.4))
    assert found.provisioned_usd is None
    assert (found.capacity, found.figures) == ("2 shards", {"shards": 2})
    assert compared(of(1)).capacity == "1 shard"


@pytest.mark.parametrize(
    ("consumers", "factor"), [(("fast",), 1), (("fast", "other"), 2), (("fast", "fast"), 1)],
    ids=["one", "two", "two functions by one"],
)  # fmt: skip
def test_each_consumer_with_enhanced_fan_out_is_billed_by_shards_and_what_it_reads(
    consumers: tuple[str, ...], factor: int
) -> None:
    pipeline = of(4)
    readers = (
        with_mapping(pipeline, reading=Reading(fan_out=name)).first(Consumer) for name in consumers
    )
    found = now_usd(stream_items(priced(with_consumers(pipeline, *filter(None, readers)))))
    assert found["stream racers", "enhanced fan-out, shards"] == pytest.approx(
        factor * 4 * 0.015 * MONTH
    )
    gigabytes = factor * 108e6 * MONTH / 2**30
    assert found["stream racers", "enhanced fan-out, GB"] == pytest.approx(gigabytes * 0.013)
    assert ("stream racers", "enhanced fan-out, GB") not in now_usd(stream_items(priced(pipeline)))
