"""What AWS takes of a table, for this world alone; a test compares it with the product's."""

__all__ = [
    "BURST_SECONDS",
    "CAPACITY_UNITS_MIN",
    "DECREASES_AT_ANY_TIME",
    "DECREASES_PER_DAY",
    "PARTITION_UNITS",
]

BURST_SECONDS = 300
"""Unused capacity that can be burst (DynamoDB developer guide)."""

PARTITION_UNITS = 1000
"""Write units that one partition serves a second, bursts included (DynamoDB developer guide, burst
and adaptive capacity)."""

CAPACITY_UNITS_MIN = 1
"""ProvisionedThroughput (API reference)."""

DECREASES_AT_ANY_TIME, DECREASES_PER_DAY = 4, 27
"""Decreases on a day (UTC): four at any time, then one for each hour without (DynamoDB developer
guide, quotas)."""
