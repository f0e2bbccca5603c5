"""The world that judges controllers is held to the world: each test cites what it checks.

"Alleycat" is the AWS Compute Blog's "Monitoring and troubleshooting serverless data analytics
applications", whose race day is the scenario of that name.
"""

from dataclasses import replace

import pytest

from tidegate.simulator.kinds.dynamodb_table.capacity import CapacityState
from tidegate.simulator.kinds.dynamodb_table.data import TableData
from tidegate.simulator.kinds.dynamodb_table.table import TableState
from tidegate.simulator.kinds.kinesis_stream.control import StreamControl
from tidegate.simulator.kinds.kinesis_stream.data import StreamData
from tidegate.simulator.kinds.kinesis_stream.stream import StreamState
from tidegate.simulator.kinds.lambda_mapping.data import FunctionData, MappingData
from tidegate.simulator.kinds.lambda_mapping.function import FunctionState
from tidegate.simulator.kinds.lambda_mapping.mapping import MappingState
from tidegate.simulator.manners import Refusal
from tidegate.simulator.scenario import Fault, Scenario
from tidegate.simulator.scenarios import load_scenario as scenario_of
from tidegate.simulator.traffic import Traffic
from tidegate.simulator.world import START, World

RACE = scenario_of("race-day")
FUNCTION = (("FunctionName", "scorer"),)
STREAM = (("StreamName", "racers"),)
TABLE = (("TableName", "leaderboard"),)
CONSUMED = ("AWS/DynamoDB", "ConsumedWriteCapacityUnits", TABLE)
RACE_MINUTES = range(5, 10)
WELL_PROVISIONED = (replace(RACE.the(TableData), write_units=3000),)


def run(scenario: Scenario, seconds: int, seed: int = 1) -> World:
    world = World(scenario, seed)
    world.advance(seconds)
    return world


def told(
    world: World, namespace: str, name: str, dimensions: tuple[tuple[str, str], ...], statistic: str
) -> list[float]:
    """What CloudWatch says of the first race, long after."""
    values = world.metrics((namespace, name, dimensions), statistic, START, 10)
    return [value or 0.0 for value in values[RACE_MINUTES.start :]]


def test_a_thousand_racers_almost_fill_the_shard_in_records_but_not_in_bytes() -> None:
    """Alleycat: "with 1,000 active racers, this is almost at full capacity", while the bytes are
    "well under the maximum level"."""
    world = run(RACE, 900)
    records = told(world, "AWS/Kinesis", "IncomingRecords", STREAM, "Sum")
    sizes = told(world, "AWS/Kinesis", "IncomingBytes", STREAM, "Sum")
    assert all(0.95 * 60_000 <= each <= 60_000 for each in records)
    assert all(each < 0.5 * 60 * 1024 * 1024 for each in sizes)


def test_the_function_normally_finishes_in_under_a_second() -> None:
    """Alleycat: "the function normally finishes in under a second"."""
    world = run(RACE.put(*WELL_PROVISIONED), 900)
    assert max(told(world, "AWS/Lambda", "Duration", FUNCTION, "Maximum")) < 1000


def test_the_timeout_of_15_seconds_is_exceeded_when_the_table_throttles() -> None:
    """Alleycat: "exceeding its 15-second timeout", typical of "throttling ... downstream", with a
    growing error count."""
    narrow = (replace(RACE.the(TableData), write_units=5),)
    world = run(RACE.put(*narrow), 900)
    assert max(told(world, "AWS/Lambda", "Duration", FUNCTION, "Maximum")) == 15_000
    assert sum(told(world, "AWS/Lambda", "Errors", FUNCTION, "Sum")) > 0
    assert sum(told(world, "AWS/DynamoDB", "WriteThrottleEvents", TABLE, "Sum")) > 0


def test_the_iterator_age_grows_while_the_consumer_falls_behind() -> None:
    """Alleycat: "the iterator age is growing, indicating that the data consumers are falling
    behind"; Kinesis goes on accepting records meanwhile."""
    world = run(RACE, 900)
    ages = told(world, "AWS/Kinesis", "GetRecords.IteratorAgeMilliseconds", STREAM, "Maximum")
    assert ages == sorted(ages)
    assert ages[-1] > 60_000
    assert world.figures().records_written > 290_000


@pytest.mark.parametrize("factor", [1, 4, 10])
def test_concurrent_executions_are_the_shards_times_the_factor(factor: int) -> None:
    """Alleycat: "concurrent executions remain at 1 throughout. This is set by the parallelization
    factor ... and can be increased up to 10"."""
    world = run(RACE.put(MappingData(parallelization_factor=factor)), 900)
    most = told(world, "AWS/Lambda", "ConcurrentExecutions", FUNCTION, "Maximum")
    assert set(most) == {float(factor)}


def test_a_factor_beyond_ten_is_refused() -> None:
    """UpdateEventSourceMapping, API reference: ParallelizationFactor, 1 to 10."""
    with pytest.raises(Refusal, match=r"1\.\.10"):
        World(RACE, 1).the(MappingState).update(11)


def test_a_batching_window_beyond_five_minutes_is_refused() -> None:
    """UpdateEventSourceMapping, API reference: MaximumBatchingWindowInSeconds, 0 to 300."""
    with pytest.raises(Refusal, match=r"0\.\.300"):
        World(RACE, 1).the(MappingState).update(batching_window_seconds=301)


def test_one_call_may_set_the_factor_and_the_batching_window() -> None:
    """UpdateEventSourceMapping, API reference: each parameter given is changed, others stay."""
    world = World(RACE, 1)
    world.the(MappingState).update(4, 6)
    with pytest.raises(Refusal, match="being updated"):
        world.the(MappingState).update(batching_window_seconds=1)
    world.advance(60)
    assert (
        world.the(MappingState).subscription.width,
        world.the(MappingState).data.batching_window_seconds,
    ) == (4, 6)
    world.the(MappingState).update(2)
    world.advance(60)
    assert (
        world.the(MappingState).subscription.width,
        world.the(MappingState).data.batching_window_seconds,
    ) == (2, 6)


@pytest.mark.parametrize("factor", [1, 2, 8])
def test_a_lane_waits_for_a_full_batch_or_for_the_batching_window(factor: int) -> None:
    """Lambda developer guide, batching: it invokes when the window is over, the batch is full or
    the payload is; here 8 records/s x 5 s fill 40 of 100 over the lanes, and 800 fill all."""
    mapping = MappingData(parallelization_factor=factor, batching_window_seconds=5)
    few, many = (
        run(
            RACE.put(
                mapping,
                *WELL_PROVISIONED,
                replace(RACE.the(FunctionData), seconds_per_record=0.0001),
                Traffic(points=((0, rate),), noise=0),
            ),
            600,
        )
        for rate in (8, 800)
    )
    assert few.the(MappingState).records_read / few.the(FunctionState).requests == pytest.approx(
        48 / factor, rel=0.1
    )
    assert many.the(MappingState).records_read / many.the(FunctionState).requests == pytest.approx(
        100, rel=0.02
    )
    assert 4 <= few.figures().iterator_age_max_seconds <= 6
    assert many.figures().iterator_age_max_seconds <= 2


def test_resharding_doubles_what_the_stream_takes() -> None:
    """Alleycat: UpdateShardCount splits the parent's key space between two children; "up to 1,000
    records or 1 MB per second" each."""
    traffic = Traffic(points=((0, 3000),), noise=0)
    world = run(RACE.put(traffic), 60)
    StreamControl(world.the(StreamState)).update_shard_count(2)
    world.advance(120)
    before = world.the(StreamState).records_written
    world.advance(60)
    assert world.the(StreamState).records_written - before == pytest.approx(2 * 60_000, rel=0.01)


def test_at_100_percent_of_the_retention_data_is_lost() -> None:
    """Alleycat: "when the value reaches 100% of the stream retention period, data is lost"."""
    stuck = replace(RACE, faults=(Fault(60, "poison", {}),)).put(
        StreamData("racers", retention_hours=1), Traffic(points=((0, 100),))
    )
    assert run(stuck, 3500).figures().records_lost == 0
    assert run(stuck, 4500).figures().records_lost > 0


def test_one_write_unit_is_one_write_a_second() -> None:
    """Alleycat: "Write capacity units (WCUs) provide 1 KB of write throughput per second"."""
    one = (TableData("leaderboard", 100),)
    world = run(RACE.put(*one, Traffic(points=((0, 900),))), 1200)
    consumed = world.metrics(CONSUMED, "Sum", START, 15)[5:]
    assert all(value == pytest.approx(6000, rel=0.15) for value in consumed)


def test_five_minutes_of_unused_capacity_can_be_burst() -> None:
    """DynamoDB developer guide, burst capacity: "up to 5 minutes (300 seconds) of unused read and
    write capacity"."""
    world = World(RACE.put(Traffic(points=((0, 0),))), 1)
    world.advance(1000)
    bucket = world.the(TableState).capacities[None].bucket
    assert bucket.level == 300 * world.the(TableState).capacities[None].write_units
    assert bucket.spend(300 * 20) == 0
    assert bucket.spend(20) == 1


def test_a_table_of_one_partition_bursts_to_a_thousand_writes_a_second_and_no_further() -> None:
    """DynamoDB developer guide, burst and adaptive capacity: "throttling will occur if a single
    partition receives more than 3000 read operation or more than 1000 write operations"."""
    table = (replace(RACE.the(TableData), write_units=900, units_per_record=1.0),)
    spike = Traffic(points=((0, 500), (900, 500), (900, 2500)))
    mapping = MappingData(parallelization_factor=10)
    wide = replace(RACE.the(StreamData), shards=4)
    world = World(RACE.put(wide, mapping, *table, spike), 1)
    world.advance(1140)
    assert world.the(TableState).capacities[None].bucket.level > 0
    consumed = world.metrics(CONSUMED, "Sum", START, 17)
    throttled = world.metrics(
        ("AWS/DynamoDB", "WriteKeyRangeThroughputThrottleEvents", TABLE), "Sum", START, 17
    )
    assert 54_000 < (consumed[-1] or 0) <= 1.1 * 60_000
    assert throttled[10] is None
    assert (throttled[-1] or 0) > 0


def test_partitions_that_more_units_brought_stay_when_the_table_is_lowered() -> None:
    """DynamoDB developer guide, partitions: they are added when more throughput is provisioned
    than those there are support."""
    state = CapacityState.of("leaderboard", replace(RACE.the(TableData), write_units=900))
    for units, taken in ((900, 1000), (2500, 3000), (400, 3000), (3001, 4000)):
        state.set_units(units, 10)
        assert state.partitions.units_per_second == taken


def test_a_hot_partition_takes_a_thousand_writes_a_second() -> None:
    """DynamoDB developer guide, partitions: "1,000 write units per second" for each."""
    twice = (replace(RACE.the(TableData), write_units=20_000, units_per_record=2.0),)
    hot = Traffic(points=((0, 900),), hot_key_share=1.0)
    mapping = MappingData(parallelization_factor=10)
    world = World(RACE.put(mapping, *twice, hot), 1)
    world.advance(600)
    consumed = world.metrics(CONSUMED, "Sum", START, 8)
    assert max(value or 0.0 for value in consumed[2:]) <= 1.1 * 60_000


def test_a_hot_key_stays_in_one_lane_whatever_the_factor() -> None:
    """Lambda developer guide, Kinesis: with a parallelization factor "Lambda ensures in-order
    processing at the partition-key level"."""
    hot = Traffic(points=((0, 900),), hot_key_share=1.0)
    world = World(RACE.put(*WELL_PROVISIONED, hot), 1)
    world.advance(60)
    for factor in (4, 10, 2):
        world.the(MappingState).update(factor)
        world.advance(60)
    first, others = world.the(StreamState).open_shards[0].parts[0].lanes
    assert first.count > 100 * others.count


def test_only_the_lane_with_the_hot_key_waits_for_the_hot_partition() -> None:
    """DynamoDB developer guide, partitions: the limit is a partition's, not the table's."""
    dear = (replace(RACE.the(TableData), write_units=20_000, units_per_record=50.0),)
    hot = Traffic(points=((0, 400),), hot_key_share=0.5)
    mapping = MappingData(parallelization_factor=10)
    world = run(RACE.put(mapping, *dear, hot), 600)
    first, others = world.the(StreamState).open_shards[0].parts[0].lanes
    assert first.count > 10_000
    assert others.count < 100


def test_what_producers_hold_back_follows_its_key_through_a_reshard() -> None:
    """MergeShards and SplitShard, API reference: a hash key range, and so a key, has one shard."""
    hot = Traffic(points=((0, 3000),), hot_key_share=0.8)
    world = World(RACE.put(StreamData("racers", shards=2), hot), 1)
    world.advance(60)
    held = sum(shard.pending for shard in world.the(StreamState).open_shards)
    world.the(StreamState).uniform(4)
    apart = sorted(shard.pending for shard in world.the(StreamState).open_shards)
    assert sum(apart) == pytest.approx(held, abs=4)
    assert apart[-1] > 0.9 * held


@pytest.mark.parametrize("seed", range(3))
def test_lanes_in_step_come_to_the_same_as_lanes_apart(seed: int) -> None:
    """The world moves the lanes of a shard together where nothing tells them apart."""
    apart = replace(RACE, faults=(Fault(10**9, "poison", {}),)).put(
        MappingData(parallelization_factor=4), *WELL_PROVISIONED
    )
    alike = replace(apart, faults=())
    worlds = [run(each, 5400, seed) for each in (apart, alike)]
    assert [world.the(StreamState).first_lane_apart for world in worlds] == [True, False]
    first, second = (world.figures() for world in worlds)
    assert second.records_read == pytest.approx(first.records_read, rel=0.01)
    assert second.cost_usd == pytest.approx(first.cost_usd, rel=0.02)
    assert second.seconds_out_of_objective == pytest.approx(
        first.seconds_out_of_objective, rel=0.01
    )


def test_a_record_refused_by_the_stream_is_late_though_no_metric_of_age_shows_it() -> None:
    """The iterator age begins when a record is in the stream; its producer has waited before."""
    crowd = RACE.put(*WELL_PROVISIONED, Traffic(points=((0, 2000),)))
    fast = crowd.put(MappingData(parallelization_factor=10))
    world = run(fast, 600)
    assert world.figures().seconds_out_of_objective == 0
    assert world.seconds_late > 400


def test_all_lanes_of_a_shard_share_what_it_gives_in_a_second() -> None:
    """Kinesis Data Streams quotas: 2 MiB a second of each shard, here 1,024 records."""
    slow = replace(RACE.the(FunctionData), seconds_per_record=1.0, timeout_seconds=900)
    fast = Fault(120, "function", {"seconds_per_record": 0.0, "seconds_per_invocation": 0.001})
    full = Traffic(points=((0, 512),), noise=0, record_bytes=2048, hot_key_share=0.5)
    mapping = MappingData(parallelization_factor=10)
    scenario = replace(RACE, faults=(fast,)).put(slow, full, mapping, *WELL_PROVISIONED)
    world = run(scenario, 480)
    records = ("AWS/Kinesis", "GetRecords.Records", STREAM)
    most = [value or 0 for value in world.metrics(records, "Maximum", START, 5)]
    assert max(most) == 1024
