"""How far AWS lets the levers of a Flink application go, whatever anyone wants."""

from collections.abc import Mapping

from tidegate.rules.cause import LeverKind

__all__ = ["LIMITS", "PARALLELISM_MAX", "PARALLELISM_PER_KPU_MAX", "SCALABLE"]

PARALLELISM_MAX = 32_768
"""Flink's upper bound of a job's maximum parallelism (Flink documentation, parallel execution)."""

PARALLELISM_PER_KPU_MAX = 8
"""Highest ParallelismPerKPU (Managed Service for Apache Flink guide, how-scaling)."""

LIMITS: Mapping[LeverKind, tuple[int, int]] = {
    LeverKind.PARALLELISM_PER_KPU: (1, PARALLELISM_PER_KPU_MAX),
    LeverKind.PARALLELISM: (1, PARALLELISM_MAX),
}

SCALABLE: tuple[LeverKind, ...] = (LeverKind.PARALLELISM, LeverKind.PARALLELISM_PER_KPU)
"""What Application Auto Scaling may own: both."""
