"""The AWS account as a controller meets it: late metrics, settings, and calls that may be refused.

Every call goes through the world's direct face, so AWS's limits bind all controllers alike.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TypeVar

from tidegate.bench.plant import FUNCTION, STREAM, TABLE, Setting
from tidegate.direct import DirectCloud, DirectMetrics
from tidegate.rules.cause import LeverKind
from tidegate.rules.graph import Pipeline, Question
from tidegate.rules.scalable_targets import ScalableTarget
from tidegate.scaling.config.specification import PipelineSpec
from tidegate.scaling.kinds.dynamodb_table.actions import CapacityTarget, UpdateTableThroughput
from tidegate.scaling.kinds.kinesis_stream.actions import (
    MergeShards,
    SplitShard,
    UpdateRetention,
    UpdateShardCount,
)
from tidegate.scaling.kinds.lambda_mapping.actions import (
    UpdateBatchingWindow,
    UpdateParallelizationFactor,
)
from tidegate.scaling.model.change_record import Lever
from tidegate.scaling.model.errors import CloudError
from tidegate.scaling.model.plan import Action
from tidegate.simulator.kinds.dynamodb_table.table import TableState
from tidegate.simulator.kinds.kinesis_stream.stream import StreamState
from tidegate.simulator.kinds.lambda_mapping.mapping import MappingState, uuid_of
from tidegate.simulator.publisher import Key
from tidegate.simulator.world import World

__all__ = ["Account", "Call"]

A = TypeVar("A")

NEWEST_LATE_MINUTES = 5
"""CloudWatch's points come up to three minutes late; none for longer is no data."""


@dataclass(frozen=True, slots=True)
class Call:
    """A change of one lever that was asked for, and whether AWS refused it."""

    second: int
    lever: LeverKind
    from_capacity: int
    to_capacity: int
    refused: bool


@dataclass(slots=True)
class Account:
    """One world, seen and touched as AWS allows it. ``tidegate.scaling.ports.Cloud`` for sweeps."""

    world: World
    calls: list[Call] = field(default_factory=list)
    metrics: DirectMetrics = field(init=False)
    _cloud: DirectCloud = field(init=False)

    def __post_init__(self) -> None:
        self._cloud = DirectCloud(self.world)
        self.metrics = DirectMetrics(self.world)

    @property
    def setting(self) -> Setting:
        """What is configured now."""
        world = self.world
        shards, factor = world.the(StreamState).open_count, world.the(MappingState).factor
        return Setting(shards, factor, world.the(TableState).capacities[None].write_units)

    @property
    def is_stream_updating(self) -> bool:
        """Whether the stream is UPDATING."""
        return self.world.the(StreamState).is_updating

    @property
    def is_mapping_updating(self) -> bool:
        """Whether the event source mapping is Updating."""
        return self.world.the(MappingState).is_updating

    @property
    def is_table_updating(self) -> bool:
        """Whether the table is UPDATING."""
        return self.world.the(TableState).is_updating

    def describe(self, spec: PipelineSpec) -> Pipeline:
        """As ``tidegate.scaling.ports.Cloud``."""
        return self._cloud.describe(spec)

    def describe_alone(self, spec: PipelineSpec, lever: Lever) -> Pipeline:
        """As ``tidegate.scaling.ports.Cloud``."""
        return self._cloud.describe_alone(spec, lever)

    def ask(self, question: Question[A]) -> A:
        """As ``tidegate.scaling.ports.Cloud``."""
        return self._cloud.ask(question)

    def scalable_targets(self, where: str | None = None) -> tuple[ScalableTarget, ...]:
        """As ``tidegate.scaling.ports.Cloud``."""
        return self._cloud.scalable_targets(where)

    def apply(self, action: Action) -> None:
        """As ``tidegate.scaling.ports.Cloud``; what was asked is noted, refused or not."""
        changes = list(_changes(action))
        try:
            self._cloud.apply(action)
        except CloudError:
            self._note(changes, refused=True)
            raise
        self._note(changes, refused=False)

    def _note(self, changes: list[tuple[LeverKind, int, int]], *, refused: bool) -> None:
        second = self.world.second
        self.calls += [Call(second, *change, refused) for change in changes]

    def set_shards(self, count: int) -> None:
        """UpdateShardCount, nearest to ``count`` that one call reaches; nothing where it stands."""
        current = self.setting.shards
        reachable = min(max(1, count, -(-current // 2)), 2 * current)
        self._ask(current, reachable, UpdateShardCount(STREAM, current, reachable))

    def set_factor(self, factor: int) -> None:
        """UpdateEventSourceMapping, within 1..10."""
        current = self.setting.factor
        wanted = min(max(1, factor), 10)
        action = UpdateParallelizationFactor(uuid_of(0), FUNCTION.name, current, wanted)
        self._ask(current, wanted, action)

    def set_write_units(self, units: int) -> None:
        """UpdateTable, write capacity only."""
        state = self.world.the(TableState).capacities[None]
        wanted = max(1, units)
        target = CapacityTarget(None, state.write_units, state.read_units, wanted, state.read_units)
        self._ask(state.write_units, wanted, UpdateTableThroughput(TABLE, (target,)))

    def _ask(self, current: int, wanted: int, action: Action) -> None:
        if wanted == current:
            return
        try:
            self.apply(action)
        except CloudError:
            return

    def kinesis(self, name: str, statistic: str, minutes: int) -> tuple[float | None, ...]:
        """The newest minutes of a stream metric, the last being the newest delivered; empty where
        nothing was delivered lately."""
        key = ("AWS/Kinesis", name, (("StreamName", STREAM),))
        return self._recent(key, statistic, minutes)

    def function(self, name: str, statistic: str, minutes: int) -> tuple[float | None, ...]:
        """The same of a function metric."""
        key = ("AWS/Lambda", name, (("FunctionName", FUNCTION.name),))
        return self._recent(key, statistic, minutes)

    def table(self, name: str, statistic: str, minutes: int) -> tuple[float | None, ...]:
        """The same of a table metric."""
        key = ("AWS/DynamoDB", name, (("TableName", TABLE),))
        return self._recent(key, statistic, minutes)

    def _recent(self, key: Key, statistic: str, minutes: int) -> tuple[float | None, ...]:
        world = self.world
        newest = world.now.replace(second=0) - timedelta(minutes=1)
        count = minutes + NEWEST_LATE_MINUTES - 1
        start = newest - timedelta(minutes=count - 1)
        values = world.metrics(key, statistic, start, count)
        for late in range(NEWEST_LATE_MINUTES):
            if values[-1 - late] is not None:
                return tuple(values[count - late - minutes : count - late])
        return ()


def _changes(action: Action) -> Iterator[tuple[LeverKind, int, int]]:
    match action:
        case UpdateShardCount() | SplitShard() | MergeShards():
            yield LeverKind.SHARD_COUNT, action.from_count, action.to_count
        case UpdateParallelizationFactor():
            yield LeverKind.PARALLELIZATION_FACTOR, action.from_factor, action.to_factor
        case UpdateBatchingWindow():
            yield LeverKind.BATCHING_WINDOW, action.from_seconds, action.to_seconds
        case UpdateRetention():
            yield LeverKind.RETENTION_HOURS, action.from_hours, action.to_hours
        case UpdateTableThroughput():
            for target in action.targets:
                if target.to_write_units != target.from_write_units:
                    yield (
                        LeverKind.WRITE_CAPACITY,
                        target.from_write_units,
                        target.to_write_units,
                    )
                if target.to_read_units != target.from_read_units:
                    yield LeverKind.READ_CAPACITY, target.from_read_units, target.to_read_units
