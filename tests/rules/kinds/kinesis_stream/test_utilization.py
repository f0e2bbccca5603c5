"""A stream is used by records or by bytes, whichever is nearer to what its shards take."""

from dataclasses import replace
from datetime import timedelta

import pytest

from tests.builders import NOON, a_pipeline, a_stream, newest, signals, with_stream
from tidegate.rules.cause import LeverKind
from tidegate.rules.kinds.kinesis_stream.utilization import (
    incoming_rate,
    shards_then,
    stream_utilization,
)
from tidegate.rules.kinds.signals import Signals
from tidegate.rules.setting_steps import SettingStep

NO_SHARDS = replace(a_stream(), open_shards=())


@pytest.mark.parametrize(
    ("shards", "records", "size", "by_records", "by_bytes"),
    [(1, 60_000, 0, 1, 0), (4, 60_000, 60 * 2**21, 0.25, 0.5), (0, 30_000, 0, 0.5, 0)],
)
def test_a_stream_is_used_by_records_and_by_bytes(
    shards: int, records: float, size: float, by_records: float, by_bytes: float
) -> None:
    pipeline = with_stream(a_pipeline(), a_stream(shards) if shards else NO_SHARDS)
    seen = newest(signals(pipeline), incoming_records=[records, 1, 1], incoming_bytes=[size, 0, 0])
    assert stream_utilization(seen) == (by_records, by_bytes)


def stepped(minutes_ago: float, before: int, name: str = "racers") -> Signals:
    """Two shards, before some minutes ago others; 59,400, 57,000 and 30,000 records a minute."""
    at = NOON - timedelta(minutes=minutes_ago)
    full = newest(
        signals(a_pipeline(shards=2)), incoming_records=[59_400, 57_000, 30_000],
        incoming_bytes=[0, 0, 60 * 2**20],
    )  # fmt: skip
    return replace(full, steps=(SettingStep(LeverKind.SHARD_COUNT, name, at, before),))


@pytest.mark.parametrize(
    ("minutes_ago", "before", "shards", "by_records", "by_bytes"),
    [
        (0, 1, 1, 0.99, 1),
        (0.5, 1, 1, 0.99, 1),
        (0.5, 4, 4, 0.99 / 4, 0.25),
        (1, 1, 2, 0.25, 0.5),
        (2, 1, 2, 0.475, 0.5),
        (2.5, 1, 2, 0.475, 0.5),
        (3, 1, 2, 0.495, 0.5),
    ],
)
def test_minutes_are_held_against_the_shards_that_they_had(
    minutes_ago: float, before: int, shards: int, by_records: float, by_bytes: float
) -> None:
    """Those since the change as soon as there are some, else those before it."""
    seen = stepped(minutes_ago, before)
    assert shards_then(seen) == shards
    assert stream_utilization(seen) == pytest.approx((by_records, by_bytes))


def test_shards_of_another_stream_are_no_limit_of_this_one() -> None:
    assert stream_utilization(stepped(0, 1, "riders")) == pytest.approx((0.495, 0.5))


def test_a_minute_that_is_not_there_yet_is_not_an_empty_one() -> None:
    seen = newest(stepped(1, 1), incoming_records=[59_400, 57_000, None])
    assert (shards_then(seen), incoming_rate(seen, seen.series.source.incoming_records)) == (1, 990)
