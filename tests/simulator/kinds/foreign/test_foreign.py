"""Readers, writers and operators that no pipeline file names."""

from datetime import timedelta
from typing import Any

import pytest
import yaml

from tests.simulator.graphs import function, played, stream, table
from tidegate.simulator.kinds.dynamodb_table.table import TableState
from tidegate.simulator.kinds.foreign.operator import OperatorCall, OperatorData, OperatorState
from tidegate.simulator.kinds.foreign.reader import ForeignReaderData, ForeignReaderState
from tidegate.simulator.kinds.foreign.writer import ForeignWriterData, ForeignWriterState
from tidegate.simulator.kinds.kinesis_stream.stream import StreamState
from tidegate.simulator.kinds.lambda_mapping.function import FunctionState
from tidegate.simulator.kinds.lambda_mapping.mapping import MappingState
from tidegate.simulator.scenarios import scenario_from
from tidegate.simulator.world import World


def refused_reads(world: World) -> float:
    key = ("AWS/Kinesis", "ReadProvisionedThroughputExceeded", (("StreamName", "orders"),))
    return sum(world.site.publisher.true_sum(key, minute) for minute in range(2))


def a_full_shard(*others: Any) -> World:
    """512 records of 2 KiB each a second, all that a shard takes; it gives 1,024 to its readers."""
    orders = stream("orders", 512, record_bytes=2048)
    return played(*orders, *function("writer", "orders", seconds_per_record=0.001), *others)


def test_two_readers_have_enough_of_what_a_shard_gives_and_three_have_not() -> None:
    """Kinesis Data Streams quotas: 2 MiB a second of each shard for all its readers."""
    others = [ForeignReaderData(f"other-{at}", calls_per_second=1.0) for at in range(2)]
    alone, one_other, two_others = (a_full_shard(*others[:count]) for count in (0, 1, 2))
    for world in (alone, one_other):
        assert world.the(MappingState).subscription.age_seconds < 3
    behind = two_others.the(MappingState)
    assert behind.records_read == pytest.approx(120 * 1024 / 3, rel=0.02)
    assert behind.subscription.age_seconds == pytest.approx(40, abs=3)
    read = [each.records_read for each in two_others.site.all(ForeignReaderState)]
    assert read == pytest.approx([120 * 1024 / 3] * 2, rel=0.02)


def test_the_calls_of_all_readers_are_counted_together() -> None:
    """Kinesis Data Streams quotas: 5 GetRecords calls a second to each shard."""
    small = [*stream("orders", 100), *function("writer", "orders")]
    few, many = (
        played(*small, ForeignReaderData("other", calls_per_second=calls)) for calls in (4.0, 24.0)
    )
    assert refused_reads(few) == 0
    assert refused_reads(many) == 120 * 20
    assert many.the(MappingState).records_read == pytest.approx(12_000, rel=0.03)
    # A fifth of Lambda's calls is answered: records wait for the others.
    assert [world.figures().iterator_age_max_seconds for world in (few, many)] == [0, 3]


def test_a_foreign_reader_that_is_behind_is_not_the_pipeline_s_matter() -> None:
    world = played(
        *stream("orders", 500),
        *function("writer", "orders"),
        ForeignReaderData("other", records_per_second=10),
    )
    other = world.the(ForeignReaderState)
    assert other.subscription.backlog > 50_000
    assert other.subscription.age_seconds > 100
    figures = world.figures()
    assert (figures.seconds_out_of_objective, figures.records_lost) == (0, 0)
    assert figures.records_read == pytest.approx(60_000, rel=0.02)


def test_the_stream_s_own_age_is_that_of_its_slowest_reader() -> None:
    """Kinesis developer guide, GetRecords.IteratorAgeMilliseconds: across all GetRecords calls."""
    slow = ForeignReaderData("other", records_per_second=10)
    world = played(*stream("orders", 500), *function("writer", "orders"), slow, seconds=300)
    key = ("AWS/Kinesis", "GetRecords.IteratorAgeMilliseconds", (("StreamName", "orders"),))
    minute = world.now - timedelta(minutes=3)
    assert (world.metric(key, "Maximum", minute) or 0) > 100_000
    assert (world.metric(key, "Minimum", minute) or 0) < 3_000


def writing(*others: Any, units: int = 100) -> World:
    """A function that needs 200 write units a second, and has ``units``, after the burst."""
    slow = function("writer", "orders", writes=("ledger",))
    return played(*stream("orders", 200, shards=2), table("ledger", units), *slow, *others,
                  seconds=900)  # fmt: skip


@pytest.mark.parametrize("rate", [60, 600])
def test_a_foreign_writer_takes_its_share_of_a_table_and_the_function_has_the_rest(
    rate: float,
) -> None:
    alone = writing().the(TableState).records_written
    shared = writing(ForeignWriterData("other", points=((0, rate),), sink="ledger"))
    other, ledger = shared.the(ForeignWriterState), shared.the(TableState)
    share = other.records_written / other.records_tried
    assert ledger.records_written == pytest.approx(alone - other.records_written, rel=0.05)
    # Eight batches of 100 records wait, for which the table owes about as many units.
    assert share == pytest.approx(100 / (rate + 800), rel=0.3)


def test_a_foreign_writer_has_all_that_it_wants_where_there_is_enough() -> None:
    shared = writing(ForeignWriterData("other", points=((0, 60),), sink="ledger"), units=400)
    other = shared.the(ForeignWriterState)
    assert other.records_written == other.records_tried
    assert shared.the(TableState).throttles == 0
    assert shared.the(MappingState).subscription.age_seconds < 3


def test_a_foreign_writer_to_a_stream_is_read_like_any_producer() -> None:
    other = ForeignWriterData("other", points=((0, 0), (60, 0), (60, 300)), source="orders")
    world = played(*stream("orders", 100), *function("writer", "orders"), other)
    assert world.the(StreamState).records_written == pytest.approx(12_000 + 18_000, rel=0.02)
    assert world.the(MappingState).records_read == pytest.approx(30_000, rel=0.03)


CHANGED = """
name: operated
summary: an operator changes everything, and asks for too much once
planted_cause: manual-change
duration_seconds: 600
iterator_age_max_seconds: 60
stream: {name: orders, shards: 2}
function: {name: writer, timeout_seconds: 30}
mapping: {parallelization_factor: 2}
table: {name: ledger, write_units: 500}
traffic:
  points: [[0, 300]]
resources:
  - kind: operator
    name: on-call
    calls:
      - at: 10
        operation: kinesis.UpdateShardCount
        parameters: {StreamName: orders, TargetShardCount: 4}
      - at: 12
        operation: kinesis.UpdateShardCount
        parameters: {StreamName: orders, TargetShardCount: 8}
      - at: 20
        operation: lambda.UpdateEventSourceMapping
        parameters: {UUID: 11111111-2222-3333-4444-555555555555, ParallelizationFactor: 5}
      - at: 30
        operation: dynamodb.UpdateTable
        parameters:
          TableName: ledger
          ProvisionedThroughput: {WriteCapacityUnits: 700, ReadCapacityUnits: 10}
  - {kind: foreign_reader, name: other, source: orders, calls_per_second: 2}
  - {kind: foreign_writer, name: batch, sink: ledger, points: [[0, 5]]}
pipeline_file: {}
"""


def test_what_an_operator_of_a_scenario_file_changes_takes_effect() -> None:
    world = World(scenario_from(yaml.safe_load(CHANGED)), 1)
    world.advance(5)
    assert world.the(StreamState).open_count == 2
    world.advance(200)
    assert world.the(StreamState).open_count == 4
    assert world.the(MappingState).factor == 5
    assert world.the(TableState).capacities[None].write_units == 700
    assert world.the(FunctionState).running <= 20


def test_what_aws_refuses_an_operator_is_no_violation_of_ours() -> None:
    world = World(scenario_from(yaml.safe_load(CHANGED)), 1)
    world.advance(60)
    refused = [call.at for call in world.the(OperatorState).refused]
    assert (refused, world.figures().limit_violations) == ([12], 0)


def test_an_operation_that_no_kind_answers_is_a_mistake_in_the_scenario() -> None:
    wrong = OperatorData("on-call", (OperatorCall(5, "kinesis.NoSuchCall", {}),))
    with pytest.raises(LookupError, match=r"on-call.*kinesis\.NoSuchCall"):
        played(*stream("orders", 1), wrong, seconds=6)
