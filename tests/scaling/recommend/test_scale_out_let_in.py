"""What a source lets in bounds what is behind it, and what is needed already is not asked again."""

from dataclasses import replace

import pytest

from tests.builders import Samples, newest
from tests.scaling.recommend.test_scale_out_needs import (
    OF_INDEX,
    SHARDS,
    SICK,
    WRITES,
    advised,
    coming,
    needed,
    seen,
    the_scale_out,
    throttled,
)
from tidegate.scaling.load.current_load import Load
from tidegate.scaling.recommend.scale_out import ScaleOut


@pytest.mark.parametrize(("shards", "records"), [(1, 2000), (2, 4000)])
def test_a_table_is_sized_for_what_one_step_of_the_source_lets_in(
    shards: int, records: int
) -> None:
    """5,000 records/s are offered for each shard, which takes 1,000; one call at most doubles the
    shards, and a table is used to 70 %."""
    taken: Samples = [60_000 * shards] * 5
    of = seen(4000, shards=shards, incoming_records=taken, write_throttles=[240_000] * 5)
    assert needed(of)[WRITES] == -(-records * 10 // 7)
    assert needed(of)[SHARDS] > 2 * shards


def expecting(records_per_second: float, shards: int) -> ScaleOut:
    """100 records/s come to so many shards, and so many are likely soon."""
    forecast = coming()
    likely = Load(records_per_second, records_per_second * 300, has_headroom=True)
    soon = replace(forecast.soon, most=likely, likely=likely)
    return the_scale_out(seen(shards=shards), expected=replace(forecast, soon=soon))


@pytest.mark.parametrize(
    ("expected", "shards", "records"),
    [(1999, 1, 1999), (2000, 1, 2000), (5000, 1, 2000), (5000, 2, 4000), (5000, 4, 5000)],
    ids=["less", "as much", "more than two shards take", "than four", "all of it"],
)
def test_nor_is_it_for_a_forecast_of_more(expected: float, shards: int, records: int) -> None:
    """A forecast has its headroom, so that a table is used up by it."""
    assert expecting(expected, shards).demands()[WRITES].capacity == records


@pytest.mark.parametrize(("records", "runs_out"), [(240, False), (240.005, True)])
def test_credits_that_last_just_until_a_change_takes_effect_do_not_run_out(
    records: float, runs_out: bool
) -> None:
    """90 units have 27,000 of burst, of which two minutes of 240 spend 18,000 and a third 9,000."""
    minutes: Samples = [*[1200] * 88, *[records * 60] * 2]
    of = seen(90, incoming_records=minutes, read_records=[1200] * 90)
    of = newest(of, "scores", consumed_write_units=minutes)
    assert (WRITES in the_scale_out(of).running_out()) is runs_out


def test_an_ill_index_has_what_the_load_needs_beside_what_a_person_cures() -> None:
    """It throttles nothing in the newest minute, so that no refused write asks for more."""
    of = newest(seen(index_units=200), "scores/by-race", write_throttles=[900, 900, 0])
    found = needed(of, advised(), throttled("scores/by-race"))
    assert set(found) == {SHARDS, OF_INDEX}
    assert found[OF_INDEX] == needed(of)[OF_INDEX]


@pytest.mark.parametrize(("shards", "runs_out"), [(1, False), (4, True)])
def test_until_a_change_takes_effect_no_more_comes_than_the_source_takes(
    shards: int, runs_out: bool
) -> None:
    """500 units have 150,000 of burst, of which two minutes of 1,400 spend 108,000. A further minute
    of 1,400 spends 54,000, one of the 1,000 that a shard takes 30,000."""
    minutes: Samples = [*[1200] * 88, *[1400 * 60] * 2]
    of = seen(500, shards=shards, incoming_records=minutes, read_records=[1200] * 90)
    of = newest(of, "scores", consumed_write_units=minutes)
    assert (WRITES in the_scale_out(of).running_out()) is runs_out


def test_behind_a_table_that_is_short_all_is_drained_but_what_is_healthy() -> None:
    """100 records/s that are read, 300 s of them unread, less the 15 s up to which an age is well,
    within 300 s."""
    of = seen(100, iterator_age_milliseconds=[300_000] * 3)
    of = newest(of, "scores", consumed_write_units=[6000] * 90)
    assert needed(of, throttled())[WRITES] == 100 + (300 - 15) * 100 / 300


def test_a_table_that_the_load_needs_larger_anyway_is_not_doubled() -> None:
    """600 records/s of half a unit each at a use of 0.7."""
    of = seen(400, iterator_age_milliseconds=SICK,
              incoming_records=[36_000] * 90, read_records=[36_000] * 90)  # fmt: skip
    of = newest(of, "scores", write_throttles=[0, 0, 50], consumed_write_units=[18_000] * 90)
    assert needed(of, throttled())[WRITES] == 429


def test_a_table_that_the_load_needs_just_as_it_is_is_doubled() -> None:
    """100 records/s of one unit each at a use of 0.7."""
    of = newest(seen(143, iterator_age_milliseconds=SICK), "scores", write_throttles=[0, 0, 50])
    assert needed(newest(of, "scores", write_throttles=[0, 50, 0]), throttled())[WRITES] == 143
    assert needed(of, throttled())[WRITES] == 286


def test_what_others_are_refused_is_not_asked_for_beside_a_load_that_needs_more() -> None:
    of = newest(seen(120), "scores", write_throttles=[0, 300, 300],
                consumed_write_units=[6000] * 3)  # fmt: skip
    assert needed(of, throttled())[WRITES] == 143
