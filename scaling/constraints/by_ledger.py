"""What the ledger knows that keeps a lever where it is: a pause, and changes under way."""

from collections.abc import Iterator
from datetime import datetime

from tidegate.rules.reason import Reason
from tidegate.scaling.config.levers import resource_of
from tidegate.scaling.constraints import words
from tidegate.scaling.model.change_record import ChangeRecord
from tidegate.scaling.model.history import SHOWS_BY, History
from tidegate.scaling.model.pause import pausing
from tidegate.scaling.model.plan import Constraint, Prohibition
from tidegate.scaling.model.recommendation import Recommendation

__all__ = ["ledger_constraints"]


def ledger_constraints(
    history: History, recommendation: Recommendation, pipeline: str, now: datetime
) -> Iterator[Constraint]:
    """A pause; an intention that is open; and a change that AWS took and does not show yet, since
    a description from before it would have it made twice."""
    lever = recommendation.lever
    pause = pausing(history.pauses, lever, resource_of(lever), pipeline, now)
    if pause is not None:
        yield Prohibition(words.PAUSED(of=pause.of, until=pause.until, reason=pause.reason))
    for pending in history.open_change_records():
        if pending.lever == lever:
            yield Prohibition(words.CHANGE_PENDING(lever=lever, begun_at=pending.begun_at))
    last = history.not_shown(lever, recommendation.current, now)
    if last is not None:
        yield Prohibition(_why_not_again(history, last))


def _why_not_again(history: History, last: ChangeRecord) -> Reason:
    """That a change does not show; or, where someone else has set the lever since, that it is not
    changed back and forth."""
    theirs = [each for each in history.others if each.lever == last.lever]
    if theirs and theirs[-1].begun_at >= last.begun_at:
        return words.SET_BACK(
            lever=last.lever,
            to=last.to_capacity,
            after=theirs[-1].to_capacity,
            until=last.begun_at + SHOWS_BY,
        )
    return words.NOT_SHOWN(lever=last.lever, to=last.to_capacity, begun_at=last.begun_at)
