"""What the user wants of the levers: this part of the pipeline file as values."""

from collections.abc import Iterator
from dataclasses import dataclass, field, fields
from typing import Annotated, Literal

from tidegate.rules.cause import LeverKind
from tidegate.scaling.config.scaling_policies import ScheduledAction, StepScaling, TargetTracking
from tidegate.scaling.config.value_limits import Closed, Whole, at_least
from tidegate.scaling.kinds.kinesis_stream.limits import RETENTION_HOURS_MIN

__all__ = ["Caller", "LeverSpec", "Levers", "Owner", "RetentionSpec"]

Owner = Literal["tidegate", "application-autoscaling"]
Caller = Owner | Literal["operator"]
"""Who asks for a change: the owner of a lever, or a person who undoes one."""


@dataclass(frozen=True, slots=True)
class LeverSpec(Closed):
    """How far one lever may be moved, and by whom. Without an owner Tidegate only advises.

    The policies and scheduled actions are for levers that Application Auto Scaling owns.
    """

    max: Whole
    min: Annotated[int, at_least(0)] = 1
    owner: Owner | None = None
    target_tracking: list[TargetTracking] = field(default_factory=list)
    step_scaling: list[StepScaling] = field(default_factory=list)
    scheduled: list[ScheduledAction] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class RetentionSpec(LeverSpec):
    """How far the retention may be moved, in hours; AWS has none below a day."""

    min: Annotated[int, at_least(0)] = RETENTION_HOURS_MIN


@dataclass(frozen=True, slots=True)
class Levers(Closed):
    """The levers, each in its own unit; the most specific place in the file wins.

    ``shard_count`` in shards, ``parallelization_factor`` in concurrent batches per shard,
    ``batching_window_seconds`` in seconds that a batch may be waited for,
    ``parallelism`` in subtasks, ``parallelism_per_kpu`` in subtasks per Kinesis Processing Unit,
    capacities in units per second, ``retention_hours`` in hours.
    """

    shard_count: LeverSpec | None = None
    parallelization_factor: LeverSpec | None = None
    batching_window_seconds: LeverSpec | None = None
    parallelism: LeverSpec | None = None
    parallelism_per_kpu: LeverSpec | None = None
    write_capacity: LeverSpec | None = None
    read_capacity: LeverSpec | None = None
    retention_hours: RetentionSpec | None = None

    def owned_by(self, owner: Owner) -> int:
        """How many of them someone may move."""
        return sum(said.owner == owner for _, said in self.said())

    def said(self) -> Iterator[tuple[str, LeverSpec]]:
        """Each lever of which something is said here, by its word."""
        for each in fields(self):
            found: LeverSpec | None = getattr(self, each.name)
            if found is not None:
                yield each.name, found

    def of(self, kind: LeverKind) -> LeverSpec | None:
        """What is said here of one lever, None where nothing is said."""
        found: LeverSpec | None = getattr(self, kind.value, None)
        return found
