"""How a desired capacity that was accepted from Application Auto Scaling ends.

It is under way until it is reached, until somebody else changes the capacity, until a step towards
it fails for good, or until a day has passed. Nothing is done for one that has ended. What it is
follows from the ledger and one description by AWS, so that a request that only reads has it too.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import Enum

from tidegate.rules.graph import Pipeline
from tidegate.scaling.kinds.resource_state import (
    identity,
    is_passing,
    settings_marks,
)
from tidegate.scaling.model.change_record import ChangeRecord, DesiredCapacity, Lever, Outcome
from tidegate.scaling.model.resource_type import type_of

__all__ = [
    "BECAUSE",
    "EXPIRES_AFTER",
    "SHOWS_AFTER",
    "End",
    "Ended",
    "Look",
    "accepted",
    "end_of",
    "left_of",
    "settles_at",
    "steps_of",
]

BECAUSE = "desired capacity of Application Auto Scaling"
"""What a step towards one is made for: by this it is told from a change for another reason."""

SHOWS_AFTER = timedelta(seconds=60)
"""A change that AWS has accepted shows in its descriptions by then; it is as long as the lease
under which it was made."""

EXPIRES_AFTER = timedelta(hours=24)
"""The longest that a budget of AWS can keep a change waiting: calls of UpdateShardCount in rolling
24 hours, decreases of a table in a UTC day (API reference, DynamoDB quotas)."""


_MADE = (Outcome.BEGUN, Outcome.DONE, Outcome.UNKNOWN)


class End(Enum):
    """REACHED once is reached for good; SUPERSEDED is by another's change of the capacity."""

    REACHED = "reached"
    SUPERSEDED = "superseded"
    FAILED = "failed"
    EXPIRED = "expired"


@dataclass(frozen=True, slots=True)
class Ended:
    """How a desired capacity ended, and why it failed."""

    how: End
    failure: str | None = None


@dataclass(frozen=True, slots=True)
class Look:
    """A lever as AWS shows it at a moment; ``change_records`` are the lever's in the ledger, oldest
    first, from SHOWS_AFTER before the desired capacity was accepted."""

    pipeline: Pipeline
    lever: Lever
    current: int
    change_records: Sequence[ChangeRecord]
    now: datetime

    @property
    def is_in_cooldown(self) -> bool:
        """Whether a change is under way, or one that AWS accepted may not show yet."""
        return is_passing(self.pipeline, self.lever) or any(
            change_record.outcome is Outcome.BEGUN or self._may_not_show(change_record)
            for change_record in self.change_records[-1:]
        )

    def _may_not_show(self, change_record: ChangeRecord) -> bool:
        is_young = self.now - change_record.begun_at < SHOWS_AFTER
        is_as_before = self.current == change_record.from_capacity != change_record.to_capacity
        return change_record.outcome is Outcome.DONE and is_young and is_as_before


def accepted(capacity: int, look: Look, last: ChangeRecord | None) -> DesiredCapacity:
    """A desired capacity as it is accepted now; ``last`` is the lever's newest change record, of
    whatever age. A change under way that it doesn't explain is somebody else's."""
    is_own = last is not None and look.is_in_cooldown
    return DesiredCapacity(
        capacity,
        look.now,
        identity(look.pipeline, look.lever),
        look.current,
        coming=last.to_capacity if last is not None and is_own else None,
        marks=settings_marks(look.pipeline, look.lever),
    )


def steps_of(desired: DesiredCapacity, look: Look) -> list[ChangeRecord]:
    """The lever's change records since it was accepted."""
    return [
        change_record
        for change_record in look.change_records
        if change_record.begun_at >= desired.at
    ]


def end_of(desired: DesiredCapacity, look: Look) -> Ended | None:
    """How it has ended, None while it is under way."""
    steps = steps_of(desired, look)
    if desired.resource != identity(look.pipeline, look.lever):
        return Ended(End.SUPERSEDED)
    if any(_is_for_another_reason(step, look) for step in steps):
        return Ended(End.SUPERSEDED)
    if desired.failure is not None and look.now - desired.at >= EXPIRES_AFTER:
        return Ended(End.EXPIRED)
    if desired.failure is not None:
        has_stayed = _has_stayed(desired, steps[-1] if steps else None, look)
        return Ended(End.FAILED, desired.failure) if has_stayed else Ended(End.SUPERSEDED)
    if look.is_in_cooldown:
        return None
    if look.current == desired.capacity:
        return Ended(End.REACHED)
    last = steps[-1] if steps else None
    if look.current not in _expected(desired, last, look) or _was_set_back(desired, last, look):
        return _undone(last, look)
    return Ended(End.EXPIRED) if look.now - desired.at >= EXPIRES_AFTER else None


def _is_for_another_reason(step: ChangeRecord, look: Look) -> bool:
    """As of a reshard, which is of no pipeline. The pipeline that a lever is in may have got
    another name since, or another one may be before it in the file by now."""
    return step.pipeline != look.pipeline.name and step.because != BECAUSE


def left_of(desired: DesiredCapacity, ended: Ended, look: Look) -> DesiredCapacity | None:
    """What is kept of one that has ended: a failure, until something changes."""
    if ended.how is not End.FAILED:
        return None
    if desired.failure is not None:
        return desired
    return replace(desired, failure=ended.failure, start=look.current)


def settles_at(desired: DesiredCapacity, look: Look) -> int:
    """The capacity once the last step towards it shows, if AWS has accepted that step."""
    last = steps_of(desired, look)[-1:]
    made = [change_record for change_record in last if change_record.outcome in _MADE]
    return made[0].to_capacity if made else look.current


def _has_stayed(desired: DesiredCapacity, last: ChangeRecord | None, look: Look) -> bool:
    """Whether the capacity of one that failed is what its last step made it or is about to."""
    if look.current == desired.start:
        return True
    if last is None:
        return False
    never_taken = last.outcome is not Outcome.DONE and look.current == last.from_capacity
    return look.is_in_cooldown or never_taken


def _expected(
    desired: DesiredCapacity, last: ChangeRecord | None, look: Look
) -> tuple[int | None, ...]:
    """What the capacity is where nobody else has changed it."""
    if last is None:
        begun = (
            change_record.to_capacity
            for change_record in look.change_records
            if change_record.outcome in _MADE
        )
        start = look.current if desired.start is None else desired.start
        return start, desired.coming, *begun
    if last.outcome is Outcome.DONE:
        return (last.to_capacity,)
    return last.from_capacity, last.to_capacity


def _was_set_back(desired: DesiredCapacity, last: ChangeRecord | None, look: Look) -> bool:
    """Whether a step whose answer was lost was taken after all, and somebody has set it back."""
    if last is None or last.outcome not in (Outcome.SUPERSEDED, Outcome.UNKNOWN):
        return False
    now = settings_marks(look.pipeline, look.lever)
    pairs = list(zip(desired.marks, now, strict=False))
    return bool(pairs) and all(before != mark for before, mark in pairs)


def _undone(last: ChangeRecord | None, look: Look) -> Ended:
    """By AWS itself, where the capacity is that from before the step; else by somebody."""
    if last is None or look.current != last.from_capacity:
        return Ended(End.SUPERSEDED)
    why = type_of(look.lever, look.pipeline).why_undone(look.pipeline, look.lever, last.begun_at)
    return Ended(End.SUPERSEDED) if why is None else Ended(End.FAILED, why)
