"""Worlds of several streams, functions and tables."""

from typing import Any

from tidegate.simulator.kinds.dynamodb_table.data import TableData
from tidegate.simulator.kinds.kinesis_stream.data import StreamData
from tidegate.simulator.kinds.kinesis_stream.source import SourceState
from tidegate.simulator.kinds.lambda_mapping.data import FunctionData, MappingData
from tidegate.simulator.kinds.registry import KINDS
from tidegate.simulator.scenario import Fault, Scenario
from tidegate.simulator.traffic import Traffic
from tidegate.simulator.world import World


def graph(*resources: Any, faults: tuple[Fault, ...] = ()) -> Scenario:
    return Scenario(
        name="graph", summary="", planted_cause="healthy", duration_seconds=600,
        iterator_age_max_seconds=60, resources=resources, faults=faults, pipeline_file={},
    )  # fmt: skip


def stream(name: str, rate: float, shards: int = 1, **fields: Any) -> tuple[Any, ...]:
    """A stream with its producers."""
    traffic = Traffic(points=((0, rate),), noise=0.0, source=name, **fields)
    return StreamData(name, shards), traffic


def function(name: str, *sources: str, writes: tuple[str, ...] = (), **fields: Any) -> Any:
    """A function with a mapping of each source."""
    mappings = (MappingData(4, function=name, source=each) for each in sources)
    return FunctionData(name, 30, writes=writes, **fields), *mappings


def table(name: str, units: int) -> TableData:
    return TableData(name, units)


def played(*resources: Any, seconds: int = 120, faults: tuple[Fault, ...] = ()) -> World:
    world = World(graph(*resources, faults=faults), 1, KINDS)
    world.advance(seconds)
    return world


def backlog_of(world: World, name: str) -> int:
    """What the reader furthest behind has not done."""
    return max(each.backlog for each in world.the(SourceState, name).subscriptions)
