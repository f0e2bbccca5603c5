"""Shards are the units of a source: what each lets in, and what a change of them takes."""

from dataclasses import replace

import pytest

from tests.builders import NOON, SPEC, a_pipeline, a_stream, even_shards, newest, signals
from tests.change_records import history
from tidegate.scaling.config.in_file import in_file
from tidegate.scaling.kinds.kinesis_stream.units import Shards
from tidegate.scaling.load.current_load import Load
from tidegate.scaling.model.plan import Range

MIB = 1024 * 1024


def test_a_stream_has_its_open_shards_as_units() -> None:
    shards = Shards.of(a_stream(4))
    assert (str(shards.lever), shards.count) == ("shard_count of racers", 4)


@pytest.mark.parametrize("count", [0, 1, 7])
def test_each_shard_lets_a_thousand_records_and_a_mebibyte_in(count: int) -> None:
    assert Shards.of(a_stream(4)).lets_in(count) == (1000 * count, 2**20 * count)


def test_a_change_takes_half_a_minute_and_lasts_a_tenth_of_a_day() -> None:
    shards = Shards.of(a_stream(1))
    assert (shards.change_takes_seconds, shards.change_lasts_seconds) == (30, 8_640)


def test_one_call_doubles_them_and_a_decrease_saves_a_quarter() -> None:
    shards = Shards.of(a_stream(4))
    assert (shards.step_most, shards.least_decrease_share) == (2, 0.25)
    assert shards.operation == "kinesis:UpdateShardCount"


@pytest.mark.parametrize(
    ("load", "readers", "count", "kind"),
    [
        (Load(2000, 1000), 1, 3, "shards-by-records"),
        (Load(10, 2 * MIB), 1, 3, "shards-by-bytes"),
        (Load(10, 2 * MIB), 2, 3, "shards-by-bytes"),
        (Load(10, MIB), 4, 3, "shards-by-reads"),
        (Load(800, 1), 1, 1, "shards-by-records"),
        (Load(801, 1), 1, 2, "shards-by-records"),
        (Load(0, 0), 1, 1, "shards-by-records"),
        (Load(10, 1.6 * MIB / 5), 5, 1, "shards-by-reads"),
        (Load(10, 1.6 * MIB / 5 + 1), 5, 2, "shards-by-reads"),
        (Load(900, 0.9 * MIB - 1), 3, 2, "shards-by-reads"),
    ],
)
def test_shards_are_for_what_is_written_or_for_all_who_read(
    load: Load, readers: int, count: int, kind: str
) -> None:
    """1,000 records/s and 1 MiB/s in, 2 MiB/s out of each, at a use of 0.8."""
    found = Shards.of(a_stream(1)).for_volume(load, in_file(SPEC), readers)
    assert (found.capacity, found.because.kind) == (count, kind)
    assert str(found.lever) == "shard_count of racers"


@pytest.mark.parametrize(
    ("readers", "pushed", "is_polled", "count"),
    [(4, 1, True, 3), (4, 2, True, 2), (3, 3, False, 2), (4, 1, False, 2)],
)
def test_readers_with_throughput_of_their_own_need_no_shard(
    readers: int, pushed: int, is_polled: bool, count: int
) -> None:
    """What strangers poll is not the pipeline's to pay for, unless they share with it."""
    shards = Shards.of(a_stream(1), pushed, is_polled=is_polled)
    assert shards.for_volume(Load(10, 1.3 * MIB), in_file(SPEC), readers).capacity == count


def test_bytes_are_told_in_mebibytes() -> None:
    found = Shards.of(a_stream(1)).for_volume(Load(10, 2.5 * MIB), in_file(SPEC), 1)
    assert str(found.because).startswith("2.50 MiB/s need shards of 1 MiB/s each")


def test_a_call_is_judged_as_of_shards_that_carry_alike() -> None:
    """Of eight even shards, though the stream has one that was split."""
    uneven = Shards.of(replace(a_stream(2), open_shards=even_shards(4)[:3]))
    found = list(uneven.call_constraints(8, 2, 8, history(), NOON))
    ranges = [(each.lower, each.upper) for each in found if isinstance(each, Range)]
    assert ranges == [(4, 16), (1, 10_000)]
    assert len(found) == 2


def test_a_stream_that_readers_find_empty_had_no_arrivals() -> None:
    seen = newest(signals(a_pipeline()), incoming_records=[None], read_records=[0.0])
    seen = newest(seen, iterator_age_milliseconds=[0.0])
    assert Shards.of(a_stream(1)).arrivals(seen.series.source).latest == 0.0
