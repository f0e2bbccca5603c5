"""Updates that callers ask of an application, and the operations that come of them."""

from dataclasses import dataclass
from datetime import datetime

__all__ = [
    "ROLLBACK",
    "SCALE_DOWN",
    "SCALE_UP",
    "START",
    "UPDATE",
    "ApplicationUpdate",
    "Operation",
    "ParallelismConfiguration",
]

UPDATE, START, ROLLBACK, SCALE_UP, SCALE_DOWN = (
    "UpdateApplication",
    "StartApplication",
    "RollbackApplication",
    "ScaleUp",
    "ScaleDown",
)


@dataclass(frozen=True, slots=True)
class ParallelismConfiguration:
    """What is configured; the service's own scaling leaves it as it is."""

    parallelism: int
    parallelism_per_kpu: int
    autoscaling_enabled: bool


@dataclass(frozen=True, slots=True)
class ApplicationUpdate:
    """An UpdateApplication request: None leaves a setting as it is."""

    parallelism: int | None = None
    parallelism_per_kpu: int | None = None
    autoscaling_enabled: bool | None = None
    version: int | None = None
    token: str | None = None

    def upon(self, now: ParallelismConfiguration) -> ParallelismConfiguration:
        """What the configuration becomes."""
        given = self.parallelism, self.parallelism_per_kpu
        parallelism, per_kpu = (
            had if wanted is None else wanted
            for wanted, had in zip(given, (now.parallelism, now.parallelism_per_kpu), strict=True)
        )
        scaling = self.autoscaling_enabled
        return ParallelismConfiguration(
            parallelism, per_kpu, now.autoscaling_enabled if scaling is None else scaling
        )


@dataclass(slots=True)
class Operation:
    """What DescribeApplicationOperation tells; versions (from, to) where it changed them, and the
    job's maximum parallelism where the failure names it."""

    operation_id: str
    kind: str
    started_at: datetime
    status: str = "IN_PROGRESS"
    ended_at: datetime | None = None
    versions: tuple[int, int] | None = None
    failure: str | None = None
    rollback_id: str | None = None
    named_max_parallelism: int | None = None
