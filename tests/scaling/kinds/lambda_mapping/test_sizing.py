from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.builders import (
    NOON,
    Minute,
    Reading,
    a_pipeline,
    a_table,
    newest,
    signals,
    source_series,
    the_consumer,
    the_table,
    with_mapping,
)
from tidegate.rules.graph import Pipeline
from tidegate.rules.kinds.signals import Signals
from tidegate.scaling.kinds.lambda_mapping.record_cost import record_cost
from tidegate.scaling.kinds.lambda_mapping.sizing import (
    RateModel,
    learn_rate,
    window_at_most,
)
from tidegate.scaling.load.base_load import Used

FIXED, EACH = 0.1, 0.004
"""Seconds of an invocation, and of each of its records, of the function in these tests."""


def minute(batch: float, *, slower: float = 1.0, **others: float) -> Minute:
    return Minute(batch=batch, seconds_per_batch=slower * (FIXED + EACH * batch), **others)


MIXED = [minute(batch) for batch in (20, 40, 60, 80, 100)] * 18


def learnt(*minutes: Minute, pipeline: Pipeline | None = None) -> RateModel | None:
    seen = pipeline or a_pipeline()
    return learn_rate(signals(seen, *minutes), the_consumer(seen))


def model(seconds: float, per_record: float, *, is_sure: bool = True) -> RateModel:
    near: tuple[Any, Any] = pytest.approx(seconds, abs=1e-9), pytest.approx(per_record)
    return RateModel(*near, is_sure)


def test_batches_of_different_sizes_tell_an_invocations_cost_from_that_of_a_record() -> None:
    found = learnt(*MIXED)
    assert found == model(FIXED, EACH)
    assert found is not None
    assert found.records_per_busy_second(100) == pytest.approx(100 / 0.5)


@settings(max_examples=40)
@given(st.lists(st.integers(0, 89), max_size=18, unique=True), st.floats(1, 20))
def test_a_fifth_of_the_minutes_may_be_odd(odd: list[int], slower: float) -> None:
    minutes = [
        minute(each.batch, slower=slower if at in odd and at < 87 else 1.0)
        for at, each in enumerate(MIXED)
    ]
    found = learnt(*minutes)
    assert found is not None
    assert found.records_per_busy_second(100) == pytest.approx(200, rel=0.35)


@pytest.mark.parametrize(("batch", "is_sure"), [(49, False), (50, True), (100, True)])
def test_batches_all_alike_tell_the_best_rate_seen_surely_where_they_are_half_full(
    batch: float, is_sure: bool
) -> None:
    found = learnt(*[minute(batch)] * 90)
    assert found == model(0.0, FIXED / batch + EACH, is_sure=is_sure)


def test_an_idle_function_tells_nothing() -> None:
    assert learnt(*[Minute(records_per_second=0)] * 90) is None


@pytest.mark.parametrize(("slower", "is_new"), [(1.26, True), (1.24, False), (0.79, True)])
def test_a_function_that_takes_a_quarter_more_or_less_time_has_changed(
    slower: float, is_new: bool
) -> None:
    newest = [minute(each.batch, slower=slower) for each in MIXED[-3:]]
    factor = slower if is_new else 1.0
    assert learnt(*MIXED[:-3], *newest) == model(FIXED * factor, EACH * factor)


@pytest.mark.parametrize(
    "stretched",
    [
        minute(50, slower=4, errors=1),
        minute(50, slower=4, longest_seconds=15.0),
        minute(50, slower=4, table_throttles=9),
        minute(50, slower=4, index_throttles=9),
    ],
    ids=["errors", "timeout", "throttled", "index-throttled"],
)
def test_minutes_stretched_by_trouble_downstream_count_only_where_there_are_no_others(
    stretched: Minute,
) -> None:
    pipeline = a_pipeline(table=a_table(5000, index_units=5000))
    # The minute after throttling is stretched by it as well: it is told here, and doesn't count.
    slower = 4 if stretched.table_throttles + stretched.index_throttles else 1
    after = minute(50, slower=slower)
    minutes = (each for clean in MIXED[:30] for each in (stretched, after, clean))
    assert learnt(*minutes, pipeline=pipeline) == model(FIXED, EACH)
    rate = 4 * (FIXED / 50 + EACH)
    only = learnt(*[stretched] * 90, pipeline=pipeline)
    assert only == model(0.0, rate, is_sure=False)


def shared(*minutes: Minute) -> RateModel | None:
    reading = Reading(other_sources=("a queue",))
    return learnt(*minutes, pipeline=with_mapping(a_pipeline(), reading=reading))


def test_of_a_function_with_other_sources_only_late_minutes_tell_and_with_full_batches() -> None:
    late = Minute(records_per_second=100, age_seconds=61, batch=50, seconds_per_batch=5)
    assert shared(*[replace(late, age_seconds=60)] * 90) is None
    # One lane at most is busy with the stream: 60 s for 6,000 records.
    assert shared(*[late] * 90) == model(0.0, 0.01)


def test_records_are_shared_out_among_the_readers_of_the_stream() -> None:
    seen = signals(a_pipeline(), *[minute(100)] * 90)
    read = seen.series.source.read_records
    twice = replace(read, samples=tuple((each or 0) * 2 for each in read.samples))
    doubled = replace(
        seen, series=replace(seen.series, source=replace(seen.series.source, read_records=twice))
    )
    alone = learn_rate(seen, the_consumer(seen.pipeline))
    assert set(doubled.shared_readers) == {2}
    assert learn_rate(doubled, the_consumer(seen.pipeline)) == alone == model(0.0, 0.005)


def behind_beside_others(others: int) -> Signals:
    """Its one execution reads 80 of the 100 records that come in each second in the newest half
    hour; the others, who read all of them, change nothing of that."""
    quiet, busy = minute(20, records_per_second=20), minute(100, records_per_second=80)
    seen = signals(a_pipeline(), *[quiet] * 60, *[busy] * 30)
    came = (*[20 * 60] * 60, *[100 * 60] * 30)
    read = source_series(seen).read_records.samples
    return newest(
        seen,
        incoming_records=came,
        read_records=[(own or 0) + others * each for own, each in zip(read, came, strict=True)],
        iterator_age_milliseconds=[1000] * 60 + [(back + 1) * 16_000 for back in range(30)],
    )


@pytest.mark.parametrize("others", [0, 1, 2, 4])
def test_a_late_reader_is_sized_by_its_own_reads_beside_others(others: int) -> None:
    """An even share of all reads would make its records cheaper and it faster than it is."""
    seen = behind_beside_others(others)
    assert learn_rate(seen, the_consumer(seen.pipeline)) == model(FIXED, EACH)
    (capacity,) = the_table(seen.pipeline).capacities
    used = seen.of(capacity).consumed_write_units
    with_base = replace(used, samples=tuple((each or 0) + 600 for each in used.samples))
    cost = record_cost(seen, the_consumer(seen.pipeline), Used(with_base, of_reads=False))
    assert cost is not None
    assert (cost.base_units, cost.units_per_record) == (pytest.approx(10), pytest.approx(1))


@pytest.mark.parametrize(
    ("objective_seconds", "well_seconds", "window_seconds"),
    [(60, 30, 6), (69, 30, 6), (600, 30, 30), (9, 30, 1), (9, 0.5, 0), (1e6, 1e6, 300)],
    ids=["a-tenth", "whole", "well", "at-least-one", "never-sick", "aws"],
)
def test_a_window_takes_a_tenth_of_the_objective_at_most(
    objective_seconds: float, well_seconds: float, window_seconds: int
) -> None:
    assert window_at_most(objective_seconds, well_seconds) == window_seconds


LATE = Minute(
    records_per_second=50, age_seconds=90, batch=25, seconds_per_batch=1.5, longest_seconds=2
)
"""120 invocations of 1.5 s each minute: 180 s, in one lane 60."""


@pytest.mark.parametrize(
    ("factor", "changed_minutes_ago", "records_per_busy_second"),
    [(1, None, 50), (2, None, 25), (3, None, 16.67), (1, 4, 16.67), (1, 5, 50)],
    ids=["one lane", "two lanes", "as many as are busy", "just changed", "changed before"],
)
def test_what_more_than_all_lanes_do_is_done_for_others(
    factor: int, changed_minutes_ago: int | None, records_per_busy_second: float
) -> None:
    """An API invokes the function, and no mapping tells; the stream's lanes are late and full."""
    seen = signals(a_pipeline(factor=factor), *[LATE] * 90)
    if changed_minutes_ago is not None:
        seen = replace(seen, changed_at=NOON - timedelta(minutes=changed_minutes_ago))
    found = learn_rate(seen, the_consumer(seen.pipeline))
    assert found is not None
    assert found.records_per_busy_second(100) == pytest.approx(records_per_busy_second, rel=0.01)
