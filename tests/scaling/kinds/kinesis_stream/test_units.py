"""Shards are the units of a source: what each lets in, and what a change of them takes."""

import pytest

from tests.builders import a_stream
from tidegate.scaling.kinds.kinesis_stream.units import Shards


def test_a_stream_has_its_open_shards_as_units() -> None:
    shards = Shards(a_stream(4))
    assert (str(shards.lever), shards.count) == ("shard_count of racers", 4)


@pytest.mark.parametrize("count", [0, 1, 7])
def test_each_shard_lets_a_thousand_records_and_a_mebibyte_in(count: int) -> None:
    assert Shards(a_stream(4)).lets_in(count) == (1000 * count, 2**20 * count)


def test_a_change_takes_half_a_minute_and_lasts_a_tenth_of_a_day() -> None:
    shards = Shards(a_stream(1))
    assert (shards.change_takes_seconds, shards.change_lasts_seconds) == (30, 8_640)
