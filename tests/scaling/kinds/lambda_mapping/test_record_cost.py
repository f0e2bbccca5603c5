from dataclasses import replace

import pytest

from tests.builders import (
    Minute,
    Reading,
    a_pipeline,
    signals,
    the_consumer,
    the_table,
    with_consumers,
    with_mapping,
)
from tidegate.rules.graph import Pipeline
from tidegate.rules.kinds.signals import Signals
from tidegate.scaling.kinds.lambda_mapping.record_cost import record_cost
from tidegate.scaling.load.base_load import Used

WELL = Minute()
"""120 invocations, with 50 of 100 records each, and a unit for each record."""


def used(seen: Signals) -> Used:
    (capacity,) = the_table(seen.pipeline).capacities
    return Used(seen.of(capacity).consumed_write_units, of_reads=False)


def units(seen: Signals) -> float | None:
    found = record_cost(seen, the_consumer(seen.pipeline), used(seen))
    return None if found is None else found.units_per_record


def test_a_record_costs_the_median_of_the_newest_thirty_minutes() -> None:
    dear, cheap = Minute(units_per_record=3.0), Minute(units_per_record=1.0)
    assert units(signals(a_pipeline(), *[dear] * 60, *[cheap] * 30)) == pytest.approx(1.0)
    assert units(signals(a_pipeline(), *[dear] * 75, *[cheap] * 15)) == 2.0
    assert units(signals(a_pipeline(), *[dear] * 74, *[cheap] * 16)) == 1.0
    assert units(signals(a_pipeline(), *[Minute(records_per_second=0)] * 90)) is None


def test_minutes_with_throttling_tell_what_a_record_costs_only_where_there_are_no_others() -> None:
    throttled = Minute(units_per_record=3.0, table_throttles=5)
    assert units(signals(a_pipeline(), *[throttled] * 80)) == 1.0
    assert units(signals(a_pipeline(), *[throttled] * 90)) == pytest.approx(3.0)


def test_records_of_a_reader_that_has_just_come_are_not_the_consumer_s() -> None:
    """They are counted among its own until the balance of a quarter of an hour shows it."""
    seen = signals(a_pipeline(), *[Minute(records_per_second=100)] * 90)
    read = seen.series.source.read_records
    twice = (*read.samples[:60], *[2 * (each or 0) for each in read.samples[60:]])
    source = replace(seen.series.source, read_records=replace(read, samples=twice))
    seen = replace(seen, series=replace(seen.series, source=source))
    assert set(seen.shared_readers) == {1, 2}
    assert units(seen) == pytest.approx(1.0)


# ---- batches that are done again


def again(errors: float) -> Minute:
    """Each record is written three times, while so many of 120 invocations fail."""
    return Minute(units_per_record=3.0, errors=errors)


@pytest.mark.parametrize(("errors", "each"), [(120, 1.0), (6, 1.0), (5, 3.0), (0, 3.0)])
def test_minutes_in_which_a_function_fails_tell_nothing_of_what_a_record_costs(
    errors: float, each: float
) -> None:
    """From the share on by which the rule function-failing judges."""
    seen = signals(a_pipeline(), *[WELL] * 30, *[again(errors)] * 60)
    assert units(seen) == pytest.approx(each)


def test_of_a_function_that_always_fails_now_and_then_they_do() -> None:
    """As long as it does, its table needs units for that as well."""
    assert units(signals(a_pipeline(), *[again(60)] * 90)) == pytest.approx(3.0)


@pytest.mark.parametrize("of_load", [0.5, 1.0])
def test_neither_is_what_they_write_taken_for_a_base_load_of_others(of_load: float) -> None:
    """Though fewer records are read while batches are done again."""
    failing = replace(again(60), records_per_second=of_load * WELL.records_per_second)
    seen = signals(a_pipeline(), *[WELL] * 30, *[failing] * 60)
    found = record_cost(seen, the_consumer(seen.pipeline), used(seen))
    assert found is not None
    assert (found.base_units, found.units_per_record) == (0.0, pytest.approx(1.0))


def test_a_table_that_throttles_is_sized_for_what_is_seen_whatever_fails_for_it() -> None:
    """Of records that never were so many before: that they are dearer shows in those alone."""
    quiet = Minute(records_per_second=20)
    quieter = Minute(records_per_second=10)
    busy = Minute(
        records_per_second=200, batch=100, units_per_record=3.0, errors=60, table_throttles=9
    )
    seen = signals(a_pipeline(), *[quiet, quieter] * 42, *[busy] * 6)
    assert units(seen) == pytest.approx(3.0, rel=0.01)


def failing_in_part(pipeline: Pipeline, *, age: float, batch: float) -> Signals:
    """For an hour each record is written three times, and no invocation fails."""
    minute = Minute(units_per_record=3.0, age_seconds=age, batch=batch)
    return signals(pipeline, *[WELL] * 30, *[minute] * 60)


REPORTING = with_mapping(a_pipeline(), report_batch_item_failures=True)


@pytest.mark.parametrize(
    ("pipeline", "age", "batch", "each"),
    [
        (REPORTING, 90, 50, 1.0),
        (REPORTING, 90, 79, 1.0),
        (REPORTING, 90, 80, 3.0),
        (REPORTING, 5, 50, 3.0),
        (a_pipeline(), 90, 50, 3.0),
    ],
    ids=["again", "a quarter again", "nearly full batches", "nothing waits", "not reporting"],
)
def test_neither_do_minutes_in_which_batches_fail_in_part(
    pipeline: Pipeline, age: float, batch: float, each: float
) -> None:
    """While records wait batches are full: what is handed over beyond what is read was before."""
    assert units(failing_in_part(pipeline, age=age, batch=batch)) == pytest.approx(each)


def test_invocations_of_other_sources_are_no_batches_that_fail_in_part() -> None:
    shared = with_mapping(REPORTING, reading=Reading(other_sources=("a queue",)))
    assert units(failing_in_part(shared, age=90, batch=50)) == pytest.approx(3.0)


@pytest.mark.parametrize(("batch", "each"), [(50, 2.0), (90, 6.0)])
def test_each_mapping_of_a_function_has_full_batches_of_its_own(batch: float, each: float) -> None:
    """Of the records that GetRecords returned each had half."""
    one = the_consumer(REPORTING)
    two = with_consumers(REPORTING, replace(one, beside=(replace(one.mapping, uuid="beside"),)))
    assert units(failing_in_part(two, age=90, batch=batch)) == pytest.approx(each)
