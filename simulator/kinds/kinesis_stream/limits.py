"""What AWS takes of a stream, for this world alone; a test compares it with the product's."""

__all__ = [
    "BYTES_PER_SECOND",
    "CALLS_PER_SECOND",
    "READ_BYTES_PER_SECOND",
    "RECORDS_PER_SECOND",
    "RETENTION_HOURS",
    "SHARDS_MAX",
    "UPDATES_PER_DAY",
]

RECORDS_PER_SECOND, BYTES_PER_SECOND = 1000, 1024 * 1024
"""What a shard takes (Kinesis Data Streams quotas)."""

CALLS_PER_SECOND, READ_BYTES_PER_SECOND = 5, 2 * 1024 * 1024
"""GetRecords calls and bytes that a shard gives all its readers together, but for those with
enhanced fan-out (Kinesis Data Streams quotas)."""

SHARDS_MAX = 10_000
UPDATES_PER_DAY = 10
"""UpdateShardCount (API reference): the most shards, and calls in a rolling day."""

RETENTION_HOURS = (24, 8760)
"""IncreaseStreamRetentionPeriod (API reference): the least and the most."""
