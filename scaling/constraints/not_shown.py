"""A lever whose newest change AWS does not show yet: the ledger knows better than a late look."""

from collections.abc import Iterator
from datetime import datetime

from tidegate.scaling.constraints import words
from tidegate.scaling.model.history import History
from tidegate.scaling.model.plan import Constraint, Prohibition
from tidegate.scaling.model.recommendation import Recommendation

__all__ = ["not_shown_constraints"]


def not_shown_constraints(
    history: History, recommendation: Recommendation, now: datetime
) -> Iterator[Constraint]:
    """No second change on a description from before the first."""
    lever = recommendation.lever
    last = history.not_shown(lever, recommendation.current, now)
    if last is not None:
        yield Prohibition(words.NOT_SHOWN(lever=lever, to=last.to_capacity, begun_at=last.begun_at))
