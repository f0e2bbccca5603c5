"""How far AWS lets the levers of a stream go, and how often."""

from collections.abc import Mapping

from tidegate.rules.cause import LeverKind

__all__ = [
    "LIMITS",
    "RETENTION_HOURS_MAX",
    "RETENTION_HOURS_MIN",
    "SCALABLE",
    "SHARDS_MAX",
    "STEP_MOST",
    "UPDATES_PER_DAY",
]

RETENTION_HOURS_MIN, RETENTION_HOURS_MAX = 24, 8_760
"""IncreaseStreamRetentionPeriod, API reference."""

UPDATES_PER_DAY = 10
"""UpdateShardCount calls per stream and rolling 24 hours (UpdateShardCount, API reference)."""

STEP_MOST = 2
"""One UpdateShardCount at most doubles or halves the shards (UpdateShardCount, API reference)."""

SHARDS_MAX = 10_000
"""Most shards that UpdateShardCount scales to (UpdateShardCount, API reference)."""

LIMITS: Mapping[LeverKind, tuple[int, int]] = {
    LeverKind.SHARD_COUNT: (1, SHARDS_MAX),
    LeverKind.RETENTION_HOURS: (RETENTION_HOURS_MIN, RETENTION_HOURS_MAX),
}

SCALABLE: tuple[LeverKind, ...] = (LeverKind.SHARD_COUNT,)
"""What Application Auto Scaling may own; a retention gives no capacity."""
