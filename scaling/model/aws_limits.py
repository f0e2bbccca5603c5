"""How far AWS lets a lever go, whatever anyone wants."""

from tidegate.rules.cause import LeverKind

__all__ = [
    "BATCHING_WINDOW_MAX",
    "CAPACITY_UNITS_MAX",
    "FACTOR_MAX",
    "PARALLELISM_MAX",
    "PARALLELISM_PER_KPU_MAX",
    "RETENTION_HOURS_MAX",
    "RETENTION_HOURS_MIN",
    "SHARDS_MAX",
    "limits_of",
]

RETENTION_HOURS_MIN, RETENTION_HOURS_MAX = 24, 8_760
"""IncreaseStreamRetentionPeriod, API reference."""

FACTOR_MAX = 10
"""Highest ParallelizationFactor (UpdateEventSourceMapping, API reference)."""

BATCHING_WINDOW_MAX = 300
"""Highest MaximumBatchingWindowInSeconds (UpdateEventSourceMapping, API reference)."""

SHARDS_MAX = 10_000
"""Most shards that UpdateShardCount scales to (UpdateShardCount, API reference)."""

PARALLELISM_MAX = 32_768
"""Flink's upper bound of a job's maximum parallelism (Flink documentation, parallel execution)."""

PARALLELISM_PER_KPU_MAX = 8
"""Highest ParallelismPerKPU (Managed Service for Apache Flink guide, how-scaling)."""

CAPACITY_UNITS_MAX = 2**63 - 1
"""A long (ProvisionedThroughput, DynamoDB API reference). What a table really may have is a quota
of the account, which AWS raises on request."""

_LIMITS = {
    LeverKind.SHARD_COUNT: (1, SHARDS_MAX),
    LeverKind.PARALLELIZATION_FACTOR: (1, FACTOR_MAX),
    LeverKind.BATCHING_WINDOW: (0, BATCHING_WINDOW_MAX),
    LeverKind.PARALLELISM: (1, PARALLELISM_MAX),
    LeverKind.PARALLELISM_PER_KPU: (1, PARALLELISM_PER_KPU_MAX),
    LeverKind.WRITE_CAPACITY: (1, CAPACITY_UNITS_MAX),
    LeverKind.READ_CAPACITY: (1, CAPACITY_UNITS_MAX),
    LeverKind.RETENTION_HOURS: (RETENTION_HOURS_MIN, RETENTION_HOURS_MAX),
}


def limits_of(kind: LeverKind) -> tuple[int, int]:
    """The least and the most that AWS takes of a lever, in the lever's own unit."""
    return _LIMITS[kind]
