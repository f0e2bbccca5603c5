"""Shards that someone else goes on changing: two owners undo each other's changes, and of the ten
calls of a day."""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from itertools import pairwise

from tidegate.rules.cause import LeverKind
from tidegate.rules.kinds.kinesis_stream.state import Stream
from tidegate.scaling.kinds.kinesis_stream import words
from tidegate.scaling.model.change_record import ChangeRecord, Lever
from tidegate.scaling.model.history import History
from tidegate.scaling.model.in_file import InFile
from tidegate.scaling.model.plan import Prohibition

__all__ = ["has_second_owner", "second_owner", "second_owner_told"]

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
    known = [each for each in history.others if each.lever == shards]
    steps = [each for each in known if now - each.begun_at < DAY]
    made = _changes(steps)
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
            since=_owned_since(_changes(known)),
            until=made[-CHANGES_OF_AN_OWNER].begun_at + DAY,
        )
    )


def has_second_owner(stream: Stream, history: History, said: InFile, now: datetime) -> bool:
    """Whether the file gives the shards an owner, and someone else changes them as well."""
    bounds = said.bounds(Lever.of(LeverKind.SHARD_COUNT, stream.name))
    is_owned = bounds is not None and bounds.owner is not None
    return is_owned and any(second_owner(stream, history, now))


def second_owner_told(
    stream: Stream, history: History, said: InFile, now: datetime
) -> Iterator[str]:
    """That the shards have two owners, whether or not a change of them is held back: the same
    sentence until someone changes them again."""
    if has_second_owner(stream, history, said, now):
        yield from (str(each.reason) for each in second_owner(stream, history, now))


def _changes(steps: Sequence[ChangeRecord]) -> list[ChangeRecord]:
    """The first step of each change."""
    return [*steps[:1], *(step for before, step in pairwise(steps) if not _goes_on(before, step))]


def _owned_since(made: Sequence[ChangeRecord]) -> datetime:
    """The moment of the change from which on there were always so many in a day."""
    since = made[-1].begun_at
    for before, change in reversed(list(pairwise(made))):
        if change.begun_at - before.begun_at >= DAY:
            break
        since = change.begun_at
    return since


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
