"""Worlds with a Managed Flink application, to be changed in one place."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

from tidegate.simulator.kinds.flink_application.data import ApplicationData
from tidegate.simulator.kinds.kinesis_stream.data import StreamData
from tidegate.simulator.kinds.kinesis_stream.stream import StreamState
from tidegate.simulator.scenario import Fault, Scenario
from tidegate.simulator.scenarios import load_scenario
from tidegate.simulator.traffic import Traffic
from tidegate.simulator.world import START, World

APPLICATION = (("Application", "click-counter"),)
CHAIN = "Source:_clicks_->_Process_->_Sink:_out"
SOURCE = (("Id", "clicks"), ("Application", "click-counter"), ("Flow", "Input"))
STEADY = load_scenario("flink-steady")


def scenario(
    rate: float = 1000, shards: int = 4, faults: tuple[Fault, ...] = (), **fields: Any
) -> Scenario:
    """500 records a second for each of four subtasks, no noise, a small state."""
    data = ApplicationData(
        "click-counter",
        **{
            "parallelism": 4,
            "records_per_second_per_subtask": 500,
            "state_megabytes": 10,
            "metrics_level": "TASK",
            **fields,
        },
    )
    traffic = Traffic(points=((0, rate),), noise=0.0)
    stream = StreamData("clicks", shards)
    return replace(STEADY, faults=faults).put(data, traffic, stream)


def world(*, seconds: int = 0, **fields: Any) -> World:
    made = World(scenario(**fields), 1)
    made.advance(seconds)
    return made


def metric(
    world: World, name: str, statistic: str = "Average", minute: int = -4, dimensions: Any = None
) -> float | None:
    """A minute's value; the fourth last of them is surely delivered. A task's times are those of
    the whole job, as one chain, where no dimensions are given."""
    if name.endswith("TimeMsPerSecond"):
        dimensions = dimensions or (*APPLICATION, ("Task", CHAIN))
    at = world.second // 60 + minute if minute < 0 else minute
    moment = START + timedelta(minutes=at)
    return world.metric(
        ("AWS/KinesisAnalytics", name, dimensions or APPLICATION), statistic, moment
    )


def records_per_second(world: World, seconds: int) -> float:
    """What the job gets done from now on."""
    before = world.figures().records_read
    world.advance(seconds)
    return (world.figures().records_read - before) / seconds


def backlog(world: World) -> int:
    return sum(shard.backlog for shard in world.the(StreamState).shards)
