"""How far AWS lets the levers of a table go, whatever anyone wants."""

from collections.abc import Mapping

from tidegate.rules.cause import LeverKind

__all__ = ["CAPACITY_UNITS_MAX", "LIMITS", "SCALABLE"]

CAPACITY_UNITS_MAX = 2**63 - 1
"""A long (ProvisionedThroughput, DynamoDB API reference). What a table really may have is a quota
of the account, which AWS raises on request."""

LIMITS: Mapping[LeverKind, tuple[int, int]] = {
    LeverKind.WRITE_CAPACITY: (1, CAPACITY_UNITS_MAX),
    LeverKind.READ_CAPACITY: (1, CAPACITY_UNITS_MAX),
}

SCALABLE: tuple[LeverKind, ...] = tuple(LIMITS)
"""What Application Auto Scaling may own: both capacities."""
