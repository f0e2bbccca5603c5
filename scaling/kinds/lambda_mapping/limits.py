"""How far AWS lets the levers of an event source mapping go, whatever anyone wants."""

from collections.abc import Mapping

from tidegate.rules.cause import LeverKind

__all__ = ["BATCHING_WINDOW_MAX", "FACTOR_MAX", "LIMITS", "SCALABLE"]

FACTOR_MAX = 10
"""Highest ParallelizationFactor (UpdateEventSourceMapping, API reference)."""

BATCHING_WINDOW_MAX = 300
"""Highest MaximumBatchingWindowInSeconds (UpdateEventSourceMapping, API reference)."""

LIMITS: Mapping[LeverKind, tuple[int, int]] = {
    LeverKind.PARALLELIZATION_FACTOR: (1, FACTOR_MAX),
    LeverKind.BATCHING_WINDOW: (0, BATCHING_WINDOW_MAX),
}

SCALABLE: tuple[LeverKind, ...] = (LeverKind.PARALLELIZATION_FACTOR,)
"""What Application Auto Scaling may own; a batching window gives no capacity."""
