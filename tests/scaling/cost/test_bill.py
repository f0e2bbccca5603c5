"""The bill is that of the kinds of resource, upstream first."""

from dataclasses import replace

import pytest

from tests.builders import Minute, a_pipeline, a_table, of_types, with_consumers, with_stream
from tests.scaling.cost.use import MONTH, STEADY, measured, now_usd, priced
from tests.scaling.kinds.toy import CONSUMERS, TAKEN, TOY
from tidegate.rules.kinds.kinesis_stream.state import stream_of
from tidegate.rules.kinds.lambda_mapping.state import consumers_of
from tidegate.scaling.cost.bill import items, modes
from tidegate.scaling.kinds.registry import TYPES
from tidegate.scaling.model.bill import Need, Usage


def test_each_layer_is_priced_by_hand() -> None:
    pipeline = a_pipeline(shards=2, table=a_table(1000))
    pipeline = with_stream(pipeline, replace(stream_of(pipeline), retention_hours=48))
    usage = measured(pipeline, [Minute(records_per_second=100, seconds_per_batch=0.4)] * 60)
    records = 100 * 3600 * MONTH
    found = now_usd(items(priced(pipeline, usage)))
    assert found == pytest.approx(
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
    layers = [layer for layer, _ in found]
    assert layers == sorted(layers, key=["stream racers", "function scorer", "table scores"].index)


def test_an_on_demand_pipeline_is_priced_by_hand() -> None:
    pipeline = a_pipeline()
    stream = replace(stream_of(pipeline), mode="ON_DEMAND", retention_hours=8 * 24)
    (consumer,) = consumers_of(pipeline)
    table = replace(a_table(0), mode="PAY_PER_REQUEST")
    pipeline = with_stream(with_consumers(pipeline, replace(consumer, writes=(table,))), stream)
    usage = measured(pipeline, [Minute(records_per_second=100, record_bytes=1500)] * 60)
    records = 100 * 3600 * MONTH
    gigabytes_an_hour = 100 * 3600 * 1500 / 2**30
    assert now_usd(items(priced(pipeline, usage))) == pytest.approx(
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


def test_a_kind_that_is_passed_in_is_on_the_bill_with_its_lever_and_its_use() -> None:
    usage = Usage(STEADY.start, STEADY.end, {**STEADY.totals, TAKEN: 7200})
    need = Need(CONSUMERS, at_peak=5, followed=2.5)
    of_all = priced(a_pipeline(), usage, [need])
    with_toy = priced(of_types(a_pipeline(), TOY, *TYPES), usage, [need])
    *others, consumers, taken = items(with_toy)
    assert tuple(others) == items(of_all)
    assert (consumers.layer, consumers.lever) == ("queue orders", CONSUMERS)
    assert (consumers.now_usd, consumers.at_peak_usd, consumers.followed_usd) == (6, 10, 5)
    assert taken.now_usd == pytest.approx(7200 * MONTH * 0.001)


def test_modes_are_compared_of_each_layer_that_has_both() -> None:
    of_all = priced(a_pipeline())
    assert [each.layer for each in modes(of_all)] == ["stream racers", "table scores"]
    *_, queue = modes(priced(of_types(a_pipeline(), TOY, *TYPES)))
    assert (queue.layer, queue.capacity) == ("queue orders", "3 consumers")
