from dataclasses import replace
from datetime import timedelta
from math import inf
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.builders import (
    NOON,
    Minute,
    a_pipeline,
    a_table,
    newest,
    signals,
    the_consumer,
    the_table,
)
from tests.change_records import change, history
from tidegate.rules.cause import LeverKind
from tidegate.rules.kinds.dynamodb_table.state import Capacity
from tidegate.rules.reason import Reason
from tidegate.scaling.kinds.dynamodb_table import words
from tidegate.scaling.kinds.dynamodb_table.capacity_model import CapacityModel, capacity_model
from tidegate.scaling.kinds.lambda_mapping.reader import learn_reader
from tidegate.scaling.load.base_load import RecordCost
from tidegate.scaling.load.burst_baseline import Standing
from tidegate.scaling.model.change_record import Lever
from tidegate.scaling.model.plan import Demand
from tidegate.scaling.model.sinks import Use

CAPACITY = a_table(100).capacity


def model(partition_units_per_second: float) -> CapacityModel:
    each = RecordCost(0.0, 1.0)
    return CapacityModel(CAPACITY, each, None, 0.0, partition_units_per_second)


@pytest.mark.parametrize(
    ("taken", "load", "units"),
    [(inf, 1e6, 0), (1_000, 1_000, 0), (1_000, 1_001, 1_001), (1_000, 2_000, 1_001),
     (1_000, 2_000.5, 2_001), (3_000, 2_500, 0)],
    ids=["unknown", "just-taken", "second", "second-full", "third", "more-than-asked"],
)  # fmt: skip
def test_a_partition_more_comes_with_the_first_unit_past_each_thousand(
    taken: float, load: float, units: int
) -> None:
    seen = model(taken)
    assert seen.units_to_split(load) == units
    why = words.TOO_FEW_PARTITIONS(where="scores", limit_units=taken)
    assert seen.too_few_partitions(load) == (why if units else None)


@given(st.floats(1, 1e6), st.floats(1, 1e6))
def test_the_partitions_that_come_take_the_load_and_one_less_would_not(
    taken: float, load: float
) -> None:
    units = model(taken).units_to_split(load)
    partitions = -(-units // 1_000)
    assert (units == 0) == (load <= taken)
    assert units == 0 or (partitions - 1) * 1_000 < load <= partitions * 1_000


def test_what_is_learnt_of_a_table_is_of_its_own_metrics() -> None:
    pipeline = a_pipeline(table=a_table(200, index_units=50))
    busy = Minute(records_per_second=100, units_per_record=1.0, index_units_per_record=0.25)
    seen = signals(pipeline, *[busy] * 90)
    reader = learn_reader(seen, the_consumer(pipeline), history())
    table, index = the_table(pipeline).capacities
    # Half of the units are unused for long enough to save all that burst credits can hold.
    assert capacity_model(seen, table, reader, history()) == CapacityModel(
        table, RecordCost(0.0, 1.0, is_told=False), None, 300 * 200.0, 1_000
    )
    assert capacity_model(seen, index, reader, history()) == CapacityModel(
        index, RecordCost(0.0, 0.25, is_told=False), None, 300 * 50.0, 1_000
    )


def test_of_a_load_that_has_not_varied_reads_are_others_and_writes_the_consumers() -> None:
    pipeline = a_pipeline(table=a_table(200))
    seen = signals(pipeline, *[Minute(records_per_second=100)] * 90)
    seen = newest(seen, "scores", consumed_read_units=[3_000.0] * 90)
    reader = learn_reader(seen, the_consumer(pipeline), history())
    found = capacity_model(seen, the_table(pipeline).capacity, reader, history())
    assert found.reads == RecordCost(50.0, 0.0, 50.0, is_told=False)
    assert found.writes == RecordCost(0.0, 1.0, is_told=False)


# ---- as a sink of a plan

WRITES = Lever.of(LeverKind.WRITE_CAPACITY, "scores")
READS = Lever.of(LeverKind.READ_CAPACITY, "scores")
WHY = Reason.told("test", "because")


def cost(units_per_record: float) -> RecordCost:
    """Of a table that nobody else uses."""
    return RecordCost(0.0, units_per_record)


def a_sink(units: int = 100, **of: Any) -> CapacityModel:
    return replace(CapacityModel(a_table(units).capacity, cost(2.0), cost(0.5), 0.0, inf), **of)


def test_a_table_is_a_sink_by_its_writes() -> None:
    sink = a_sink(100, partition_units_per_second=1_000.0)
    assert (sink.resource, sink.where, sink.lever) == ("scores", "scores", WRITES)
    assert (sink.units, sink.cost, sink.units_per_second_most) == (100, cost(2.0), 1_000.0)
    index = CapacityModel(Capacity("scores", "by-race", "ACTIVE", 5, 5), cost(1.0), None, 0.0, inf)
    assert (index.resource, index.where) == ("scores", "scores/by-race")


def test_each_record_needs_its_units_of_both_levers() -> None:
    use = Use(Reason.told("load", "10 records/s"), 0.7, Reason.told("drain", ", drained"))
    found = {each.lever: each for each in a_sink().demands(10.25, use)}
    assert {lever: each.capacity for lever, each in found.items()} == {WRITES: 21, READS: 6}
    assert str(found[WRITES].because) == (
        "10 records/s need 2.00 WCU each at a target utilization of 70%, drained"
    )
    unknown = a_sink(writes=None, reads=cost(0.0))
    assert list(unknown.demands(10, use)) == []
    (least,) = a_sink(reads=None).demands(0, use)
    assert least.capacity == 1


def test_a_change_of_units_takes_a_minute_to_be_in_effect() -> None:
    made = history(change(WRITES, 40, 100, minutes_ago=0))
    assert a_sink(100).units_during(made, NOON, 120) == 70
    assert a_sink(100).units_during(history(), NOON, 120) == 100


@pytest.mark.parametrize(("records", "kind"), [(500, "burst-ends"), (501, "too-few-partitions")])
def test_what_runs_out_first_is_told(records: float, kind: str) -> None:
    assert a_sink(partition_units_per_second=1_000).why_running_out(records).kind == kind


def test_of_a_table_that_is_not_written_to_yet_nothing_is_reckoned() -> None:
    unknown = a_sink(writes=None, partition_units_per_second=1_000)
    assert unknown.why_running_out(2_000).kind == "burst-ends"
    lowered = replace(unknown.capacity, last_decrease_at=NOON - timedelta(minutes=59))
    assert replace(unknown, capacity=lowered).least_decrease(300, 2_000, NOON) == pytest.approx(120)


def test_a_demand_past_its_partitions_needs_the_units_that_come_with_more() -> None:
    sink = a_sink(partition_units_per_second=1_000)
    assert sink.as_built(Demand(WRITES, 1_000, WHY)) == (0, WHY)
    units, because = sink.as_built(Demand(WRITES, 1_700, WHY))
    assert units == 1_001
    assert because.kind == "forecast-needs-partitions"


def test_it_stands_where_its_credits_bear_the_spikes_that_its_partitions_take() -> None:
    standing = Standing(100.2, 5_000, 200, 500)
    found = a_sink(partition_units_per_second=1_000).stands(standing, inf)
    assert found is not None
    assert (found.lever, found.capacity) == (WRITES, 201)
    assert a_sink(writes=None).stands(standing, inf) is None


@pytest.mark.parametrize(
    ("steady", "highest", "units"),
    [(100.2, 500, 201), (100.2, 500.5, 1_001), (100.2, 1_000, 1_001), (600, 1_000, 1_200),
     (100.2, 1_001, 2_001)],
    ids=["its partitions take it", "two", "no more than two", "more than those need", "three"],
)  # fmt: skip
def test_it_is_built_once_for_the_spikes_that_its_credits_are_to_bear(
    steady: float, highest: float, units: int
) -> None:
    """Records of two units each, and one partition."""
    sink = a_sink(partition_units_per_second=1_000)
    found = sink.stands(Standing(steady, 5_000, 200, highest), units)
    assert found is not None
    assert found.capacity == units
    assert ("partitions" in str(found.because)) is (units > 201)
    if units > 201:
        assert sink.stands(Standing(steady, 5_000, 200, highest), units - 1) is None


@pytest.mark.parametrize(
    ("credits", "likely", "capacity"),
    [(0, 500, 1_000), (30_000, 500, 900), (3e6, 400, 500), (3e6, 700, 714), (3e6, 990, 1_010)],
    ids=["no credits", "some", "a smaller table keeps fewer", "what is likely", "more than most"],
)
def test_what_is_merely_possible_may_come_out_of_credits(
    credits: float, likely: int, capacity: int
) -> None:
    """Five minutes long, of which a table with half of the units saves up as much."""
    sink = a_sink(burst_credit_units=credits)
    found = sink.partly_from_burst(
        Demand(WRITES, likely, WHY), Demand(WRITES, 1_000, WHY), 300, 1.02
    )
    assert (found.lever, found.capacity) == (WRITES, capacity)
    assert (found.because.kind == "forecast-partly-from-burst") is (capacity < 1_000)
    from_burst = dict(found.because.numbers).get("burst_wcu", 0)
    assert from_burst == max(0, 1_000 - capacity)


def test_writes_and_reads_are_used_each_by_themselves() -> None:
    pipeline = a_pipeline(table=a_table(100))
    seen = newest(
        signals(pipeline), "scores", consumed_write_units=[None], consumed_read_units=[7.0],
        write_throttles=[3.0], read_throttles=[4.0],
    )  # fmt: skip
    seen = newest(seen, incoming_records=[0.0], read_records=[0.0])
    arrivals = seen.series.source.incoming_records
    sink = CapacityModel(the_table(pipeline).capacity, cost(1.0), None, 0.0, inf)
    for lever, consumed, refused in ((WRITES, 0.0, 3.0), (READS, 7.0, 4.0)):
        told = sink.used(seen, lever, arrivals)
        assert [window.latest for window in told] == [consumed, refused]


@pytest.mark.parametrize(
    ("minutes_ago", "current", "usual", "least"),
    [(None, 300, 0, 20), (60, 300, 0, 20), (59, 300, 0, 120), (59, 300, 200, 160), (None, 3, 0, 1),
     (59, 2, 0, 1)],
    ids=["the first", "an hour ago", "one of four", "by the usual load", "one at least",
         "one at least of four"],
)  # fmt: skip
def test_a_decrease_within_the_hour_must_save_more(
    minutes_ago: int | None, current: int, usual: float, least: float
) -> None:
    last = None if minutes_ago is None else NOON - timedelta(minutes=minutes_ago)
    capacity = replace(a_table(300).capacity, last_decrease_at=last)
    sink = replace(a_sink(), capacity=capacity)
    assert sink.least_decrease(current, usual, NOON) == pytest.approx(least)


# ---- beside a base load

USE = Use(Reason.told("load", "10 records/s"), 0.5, Reason.told("drain", ", drained"))


@pytest.mark.parametrize(
    ("of", "units", "sentence"),
    [
        (RecordCost(30, 2), 80, "10 records/s need 2.00 WCU each, and a base load of 30.0 WCU that "
         "does not follow the stream, at a target utilization of 50%, drained"),
        (RecordCost(0, 2), 20, "10 records/s need 2.00 WCU each at a target utilization of 50%, "
         "drained"),
        (RecordCost(0, 2, is_told=False), 20, "10 records/s need 2.00 WCU each at a target "
         "utilization of 50% (all use is counted as the stream's, whose load had not varied), drained"),
        (RecordCost(30, 0), 60, "a base load of 30.0 WCU, which does not follow the stream, at a "
         "target utilization of 50%"),
        (RecordCost(30, 0, is_told=False), 60, "a base load of 30.0 WCU at a target utilization of "
         "50% (none of it is counted as the stream's: the stream's load has not varied)"),
    ],
    ids=["both", "records alone", "not told apart", "others alone", "nothing shown"],
)  # fmt: skip
def test_a_demand_names_base_load_and_records_apart(
    of: RecordCost, units: int, sentence: str
) -> None:
    """The records a second that are asked for have the utilization in them, the base load not."""
    (found,) = a_sink(writes=of, reads=None).demands(10, USE)
    assert (found.lever, found.capacity, str(found.because)) == (WRITES, units, sentence)


def test_of_a_base_load_its_busiest_minute_is_left_to_it() -> None:
    of = RecordCost(30, 1, base_units_most=45)
    found = a_sink(writes=of, reads=replace(of, base_units=40))
    assert [found.base_headroom(lever) for lever in (WRITES, READS)] == [15, 5]
    assert a_sink(writes=None).base_headroom(WRITES) == 0


def test_a_base_load_counts_in_all_that_a_load_is_held_against() -> None:
    standing = Standing(100.2, 5_000, 200, 500)
    sink = a_sink(writes=RecordCost(50, 2), partition_units_per_second=1_050)
    found = sink.stands(standing, inf)
    assert found is not None
    assert found.capacity == 251
    built = replace(sink, partition_units_per_second=1_049).stands(standing, inf)
    assert built is not None
    assert built.capacity == 1_001
    assert sink.why_running_out(501).kind == "too-few-partitions"
    assert sink.why_running_out(500).kind == "burst-ends"
    last = replace(sink.capacity, last_decrease_at=NOON)
    assert replace(sink, capacity=last).least_decrease(100, 100, NOON) == pytest.approx(100)
