"""What Tidegate asks AWS to change of a stream, one class for each call."""

from collections.abc import Iterator
from dataclasses import dataclass

from tidegate.rules.cause import LeverKind
from tidegate.scaling.model.change_record import Lever

__all__ = [
    "SPLIT_SHARD",
    "UPDATE_SHARD_COUNT",
    "MergeShards",
    "SplitShard",
    "UpdateRetention",
    "UpdateShardCount",
]

SPLIT_SHARD = "kinesis:SplitShard"
UPDATE_SHARD_COUNT = "kinesis:UpdateShardCount"


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
