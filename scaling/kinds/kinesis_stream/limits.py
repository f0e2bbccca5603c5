"""How far AWS lets the levers of a stream go, whatever anyone wants."""

from collections.abc import Mapping

from tidegate.rules.cause import LeverKind

__all__ = ["LIMITS", "RETENTION_HOURS_MAX", "RETENTION_HOURS_MIN", "SHARDS_MAX"]

RETENTION_HOURS_MIN, RETENTION_HOURS_MAX = 24, 8_760
"""IncreaseStreamRetentionPeriod, API reference."""

SHARDS_MAX = 10_000
"""Most shards that UpdateShardCount scales to (UpdateShardCount, API reference)."""

LIMITS: Mapping[LeverKind, tuple[int, int]] = {
    LeverKind.SHARD_COUNT: (1, SHARDS_MAX),
    LeverKind.RETENTION_HOURS: (RETENTION_HOURS_MIN, RETENTION_HOURS_MAX),
}
