"""How far AWS lets a lever go, whatever anyone wants."""

__all__ = [
    "BATCHING_WINDOW_MAX",
    "FACTOR_MAX",
    "PARALLELISM_MAX",
    "PARALLELISM_PER_KPU_MAX",
    "RETENTION_HOURS_MAX",
    "RETENTION_HOURS_MIN",
    "SHARDS_MAX",
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
