"""What is advised of a stream costs."""

from dataclasses import replace

import pytest

from tests.builders import a_pipeline, newest, signals
from tidegate.rules.cause import Cause, Diagnosis
from tidegate.rules.kinds.kinesis_stream.state import Stream, stream_of
from tidegate.scaling.kinds.kinesis_stream.advice_price import stream_advice_prices
from tidegate.scaling.kinds.kinesis_stream.price import fan_out_monthly_usd
from tidegate.scaling.model.monthly_price import Price

STREAM = stream_of(a_pipeline(shards=4))
SEEN = newest(signals(a_pipeline(shards=4)), incoming_bytes=[2**30] * 60)
"""A GiB a minute."""


def prices(cause: Cause, stream: Stream = STREAM, where: str = "racers") -> list[Price]:
    advised = Diagnosis(cause, where, (), advice="do it")
    return list(stream_advice_prices(stream, SEEN, advised))


def test_a_fan_out_consumer_costs_hours_of_each_shard_and_what_it_reads() -> None:
    assert fan_out_monthly_usd(4, 1000) == pytest.approx(4 * 0.015 * 730 + 1000 * 0.013)
    (price,) = prices(Cause.STREAM_TOO_NARROW)
    assert price == Price("enhanced fan-out", fan_out_monthly_usd(4, 730 * 60))


@pytest.mark.parametrize(("hours", "is_told"), [(24, True), (25, False), (168, False)])
def test_a_longer_retention_costs_where_none_is_paid_yet(hours: int, is_told: bool) -> None:
    found = prices(Cause.RECORDS_DROPPED, replace(STREAM, retention_hours=hours))
    told = [(each.what, each.monthly_usd) for each in found]
    assert told == [("a retention of up to 7 days", pytest.approx(4 * 0.02 * 730))] * is_told


def test_nothing_is_told_of_others_of_other_causes_and_of_on_demand_mode() -> None:
    assert prices(Cause.STREAM_TOO_NARROW, where="another") == []
    assert prices(Cause.RECORDS_DROPPED, where="scorer") == []
    assert prices(Cause.HOT_KEY) == []
    assert prices(Cause.STREAM_TOO_NARROW, replace(STREAM, mode="ON_DEMAND")) == []
