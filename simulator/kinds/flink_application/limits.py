"""What AWS takes of an application, for this world alone; a test compares it with the product's."""

__all__ = ["CALLS_PER_SECOND", "PARALLELISM_MAX", "PARALLELISM_PER_KPU_MAX"]

PARALLELISM_MAX, PARALLELISM_PER_KPU_MAX = 256, 8
"""Developer guide, "Implement application scaling"; the KPU quota is 64 there, and per account."""

CALLS_PER_SECOND = 5.0
"""How often Flink's consumer asks each shard for records, unless set otherwise
(flink.shard.getrecords.intervalmillis, 200 ms)."""
