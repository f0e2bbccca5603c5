"""The load of now and of the last hour, with what waits."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.builders import Samples, a_pipeline, newest, signals, source_series, with_mapping
from tidegate.rules.kinds.signals import Signals
from tidegate.scaling.load.current_load import (
    Load,
    backlog_seconds,
    load_now,
    load_of_the_hour,
    rate_now,
    unread,
)


def aged(*seconds: float, window_seconds: int = 0, **of: Samples) -> Signals:
    pipeline = with_mapping(a_pipeline(factor=2), batching_window_seconds=window_seconds)
    ages = [each * 1000 for each in seconds]
    return newest(signals(pipeline), iterator_age_milliseconds=ages, **of)


def backlog(of: Signals, catch_up_seconds: float = 300) -> float:
    """What is sized for."""
    return load_now(of, 1.0, catch_up_seconds).to_drain


@pytest.mark.parametrize(
    ("ages", "records"),
    [
        ((1, 1, 1), 0),
        ((59, 59, 59), 0),
        ((60, 60, 60), 6000),
        ((90, 90, 90), 12_000),
        ((40, 50, 60), 6000 + 30 * 100),
        ((10, 20, 30), 30 * 100),
        ((10, 15, 20), 0),
        ((600, 500, 400), 0),
        ((320, 310, 300), 30_000),
    ],
    ids=["well", "in a batch", "a backlog", "whole minutes", "grows", "will be one", "will not",
         "drains by itself", "drains too slowly"],
)  # fmt: skip
def test_what_waits_is_what_came_in_during_the_age_and_joins_it_since(
    ages: tuple[float, ...], records: float
) -> None:
    """100 records/s; metrics are up to three minutes late."""
    assert backlog(aged(*ages)) == pytest.approx(records)


@pytest.mark.parametrize(
    ("ages", "records"),
    [((90, 90, 90), 9000), ((40, 50, 60), 6000), ((600, 500, 400), 0), ((10, 20, 30), 3000)],
    ids=["part of a minute", "grows", "drains by itself", "will be one"],
)
def test_what_is_told_is_what_waited_and_no_more_than_what_is_sized_for(
    ages: tuple[float, ...], records: float
) -> None:
    load = load_now(aged(*ages), 1.0, 300)
    assert load.backlog_records == pytest.approx(records)
    assert load.backlog_records <= load.to_drain


def test_a_load_is_sized_for_what_waits_or_for_what_is_said_instead() -> None:
    load = Load(100, 0, backlog_records=3000)
    assert (load.to_drain, load.drain_rate(300)) == (3000, 110)
    more = replace(load, backlog_at_most=6000)
    assert (more.to_drain, more.drain_rate(300)) == (6000, 120)
    assert more.without_backlog() == Load(100, 0)


@pytest.mark.parametrize(("catch_up", "drains"), [(480, True), (479, False)])
def test_a_backlog_that_is_gone_in_time_asks_for_nothing(catch_up: float, drains: bool) -> None:
    """100 s a minute: 800 s are gone in 480."""
    assert (backlog(aged(1000, 900, 800), catch_up) == 0) is drains


def test_records_that_wait_for_their_batch_are_no_backlog() -> None:
    assert backlog_seconds(aged(1, window_seconds=45)) == 105
    assert backlog(aged(104, 104, 104, window_seconds=45)) == 0
    assert backlog(aged(105, 105, 105, window_seconds=45)) > 0


@pytest.mark.parametrize(("age", "records"), [(30, 3000), (59, 5900), (60, 6000), (61, 12_000)])
def test_unread_are_at_most_those_that_came_in_during_the_age(age: float, records: float) -> None:
    assert unread(aged(age, age, age)) == records


@pytest.mark.parametrize(
    ("minutes", "rate"),
    [((6000,) * 5, 100), ((6000, 6000, 6000, 6000, 12_000), 200), ((12_000, 0, 0, 0, 0), 40),
     ((60_000, 0, 0, 0, 0, 0), 0), ((None, None, None, 6000, None), 100), ((None,) * 5, 0)],
    ids=["steady", "the newest", "the mean of five", "before those", "gaps", "silence"],
)  # fmt: skip
def test_the_rate_of_now_is_the_newest_minutes_or_the_mean_of_five(
    minutes: Samples, rate: float
) -> None:
    of = aged(1, incoming_records=minutes)
    assert rate_now(source_series(of).incoming_records) == rate


def test_what_is_offered_is_more_than_what_is_taken() -> None:
    found = load_now(aged(1), 1.5, 300)
    assert (found.records_per_second, found.bytes_per_second) == (150, 150 * 300)


def test_the_hour_is_its_largest_minute_without_a_backlog() -> None:
    of = aged(900, 900, 900, incoming_records=[18_000, *[6000] * 59])
    assert load_of_the_hour(of) == Load(300, 30_000)
    assert load_of_the_hour(aged(1, incoming_records=[18_000, *[6000] * 60])) == Load(100, 30_000)


# ---- loads


@pytest.mark.parametrize(
    ("records", "size", "shards", "let_in"),
    [(1500, 1500, 2, (1500, 1500)), (4000, 4000, 2, (2000, 2000)),
     (1000, 4 * 2**20, 2, (500, 2 * 2**20)), (0.5, 0.5, 1, (0.5, 0.5))],
    ids=["all", "by records", "by bytes", "next to nothing"],
)  # fmt: skip
def test_shards_let_in_a_share_of_records_and_bytes_alike(
    records: float, size: float, shards: int, let_in: tuple[float, float]
) -> None:
    found = Load(records, size, backlog_records=9).let_in(1000 * shards, 2**20 * shards)
    assert (found.records_per_second, found.bytes_per_second) == let_in
    assert found.backlog_records == 9


@given(st.floats(0, 1e6), st.floats(0, 1e9), st.integers(1, 100))
def test_no_more_is_let_in_than_the_shards_take(records: float, size: float, shards: int) -> None:
    found = Load(records, size).let_in(1000 * shards, 2**20 * shards)
    assert found.records_per_second <= 1000 * shards * (1 + 1e-9)
    assert found.bytes_per_second <= 2**20 * shards * (1 + 1e-9)


def test_the_larger_of_two_loads_has_headroom() -> None:
    now, coming = Load(100, 9000, backlog_records=7), Load(200, 6000, backlog_records=99)
    assert now.at_least(coming) == Load(200, 9000, backlog_records=7, has_headroom=True)


@pytest.mark.parametrize(
    ("rising_from", "words"),
    [(None, "1,234 records/s"), (1000, "1,234 records/s (rising from 1,000)"),
     (1234, "1,234 records/s"), (2000, "1,234 records/s")],
)  # fmt: skip
def test_a_load_says_what_it_rises_from(rising_from: float | None, words: str) -> None:
    assert str(replace(Load(1234, 0), rising_from=rising_from).reason) == words
