"""How far AWS lets a lever go, whatever anyone wants."""

__all__ = ["FACTOR_MAX", "RETENTION_HOURS_MAX", "RETENTION_HOURS_MIN", "SHARDS_MAX"]


RETENTION_HOURS_MIN, RETENTION_HOURS_MAX = 24, 8_760
"""IncreaseStreamRetentionPeriod, API reference."""

FACTOR_MAX = 10
"""Highest ParallelizationFactor (UpdateEventSourceMapping, API reference)."""

SHARDS_MAX = 10_000
"""Most shards that UpdateShardCount scales to (UpdateShardCount, API reference)."""
