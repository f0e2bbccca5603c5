"""Everything that Tidegate asks AWS to change, one class for each call.

Each knows its AWS call (``operation``, by which budgets are counted), the resource that only one
run may change at a time (``lease``) and the levers that it moves.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from tidegate.rules.cause import LeverKind
from tidegate.scaling.model.change_record import Lever
from tidegate.scaling.model.history import SPLIT_SHARD, UPDATE_APPLICATION, UPDATE_SHARD_COUNT

__all__ = [
    "CapacityTarget",
    "MergeShards",
    "SplitShard",
    "UpdateApplication",
    "UpdateBatchingWindow",
    "UpdateParallelizationFactor",
    "UpdateRetention",
    "UpdateShardCount",
    "UpdateTableThroughput",
]

UPDATE_MAPPING = "lambda:UpdateEventSourceMapping"


class _OfShards:
    """A change of a stream's shards."""

    __slots__ = ()
    stream: str

    @property
    def lease(self) -> str:
        """The resource that it changes."""
        return f"stream/{self.stream}"

    def levers(self) -> Iterator[Lever]:
        """The levers that it moves."""
        yield Lever.of(LeverKind.SHARD_COUNT, self.stream)


@dataclass(frozen=True, slots=True)
class UpdateShardCount(_OfShards):
    """Kinesis UpdateShardCount, uniform scaling."""

    stream: str
    from_count: int
    to_count: int

    @property
    def operation(self) -> str:
        """The AWS call."""
        return UPDATE_SHARD_COUNT


@dataclass(frozen=True, slots=True)
class SplitShard(_OfShards):
    """Kinesis SplitShard at a new starting hash key."""

    stream: str
    shard_id: str
    new_starting_hash_key: int
    from_count: int

    @property
    def to_count(self) -> int:
        """Open shards afterwards."""
        return self.from_count + 1

    @property
    def operation(self) -> str:
        """The AWS call."""
        return SPLIT_SHARD


@dataclass(frozen=True, slots=True)
class MergeShards(_OfShards):
    """Kinesis MergeShards of two shards with adjacent hash key ranges."""

    stream: str
    shard_id: str
    adjacent_shard_id: str
    from_count: int

    @property
    def to_count(self) -> int:
        """Open shards afterwards."""
        return self.from_count - 1

    @property
    def operation(self) -> str:
        """The AWS call."""
        return "kinesis:MergeShards"


@dataclass(frozen=True, slots=True)
class UpdateParallelizationFactor:
    """Lambda UpdateEventSourceMapping, ParallelizationFactor only."""

    mapping_uuid: str
    function: str
    from_factor: int
    to_factor: int

    @property
    def operation(self) -> str:
        """The AWS call."""
        return UPDATE_MAPPING

    @property
    def lease(self) -> str:
        """The resource that it changes."""
        return f"function/{self.function}"

    def levers(self) -> Iterator[Lever]:
        """The levers that it moves."""
        yield Lever.of(LeverKind.PARALLELIZATION_FACTOR, self.function)


@dataclass(frozen=True, slots=True)
class UpdateBatchingWindow:
    """Lambda UpdateEventSourceMapping, MaximumBatchingWindowInSeconds only."""

    mapping_uuid: str
    function: str
    from_seconds: int
    to_seconds: int

    @property
    def operation(self) -> str:
        """The AWS call."""
        return UPDATE_MAPPING

    @property
    def lease(self) -> str:
        """The resource that it changes."""
        return f"function/{self.function}"

    def levers(self) -> Iterator[Lever]:
        """The levers that it moves."""
        yield Lever.of(LeverKind.BATCHING_WINDOW, self.function)


@dataclass(frozen=True, slots=True)
class CapacityTarget:
    """Read and write units of a table (``index`` None) or one index, now and wanted."""

    index: str | None
    from_write_units: int
    from_read_units: int
    to_write_units: int
    to_read_units: int


@dataclass(frozen=True, slots=True)
class UpdateTableThroughput:
    """DynamoDB UpdateTable: the table and its indexes in one call, as only one may be under way.

    Holds only what changes: a target whose units stay the same is refused by AWS.
    """

    table: str
    targets: tuple[CapacityTarget, ...]

    @property
    def operation(self) -> str:
        """The AWS call."""
        return "dynamodb:UpdateTable"

    @property
    def lease(self) -> str:
        """The resource that it changes."""
        return f"table/{self.table}"

    def levers(self) -> Iterator[Lever]:
        """The levers that it moves."""
        for target in self.targets:
            where = self.table if target.index is None else f"{self.table}/{target.index}"
            if target.to_write_units != target.from_write_units:
                yield Lever.of(LeverKind.WRITE_CAPACITY, where)
            if target.to_read_units != target.from_read_units:
                yield Lever.of(LeverKind.READ_CAPACITY, where)


@dataclass(frozen=True, slots=True)
class UpdateApplication:
    """Managed Service for Apache Flink UpdateApplication, parallelism only; it restarts the job.

    The token is the one of the description that the change was decided on, so that of two callers
    one is refused. With ``ends_autoscaling`` the service's own autoscaling is switched off in the
    same restart.
    """

    application: str
    conditional_token: str
    from_parallelism: int
    from_parallelism_per_kpu: int
    to_parallelism: int
    to_parallelism_per_kpu: int
    ends_autoscaling: bool = False

    @property
    def operation(self) -> str:
        """The AWS call."""
        return UPDATE_APPLICATION

    @property
    def lease(self) -> str:
        """The resource that it changes."""
        return f"application/{self.application}"

    def levers(self) -> Iterator[Lever]:
        """The levers that it moves."""
        if self.to_parallelism != self.from_parallelism:
            yield Lever.of(LeverKind.PARALLELISM, self.application)
        if self.to_parallelism_per_kpu != self.from_parallelism_per_kpu:
            yield Lever.of(LeverKind.PARALLELISM_PER_KPU, self.application)


@dataclass(frozen=True, slots=True)
class UpdateRetention:
    """Kinesis Increase- or DecreaseStreamRetentionPeriod, in hours."""

    stream: str
    from_hours: int
    to_hours: int

    @property
    def operation(self) -> str:
        """The AWS call."""
        is_raise = self.to_hours > self.from_hours
        return f"kinesis:{'Increase' if is_raise else 'Decrease'}StreamRetentionPeriod"

    @property
    def lease(self) -> str:
        """The resource that it changes."""
        return f"stream/{self.stream}"

    def levers(self) -> Iterator[Lever]:
        """The levers that it moves."""
        yield Lever.of(LeverKind.RETENTION_HOURS, self.stream)
