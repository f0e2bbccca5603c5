"""What to change: demands, bounds, decisions and the actions that follow from them."""

from dataclasses import dataclass

from tidegate.rules.reason import Reason
from tidegate.scaling.model.change_record import Lever

__all__ = [
    "Action",
    "CapacityTarget",
    "Constraint",
    "Decision",
    "Demand",
    "MergeShards",
    "Plan",
    "Prohibition",
    "Range",
    "SplitShard",
    "UpdateApplication",
    "UpdateBatchingWindow",
    "UpdateParallelizationFactor",
    "UpdateRetention",
    "UpdateShardCount",
    "UpdateTableThroughput",
]


@dataclass(frozen=True, slots=True)
class Demand:
    """The capacity that the pipeline needs of a lever, in the lever's unit, and why."""

    lever: Lever
    capacity: int
    because: Reason


@dataclass(frozen=True, slots=True)
class Prohibition:
    """No change of the lever now, whatever is wanted; the reason names who says so."""

    reason: Reason


@dataclass(frozen=True, slots=True)
class Range:
    """What may be set next: from ``lower`` to ``upper``; the reason names who says so."""

    lower: int
    upper: int
    reason: Reason


Constraint = Prohibition | Range


@dataclass(frozen=True, slots=True)
class Decision:
    """A demand after every constraint: what is set now, what was wanted, what is allowed.

    ``held_by`` names each constraint that held the demand back; empty when it is met in full.
    ``usd_per_month`` is the change in price of going from current to allowed, at the list prices of
    ``scaling/model/prices.json``.
    """

    lever: Lever
    current: int
    wanted: int
    allowed: int
    because: Reason
    held_by: tuple[Reason, ...] = ()
    usd_per_month: float = 0.0

    @property
    def changes(self) -> bool:
        """Whether anything is to be done."""
        return self.allowed != self.current


@dataclass(frozen=True, slots=True)
class UpdateShardCount:
    """Kinesis UpdateShardCount, uniform scaling."""

    stream: str
    from_count: int
    to_count: int


@dataclass(frozen=True, slots=True)
class SplitShard:
    """Kinesis SplitShard at a new starting hash key."""

    stream: str
    shard_id: str
    new_starting_hash_key: int
    from_count: int

    @property
    def to_count(self) -> int:
        """Open shards afterwards."""
        return self.from_count + 1


@dataclass(frozen=True, slots=True)
class MergeShards:
    """Kinesis MergeShards of two shards with adjacent hash key ranges."""

    stream: str
    shard_id: str
    adjacent_shard_id: str
    from_count: int

    @property
    def to_count(self) -> int:
        """Open shards afterwards."""
        return self.from_count - 1


@dataclass(frozen=True, slots=True)
class UpdateParallelizationFactor:
    """Lambda UpdateEventSourceMapping, ParallelizationFactor only."""

    mapping_uuid: str
    function: str
    from_factor: int
    to_factor: int


@dataclass(frozen=True, slots=True)
class UpdateBatchingWindow:
    """Lambda UpdateEventSourceMapping, MaximumBatchingWindowInSeconds only."""

    mapping_uuid: str
    function: str
    from_seconds: int
    to_seconds: int


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


@dataclass(frozen=True, slots=True)
class UpdateApplication:
    """Managed Service for Apache Flink UpdateApplication, parallelism only; it restarts the job.

    The token is the one of the description that the change was decided on, so that of two hands
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


@dataclass(frozen=True, slots=True)
class UpdateRetention:
    """Kinesis Increase- or DecreaseStreamRetentionPeriod, in hours."""

    stream: str
    from_hours: int
    to_hours: int


Action = (
    UpdateShardCount
    | SplitShard
    | MergeShards
    | UpdateParallelizationFactor
    | UpdateBatchingWindow
    | UpdateTableThroughput
    | UpdateApplication
    | UpdateRetention
)
"""The closed union of everything that Tidegate does to AWS; ``Cloud.apply`` matches on it."""


@dataclass(frozen=True, slots=True)
class Plan:
    """The actions of one step, downstream first, with the decision on every lever looked at."""

    actions: tuple[Action, ...]
    decisions: tuple[Decision, ...]
