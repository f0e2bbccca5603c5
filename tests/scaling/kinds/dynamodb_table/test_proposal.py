"""Bounds of a table's capacities, each with the reason that it has."""

from dataclasses import replace

from tests.builders import a_pipeline, a_table
from tests.scaling.kinds.evidence import evidence
from tidegate.rules.kinds.dynamodb_table.metrics import table_metric
from tidegate.rules.kinds.dynamodb_table.state import Table
from tidegate.rules.kinds.kinesis_stream.metrics import stream_metric
from tidegate.rules.window import Metric
from tidegate.scaling.kinds.dynamodb_table.proposal import seen_metrics, table_ranges
from tidegate.scaling.model.proposal import Proposed, Range

CONSUMED = table_metric("scores", None, "ConsumedWriteCapacityUnits", "Sum")
THROTTLED = table_metric("scores", None, "WriteThrottleEvents", "Sum")
READ = stream_metric("racers", "GetRecords.Records", "Sum")
ARRIVED = stream_metric("racers", "IncomingRecords", "Sum")


def writes(table: Table, rates: dict[Metric, tuple[float, ...]]) -> Range:
    found, _ = table_ranges(evidence(a_pipeline(table=table), rates))
    return found


def test_units_go_from_the_usual_need_to_twice_that_of_the_peak_and_say_why() -> None:
    found = writes(a_table(1000), {CONSUMED: (42.0, 42.0, 420.0)})
    assert found.min == Proposed(60, "half of the time 42.0 units/s or fewer")
    assert found.max == Proposed(
        1200, "twice the 600 that the peak of 420.0 units/s needs at 70% use; 569.40 USD a month"
    )


def test_a_table_that_was_throttled_gets_as_many_units_a_record_at_the_stream_s_peak() -> None:
    rates: dict[Metric, tuple[float, ...]] = {
        CONSUMED: (20.0, 20.0), THROTTLED: (1.0, 1.0), READ: (10.0, 10.0), ARRIVED: (10.0, 420.0),
    }  # fmt: skip
    found = writes(a_table(20), rates)
    assert found.max.value == 2400
    assert "840.0 units/s need at 70% use: as many a record as ever" in found.max.because
    # What was not throttled is as much as was asked for.
    assert writes(a_table(20), {**rates, THROTTLED: ()}).max.value == 58
    # Without records that were read nothing is known of units a record.
    assert writes(a_table(20), {**rates, READ: (0.0,)}).max.value == 58


READS_CONSUMED = table_metric("scores", None, "ConsumedReadCapacityUnits", "Sum")
READS_THROTTLED = table_metric("scores", None, "ReadThrottleEvents", "Sum")


def test_what_others_use_is_not_as_much_a_record() -> None:
    """A web API reads 2 units a second and is throttled once; another job writes 100 of 110, and
    other readers read the stream as well."""
    came = (*[1.0] * 6, *[10.0] * 6)
    rates = {
        ARRIVED: (*came, 400.0), READ: (*(2 * each for each in came), 800.0),
        CONSUMED: (*(100 + each for each in came), 110.0), THROTTLED: (*[0.0] * 12, 9.0),
        READS_CONSUMED: (*[2.0] * 12, 5.0), READS_THROTTLED: (*[0.0] * 12, 9.0),
    }  # fmt: skip
    writes, reads = table_ranges(evidence(a_pipeline(table=a_table(110)), rates))
    assert "500.0 units/s need at 70% use" in writes.max.because
    assert "5.0 units/s need at 70% use" in reads.max.because


def test_what_was_refused_bounds_what_records_of_a_flat_load_cost() -> None:
    """100 units of others and one a record; at four times the load the table refused 25 a second."""
    came = (*[10.0] * 12, 40.0)
    rates = {
        ARRIVED: came, READ: came, CONSUMED: (*[110.0] * 12, 115.0), THROTTLED: (*[0.0] * 12, 25.0),
    }  # fmt: skip
    assert "140.0 units/s need at 70% use" in writes(a_table(115), rates).max.because


def test_an_on_demand_table_has_neither_bounds_nor_metrics() -> None:
    table = replace(a_table(0), mode="PAY_PER_REQUEST")
    assert list(table_ranges(evidence(a_pipeline(table=table), {}))) == []
    assert list(seen_metrics(a_pipeline(table=table))) == []


def test_each_index_is_asked_for_by_itself() -> None:
    found = list(seen_metrics(a_pipeline(table=a_table(10, index_units=5))))
    assert len(found) == len(set(found)) == 8
