"""Several streams, functions with several mappings, tables and applications on one clock."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.simulator.graphs import function, graph, played, stream, table
from tidegate.direct import DirectCloud
from tidegate.rules.kinds.lambda_mapping.state import consumers_of
from tidegate.scaling.aws.clients import Clients
from tidegate.scaling.aws.cloud import AwsCloud
from tidegate.scaling.config.specification import ConsumerSpec, PipelineSpec
from tidegate.simulator.embedded import embedded
from tidegate.simulator.kinds.dynamodb_table.table import TableState
from tidegate.simulator.kinds.flink_application.application import EmbeddedApplication
from tidegate.simulator.kinds.flink_application.data import ApplicationData
from tidegate.simulator.kinds.foreign.reader import ForeignReaderData
from tidegate.simulator.kinds.kinesis_stream.control import StreamControl
from tidegate.simulator.kinds.kinesis_stream.source import SourceState
from tidegate.simulator.kinds.kinesis_stream.stream import StreamState
from tidegate.simulator.kinds.kinesis_stream.topic import TopicState
from tidegate.simulator.kinds.lambda_mapping.data import AccountData, MappingData
from tidegate.simulator.kinds.lambda_mapping.function import FunctionState
from tidegate.simulator.kinds.lambda_mapping.mapping import MappingState, uuid_of
from tidegate.simulator.scenario import Fault, Scenario
from tidegate.simulator.scenarios import load_scenario, scenario_from
from tidegate.simulator.world import World

TWO_STREAMS = (
    *stream("orders", 400, shards=2),
    *stream("returns", 100),
    table("ledger", 2000),
    table("audit", 2000),
    *function("writer", "orders", "returns", writes=("ledger",)),
    *function("auditor", "orders", writes=("audit", "ledger")),
)


def assert_conserved(world: World) -> None:
    """No record appears or vanishes on any edge: what a stream took each of its readers has read,
    lost, or still to do, and what processors have done is in their sinks."""
    for mapping in world.site.all(MappingState):
        reader = mapping.subscription
        taken = world.the(SourceState, reader.source.name)
        assert taken.records_written == (
            mapping.records_read
            + mapping.records_discarded
            + reader.backlog
            + taken.subscriptions[_place(taken, reader)].records_expired
        )
    for sink in world.site.sinks.values():
        done = sum(
            mapping.records_read
            for each in world.site.all(FunctionState)
            if any(own is sink for own in each.sinks)
            for mapping in each.mappings
        )
        if isinstance(sink, TableState):
            assert sink.records_written == done


def _place(source: SourceState, reader: Any) -> int:
    return next(at for at, each in enumerate(source.subscriptions) if each is reader)


names = st.sampled_from(["a", "b", "c"])


@st.composite
def graphs(draw: st.DrawFn) -> Scenario:
    """One to three streams and tables, and functions between them."""
    sources = draw(st.lists(names, min_size=1, max_size=3, unique=True))
    sinks = draw(st.lists(names, min_size=1, max_size=3, unique=True))
    resources: list[Any] = []
    for name in sources:
        rate, shards = draw(st.integers(0, 1500)), draw(st.integers(1, 3))
        hot = draw(st.sampled_from([0.0, 0.5]))
        resources += stream(name, rate, shards, hot_key_share=hot)
    resources += [table(name, draw(st.sampled_from([5, 200, 3000]))) for name in sinks]
    for name in draw(st.lists(names, min_size=1, max_size=3, unique=True)):
        reads = draw(st.lists(st.sampled_from(sources), min_size=1, max_size=2, unique=True))
        writes = draw(st.lists(st.sampled_from(sinks), max_size=2, unique=True))
        seconds = draw(st.sampled_from([0.001, 0.01, 0.5]))
        own, *mappings = function(name, *reads, writes=tuple(writes), seconds_per_record=seconds)
        retries = draw(st.sampled_from([-1, 0, 2]))
        resources += [own, *(replace(each, maximum_retry_attempts=retries) for each in mappings)]
    if draw(st.booleans()):
        resources.append(ForeignReaderData("other", draw(st.sampled_from(sources))))
    resources.append(AccountData(draw(st.sampled_from([5, 1000]))))
    poisoned = draw(st.sampled_from(sources))
    faults = (Fault(20, "poison", {"resource": poisoned}),) if draw(st.booleans()) else ()
    return graph(*resources, faults=faults)


@settings(max_examples=30, deadline=None)
@given(scenario=graphs(), reshard=st.booleans(), seed=st.integers(0, 99))
def test_no_record_appears_or_vanishes_on_any_edge(
    scenario: Scenario, reshard: bool, seed: int
) -> None:
    world = World(scenario, seed)
    world.advance(30)
    if reshard:
        for each in world.site.all(StreamState):
            StreamControl(each).update_shard_count(each.open_count * 2)
    world.advance(95)
    assert_conserved(world)


def test_each_function_that_reads_a_stream_gets_all_of_it() -> None:
    world = played(*TWO_STREAMS)
    read = {each.name: each.records_read for each in world.site.all(MappingState)}
    assert read["writer/orders"] == pytest.approx(48_000, rel=0.02)
    assert read["writer/returns"] == pytest.approx(12_000, rel=0.02)
    assert read["auditor"] == pytest.approx(48_000, rel=0.02)
    written = {each.name: each.records_written for each in world.site.all(TableState)}
    assert written["audit"] == read["auditor"]
    assert written["ledger"] == sum(read.values())
    assert_conserved(world)


def test_a_function_that_falls_behind_holds_up_no_other() -> None:
    world = played(
        *stream("orders", 400, shards=2),
        *function("writer", "orders"),
        *function("auditor", "orders", seconds_per_record=0.5),
    )
    ages = {each.name: each.subscription.age_seconds for each in world.site.all(MappingState)}
    assert ages["auditor"] > 60
    assert ages["writer"] < 5
    assert world.figures().seconds_out_of_objective > 0


def test_the_account_s_concurrency_is_shared_by_those_without_a_reservation() -> None:
    both = [
        *stream("orders", 900, shards=4),
        *function("writer", "orders", seconds_per_record=0.05),
        *function("auditor", "orders", seconds_per_record=0.05),
    ]
    free, tight = played(*both), played(*both, AccountData(20))
    assert sum(each.running for each in free.site.all(FunctionState)) == 32
    assert sum(each.running for each in tight.site.all(FunctionState)) == 20
    reserved = [replace(each, reserved_concurrency=3) if each is both[2] else each for each in both]
    capped = played(*reserved, AccountData(20))
    assert [each.running for each in capped.site.all(FunctionState)] == [3, 16]
    key = ("AWS/Lambda", "ConcurrentExecutions", ())
    capped.advance(180)
    minute = capped.now.replace(second=0) - timedelta(minutes=3)
    assert capped.metric(key, "Maximum", minute) == 19


def test_what_a_function_writes_to_a_stream_another_reads() -> None:
    world = played(
        *stream("orders", 300),
        *stream("enriched", 0),
        table("ledger", 2000),
        *function("enricher", "orders", writes=("stream/enriched",)),
        *function("writer", "enriched", writes=("ledger",)),
    )
    first, second = world.site.all(MappingState)
    enriched = world.the(StreamState, "enriched")
    assert enriched.records_written + enriched.brought == first.records_read
    assert second.records_read == pytest.approx(36_000, rel=0.05)
    assert_conserved(world)


def test_two_applications_and_a_function_read_one_stream() -> None:
    fast, slow = (
        ApplicationData(name, 4, records_per_second_per_subtask=rate, reads="clicks")
        for name, rate in (("fast", 500), ("slow", 50))
    )
    world = played(*stream("clicks", 600, shards=4), fast, slow, *function("writer", "clicks"))
    read = {each.name: each.state.records_read for each in world.site.all(EmbeddedApplication)}
    assert read["fast"] == pytest.approx(72_000, rel=0.02)
    assert read["slow"] == pytest.approx(24_000, rel=0.02)
    assert world.the(MappingState).records_read == pytest.approx(72_000, rel=0.02)


def test_an_application_waits_for_the_table_that_it_writes_to() -> None:
    application = ApplicationData(
        "counter", 4, records_per_second_per_subtask=500, writes=("counts",)
    )
    world = played(*stream("clicks", 800), table("counts", 100), application)
    counter, counts = world.the(EmbeddedApplication), world.the(TableState)
    assert counts.records_written == counter.state.records_read
    assert counter.state.records_read < 30_000
    assert counter.state.load.held_back == 1.0


SPEC = PipelineSpec(
    "orders",
    "orders",
    [ConsumerSpec("writer", tables=["ledger"]), ConsumerSpec("auditor", tables=["audit"])],
)


def test_both_faces_describe_the_same_graph() -> None:
    scenario = graph(*TWO_STREAMS)
    direct = DirectCloud(World(scenario, 1)).describe(SPEC)
    with embedded(World(scenario, 1)) as session:
        assert AwsCloud(Clients(session)).describe(SPEC) == direct
    assert [each.mapping.uuid for each in consumers_of(direct)] == [uuid_of(0), uuid_of(2)]
    assert [[each.name for each in one.writes] for one in consumers_of(direct)] == [
        ["ledger"],
        ["audit"],
    ]


def test_a_mapping_is_known_by_its_own_identifier() -> None:
    world = World(graph(*TWO_STREAMS), 1)
    world.site.calls["lambda.UpdateEventSourceMapping"](
        {"UUID": uuid_of(1), "ParallelizationFactor": 7}
    )
    world.advance(40)
    assert [each.factor for each in world.site.all(MappingState)] == [4, 7, 4]


def test_the_scenario_file_of_a_graph_is_what_it_says() -> None:
    scenario = load_scenario("fan-out")
    world = World(scenario, 1)
    assert [each.name for each in world.site.all(FunctionState)] == [
        "order-writer",
        "order-auditor",
    ]
    assert [[sink.name for sink in each.sinks] for each in world.site.all(FunctionState)] == [
        ["orders"],
        ["order-audit"],
    ]
    assert [each.function for each in scenario.all(MappingData)] == [
        "order-writer",
        "order-auditor",
    ]


def test_of_two_functions_the_one_with_the_small_table_falls_behind() -> None:
    world = World(load_scenario("fan-out"), 1)
    world.advance(2400)
    ages = {each.name: each.subscription.age_seconds for each in world.site.all(MappingState)}
    assert ages["order-auditor"] > 300
    assert ages["order-writer"] < 5
    throttles = {each.name: each.throttles for each in world.site.all(TableState)}
    assert throttles["orders"] == 0 < throttles["order-audit"]
    assert_conserved(world)


def test_what_a_stream_refuses_a_function_is_held_and_tried_again_like_any_producer_s() -> None:
    world = played(
        *stream("orders", 1500, shards=2),
        *stream("enriched", 0),
        *function("enricher", "orders", writes=("stream/enriched",), seconds_per_record=0.001),
        seconds=60,
    )
    enriched, done = world.the(StreamState, "enriched"), world.the(MappingState).records_read
    held = sum(shard.pending for shard in enriched.open_shards)
    assert enriched.records_written == pytest.approx(59_000, rel=0.02)
    assert held > 20_000
    assert enriched.records_written + held + enriched.brought == done


DECLARED = """
name: everything
summary: one of each kind, and two of some
planted_cause: healthy
duration_seconds: 600
iterator_age_max_seconds: 60
account: {concurrency: 50}
resources:
  - {kind: kinesis_stream, name: orders, shards: 2, traffic: {points: [[0, 100]]}}
  - {kind: kinesis_stream, name: enriched}
  - {kind: kafka_topic, name: clicks, partitions: 3, traffic: {points: [[0, 200]]}}
  - kind: dynamodb_table
    name: ledger
    write_units: 500
    indexes: [{name: by-customer, write_units: 400}]
  - kind: lambda_function
    name: enricher
    timeout_seconds: 30
    mappings: [{source: orders}]
    writes: [stream/enriched]
  - kind: lambda_function
    name: writer
    timeout_seconds: 30
    mappings: [{source: enriched}, {source: orders}]
    writes: [ledger]
  - {kind: flink_application, name: counter, reads: clicks, writes: [ledger]}
pipeline_file: {}
"""


def test_a_scenario_file_may_declare_any_graph() -> None:
    world = World(scenario_from(yaml.safe_load(DECLARED)), 1)
    world.advance(120)
    assert [each.name for each in world.site.all(MappingState)] == [
        "enricher",
        "writer/enriched",
        "writer/orders",
    ]
    assert world.the(TopicState, "clicks").open_count == 3
    assert set(world.the(TableState).capacities) == {None, "by-customer"}
    read = [each.records_read for each in world.site.all(MappingState)]
    counted = world.the(EmbeddedApplication).state.records_read
    assert counted == pytest.approx(24_000, rel=0.03)
    assert world.the(TableState).records_written == read[1] + read[2] + counted
    assert world.series[-1].facts["shard_count"] == {"orders": 2, "enriched": 1, "clicks": 3}


def test_a_name_that_nothing_has_is_a_mistake_in_the_scenario() -> None:
    with pytest.raises(LookupError, match="nowhere"):
        World(graph(*stream("orders", 1), *function("writer", "nowhere")), 1)
    with pytest.raises(LookupError, match="nobody"):
        World(graph(*stream("orders", 1), MappingData(function="nobody")), 1)
    with pytest.raises(LookupError, match="nothing"):
        World(graph(*stream("orders", 1), *function("writer", "orders", writes=("nothing",))), 1)
