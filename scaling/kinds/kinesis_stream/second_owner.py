"""Shards that someone else goes on changing: two owners undo each other's changes, and of the ten
calls of a day."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import pairwise

from tidegate.rules.cause import LeverKind
from tidegate.rules.kinds.kinesis_stream.state import Stream
from tidegate.scaling.kinds.kinesis_stream import words
from tidegate.scaling.model.change_record import ChangeRecord, Lever
from tidegate.scaling.model.history import History
from tidegate.scaling.model.plan import Prohibition

__all__ = ["second_owner"]

DAY = timedelta(hours=24)

CHANGES_OF_AN_OWNER = 2
"""By someone else in 24 hours. One is a person's, who helps out; who comes back, such as a template
that is applied again, goes on coming back."""

ONE_CHANGE = timedelta(minutes=15)
"""From one step of a change to the next: a reshard by single splits, or one that doubles twice, is
seen in several, and AWS takes minutes for each."""


def second_owner(stream: Stream, history: History, now: datetime) -> Iterator[Prohibition]:
    """No change for as long as the last 24 hours know so many of someone else."""
    shards = Lever.of(LeverKind.SHARD_COUNT, stream.name)
    steps = [each for each in history.others if each.lever == shards and now - each.begun_at < DAY]
    made = [*steps[:1], *(step for before, step in pairwise(steps) if not _goes_on(before, step))]
    if len(made) < CHANGES_OF_AN_OWNER:
        return
    *_, last = steps
    yield Prohibition(
        words.SECOND_OWNER(
            name=stream.name,
            changes=len(made),
            before=last.from_capacity,
            after=last.to_capacity,
            at=last.begun_at,
            until=made[-CHANGES_OF_AN_OWNER].begun_at + DAY,
        )
    )


def _goes_on(before: ChangeRecord, step: ChangeRecord) -> bool:
    """Whether a step belongs to the change of the one before: it goes on from where that one led,
    to where that one went. A step back, or from a count that Tidegate has set since, is a change
    of its own, however soon it comes."""
    is_soon = step.begun_at - before.begun_at <= ONE_CHANGE
    return (
        is_soon
        and step.from_capacity == before.to_capacity
        and _is_raise(step) == _is_raise(before)
    )


def _is_raise(step: ChangeRecord) -> bool:
    return step.to_capacity > step.from_capacity
