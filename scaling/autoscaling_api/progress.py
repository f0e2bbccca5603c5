"""How far a desired capacity is, from the ledger and one look at its resource alone. What holds its
next step is for PATCH and the sweep to find: they keep a failure with it."""

from dataclasses import dataclass
from datetime import datetime

from tidegate.rules.graph import Pipeline
from tidegate.rules.reason import Reason
from tidegate.scaling.autoscaling_api.contract import Asked, ScalingStatus
from tidegate.scaling.autoscaling_api.desired_capacity import (
    EXPIRES_AFTER,
    SHOWS_AFTER,
    End,
    Look,
    end_of,
    steps_of,
)
from tidegate.scaling.config.levers import capacities_like
from tidegate.scaling.kinds.resource_state import identity, is_passing
from tidegate.scaling.model.change_record import ChangeRecord, DesiredCapacity, Outcome

__all__ = ["Progress", "has_begun", "is_refused", "look_of", "progress_of"]


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a desired capacity is, and why it failed where it has, or what it waits for where it
    hasn't begun; ``settles_at`` is the capacity once the last step shows, None where none was
    looked for."""

    desired: int
    status: ScalingStatus
    failure: str | None = None
    settles_at: int | None = None
    waits_for: Reason | None = None

    @property
    def answer(self) -> tuple[int, ScalingStatus, str | None, Reason | None]:
        """What an answer has of it, in its order."""
        return self.desired, self.status, self.failure, self.waits_for


def look_of(asked: Asked, pipeline: Pipeline, since: datetime) -> Look:
    """The lever as the pipeline shows it, with its change records from SHOWS_AFTER before
    ``since``."""
    lever = asked.dimension.lever
    change_records = asked.edges.ledger.change_records_of(lever, since - SHOWS_AFTER)
    return Look(pipeline, lever, capacities_like(pipeline, lever)[lever], change_records, asked.now)


def progress_of(desired: DesiredCapacity, asked: Asked, pipeline: Pipeline) -> Progress | None:
    """How far it is, None where it has ended well or another's change ended it. Only reads."""
    wanted, lever = desired.capacity, asked.dimension.lever
    # Three answers need no change records, and a call of AWS less: they are most of a poll's.
    is_kept = asked.now - desired.at < EXPIRES_AFTER
    if is_kept and desired.resource == identity(pipeline, lever):
        current = capacities_like(pipeline, lever)[lever]
        if desired.failure is not None and current == desired.start:
            return Progress(wanted, ScalingStatus.FAILED, desired.failure)
        if desired.failure is None and is_passing(pipeline, lever):
            return Progress(wanted, ScalingStatus.IN_PROGRESS)
        if desired.failure is None and current == wanted and desired.coming in (None, wanted):
            return None
    look = look_of(asked, pipeline, desired.at)
    ended = end_of(desired, look)
    if ended is None:
        status = ScalingStatus.IN_PROGRESS if has_begun(desired, look) else ScalingStatus.PENDING
        return Progress(wanted, status)
    if ended.how is End.FAILED:
        return Progress(wanted, ScalingStatus.FAILED, ended.failure)
    return None


def has_begun(desired: DesiredCapacity, look: Look) -> bool:
    """Whether a step towards it was taken: where two callers' clocks differ, one towards another
    may seem to be later. A desired capacity that is there already waits for an earlier change to
    end."""
    steps = [each for each in steps_of(desired, look) if _is_towards(each, desired.capacity)]
    if steps and not is_refused(steps[-1]):
        return True
    return desired.capacity == look.current or any(
        change_record.outcome is Outcome.DONE for change_record in steps
    )


def _is_towards(step: ChangeRecord, capacity: int) -> bool:
    raises, wants_more = step.to_capacity > step.from_capacity, capacity > step.from_capacity
    return raises is wants_more


def is_refused(change_record: ChangeRecord) -> bool:
    """Whether AWS refused it for good."""
    return change_record.outcome is Outcome.FAILED and not change_record.was_throttled
