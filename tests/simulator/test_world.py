"""The world is held to AWS's documents and to what the Alleycat article saw."""

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tidegate.simulator.kinds.dynamodb_table.control import TableControl
from tidegate.simulator.kinds.dynamodb_table.data import TableData
from tidegate.simulator.kinds.dynamodb_table.table import TableState
from tidegate.simulator.kinds.kinesis_stream.control import StreamControl
from tidegate.simulator.kinds.kinesis_stream.stream import StreamState
from tidegate.simulator.kinds.lambda_mapping.mapping import MappingState
from tidegate.simulator.manners import Refusal
from tidegate.simulator.scenario import Fault, Scenario
from tidegate.simulator.scenarios import load_scenario, scenario_names
from tidegate.simulator.traffic import Traffic
from tidegate.simulator.world import World

RACE = load_scenario("race-day")


def calm() -> Scenario:
    return replace(RACE, faults=()).put(Traffic(points=((0, 100),)))


def backlog(world: World) -> int:
    return sum(shard.backlog for shard in world.the(StreamState).shards)


def value(
    world: World, name: str, statistic: str, minute: int, namespace: str = "AWS/Lambda"
) -> float | None:
    dimensions = {
        "AWS/Lambda": (("FunctionName", "scorer"),),
        "AWS/Kinesis": (("StreamName", "racers"),),
        "AWS/DynamoDB": (("TableName", "leaderboard"),),
    }[namespace]
    at = world.now - timedelta(seconds=world.second - 60 * minute)
    return world.metric((namespace, name, dimensions), statistic, at)


def test_one_shard_takes_a_thousand_records_a_second() -> None:
    world = World(RACE.put(Traffic(points=((0, 3000),))), 1)
    world.advance(60)
    assert world.figures().records_written == 60_000
    assert world.figures().producer_throttles > 60_000


def test_one_shard_takes_a_mebibyte_a_second() -> None:
    world = World(RACE.put(Traffic(points=((0, 900),), record_bytes=10_240)), 1)
    world.advance(60)
    assert world.figures().records_written == 60 * 102


def test_factor_one_means_one_concurrent_execution() -> None:
    world = World(RACE, 1)
    world.advance(900)
    assert {value(world, "ConcurrentExecutions", "Maximum", at) for at in range(5, 12)} == {1.0}


def test_a_throttled_table_drives_the_function_into_its_timeout() -> None:
    narrow = replace(RACE.the(TableData), write_units=5)
    world = World(RACE.put(narrow), 1)
    world.advance(900)
    assert value(world, "Duration", "Maximum", 9) == 15_000
    assert (value(world, "Errors", "Sum", 9) or 0) > 0


def test_without_help_the_age_of_the_race_day_leaves_the_objective_and_grows() -> None:
    world = World(RACE, 1)
    world.advance(RACE.duration_seconds)
    ages = [minute.iterator_age_seconds for minute in world.series]
    assert ages[4] < 60 < ages[8] < ages[20] < ages[60]


UNSEEN_BY_THE_AGE = (
    "records-dropped", "producers-quiet", "producers-surging", "other-reader-behind",
    "fan-out-beside-throttled",
)  # fmt: skip
"""What is wrong there leaves every record that the pipeline reads as young as ever."""


@pytest.mark.parametrize("name", scenario_names())
def test_every_scenario_shows_its_symptom_when_left_alone(name: str) -> None:
    scenario = load_scenario(name)
    world = World(scenario, 3)
    world.advance(scenario.duration_seconds)
    figures = world.figures()
    if name in ("quiet-night", "metrics-outage", "flink-steady", *UNSEEN_BY_THE_AGE):
        assert figures.seconds_out_of_objective == 0
        assert (figures.records_lost > 1000) is (name == "records-dropped")
    else:
        assert figures.seconds_out_of_objective > 600 or figures.producer_throttles > 10_000


@settings(max_examples=25, deadline=None)
@given(
    seed=st.integers(0, 99),
    rate=st.integers(0, 3000),
    units=st.integers(5, 2000),
    changes=st.lists(
        st.sampled_from(["widen", "narrow", "faster", "slower", "wait", "table"]), max_size=5
    ),
)
def test_no_record_appears_or_vanishes(
    seed: int, rate: int, units: int, changes: list[str]
) -> None:
    narrow = replace(RACE.the(TableData), write_units=units)
    world = World(RACE.put(narrow, Traffic(points=((0, rate),))), seed)
    for change in changes:
        world.advance(70)
        shards = len(world.the(StreamState).open_shards)
        try:
            match change:
                case "widen":
                    StreamControl(world.the(StreamState)).update_shard_count(shards * 2)
                case "narrow":
                    StreamControl(world.the(StreamState)).update_shard_count(-(-shards // 2))
                case "faster":
                    world.the(MappingState).update(7)
                case "slower":
                    world.the(MappingState).update(2)
                case "wait":
                    world.the(MappingState).update(batching_window_seconds=6)
                case "table":
                    TableControl(world.the(TableState)).update({None: (units + 100, 10)})
        except Refusal:
            continue
    world.advance(100)
    figures = world.figures()
    held = (
        backlog(world)
        + world.the(StreamState).records_expired
        + world.the(MappingState).records_discarded
    )
    assert figures.records_written == figures.records_read + held


def test_parents_are_drained_before_their_children() -> None:
    world = World(RACE.put(Traffic(points=((0, 900),))), 1)
    world.advance(120)
    StreamControl(world.the(StreamState)).update_shard_count(2)
    world.advance(60)
    parent, *children = world.the(StreamState).shards
    waiting = [child.backlog for child in children]
    assert parent.backlog > 0
    world.advance(10)
    assert all(child.backlog > before for child, before in zip(children, waiting, strict=True))


@pytest.mark.parametrize(
    ("target", "code"),
    [
        (3, "LimitExceededException"),
        (1, "InvalidArgumentException"),
        (0, "InvalidArgumentException"),
        (20_000, "LimitExceededException"),
    ],
)
def test_update_shard_count_refuses_as_aws_does(target: int, code: str) -> None:
    world = World(calm(), 1)
    with pytest.raises(Refusal) as refused:
        StreamControl(world.the(StreamState)).update_shard_count(target)
    assert refused.value.code == code
    assert world.figures().limit_violations == 1


def test_a_stream_that_is_updating_takes_no_second_change() -> None:
    world = World(calm(), 1)
    StreamControl(world.the(StreamState)).update_shard_count(2)
    with pytest.raises(Refusal, match="ResourceInUse"):
        StreamControl(world.the(StreamState)).update_shard_count(4)


def test_the_eleventh_reshard_of_a_day_is_refused_and_the_next_day_allowed() -> None:
    world = World(calm(), 1)
    for at in range(10):
        StreamControl(world.the(StreamState)).update_shard_count(2 if at % 2 == 0 else 1)
        world.advance(120)
    with pytest.raises(Refusal, match="10 UpdateShardCount"):
        StreamControl(world.the(StreamState)).update_shard_count(2)
    world.site.second += 86_400
    StreamControl(world.the(StreamState)).update_shard_count(2)
    assert world.the(StreamState).is_updating


def test_a_fifth_decrease_within_the_hour_is_refused() -> None:
    world = World(calm(), 1)
    for units in (19, 18, 17, 16):
        TableControl(world.the(TableState)).update({None: (units, 10)})
        world.advance(60)
    with pytest.raises(Refusal, match="LimitExceeded"):
        TableControl(world.the(TableState)).update({None: (15, 10)})
    world.advance(3600)
    TableControl(world.the(TableState)).update({None: (15, 10)})
    assert world.the(TableState).is_updating


def test_metrics_are_late_and_silence_is_a_gap() -> None:
    world = World(calm(), 1)
    world.advance(120)
    assert value(world, "IncomingRecords", "Sum", 1, "AWS/Kinesis") is None
    world.advance(120)
    assert value(world, "IncomingRecords", "Sum", 1, "AWS/Kinesis") == pytest.approx(6000, rel=0.1)
    assert value(world, "ReadThrottleEvents", "Sum", 1, "AWS/DynamoDB") is None


def test_an_outage_of_cloudwatch_ends_with_all_points_delivered() -> None:
    world = World(calm(), 1)
    silent = World(replace(calm(), faults=(Fault(60, "silence", {"seconds": 600}),)), 1)
    for each in (world, silent):
        each.advance(400)
    assert value(silent, "IncomingRecords", "Sum", 2, "AWS/Kinesis") is None
    for each in (world, silent):
        each.advance(400)
    minutes = range(9)
    told = [
        [value(each, "IncomingRecords", "Sum", at, "AWS/Kinesis") for at in minutes]
        for each in (world, silent)
    ]
    assert told[0] == told[1]
    assert None not in told[0]


def test_the_same_seed_is_the_same_world_and_another_is_not() -> None:
    def figures(seed: int) -> object:
        world = World(RACE, seed)
        world.advance(1500)
        return world.figures()

    assert figures(5) == figures(5)
    assert figures(5) != figures(6)
