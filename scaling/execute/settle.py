"""What became of intentions that are still open, by what AWS shows."""

from datetime import datetime, timedelta

from tidegate.rules.graph import Pipeline
from tidegate.scaling.config.levers import all_settings
from tidegate.scaling.kinds.resource_state import is_changing, settings_marks
from tidegate.scaling.model.change_record import ChangeRecord, Lever, Outcome
from tidegate.scaling.model.history import DAY, NEVER_MADE, OVERLAP, History
from tidegate.scaling.ports import Ledger

__all__ = ["ABANDONED", "SHOWS_AFTER", "may_not_show", "settle", "settled"]

ABANDONED = timedelta(seconds=60)
"""By then the call of a run was made or never will be: its lease has passed."""

SHOWS_AFTER = timedelta(seconds=10)
"""Descriptions lag a few seconds behind a change that AWS has accepted (DescribeTable, API
reference)."""


def settle(
    history: History,
    pipeline: Pipeline,
    ledger: Ledger,
    looked_at: datetime,
    after: timedelta = ABANDONED,
) -> bool:
    """Close the intentions that a run left open when it died, or when the answer to its call was
    lost; whether there were any. ``looked_at`` is the moment before the pipeline was described.
    Who has the lease of the resource needn't wait for another run's call: ``SHOWS_AFTER`` is
    enough. One that was taken as never made, and that AWS shows now, was made."""
    closed = False
    concluded = _taken_as_never_made(history, looked_at)
    for change_record in (*history.open_change_records(), *concluded):
        found = settled(change_record, pipeline, looked_at, after)
        if found is not None and (change_record not in concluded or found[0] is Outcome.DONE):
            ledger.complete(change_record.entry_id, found[0], looked_at, found[1])
            closed = True
    return closed


def _taken_as_never_made(history: History, now: datetime) -> tuple[ChangeRecord, ...]:
    """The newest change record of each lever, where another run has concluded lately that its call
    never reached AWS: by a clock that was ahead, and a description that lagged behind."""
    newest = {each.lever: each for each in history.change_records}
    return tuple(
        each
        for each in newest.values()
        if (each.outcome, each.detail) == (Outcome.SUPERSEDED, NEVER_MADE)
        and now - each.begun_at <= OVERLAP
        and not _was_made_instead(each, history)
    )


def _was_made_instead(concluded: ChangeRecord, history: History) -> bool:
    """Whether another change to the same capacity was made about then: what AWS shows is that
    one's. It is older by its moment where the clock was set back in between."""
    others = history.changes((concluded.lever,), concluded.begun_at - OVERLAP)
    return any(each.to_capacity == concluded.to_capacity for each in others)


def settled(
    change_record: ChangeRecord, pipeline: Pipeline, looked_at: datetime, after: timedelta
) -> tuple[Outcome, str] | None:
    """How an open intention ended and how that is known, None while it may still be under way.

    Where the lever has neither the capacity of before nor the one that was asked for, or was set
    and set back, someone else has changed it too: whether the call was taken stays unknown. So it
    does where the lever can't be seen, once no budget counts the call any longer.
    """
    lever = change_record.lever
    capacity = all_settings(pipeline).get(lever)
    age = looked_at - change_record.begun_at
    # One of the future is from before the clock was set back, and no younger than that.
    if capacity is None:
        words = "AWS did not show the lever for a day after the call"
        return (Outcome.UNKNOWN, words) if age >= DAY else None
    if capacity == change_record.to_capacity:
        return Outcome.DONE, "AWS shows the new capacity"
    if -OVERLAP < age < after or is_changing(pipeline, lever):
        return None
    if capacity != change_record.from_capacity:
        words = f"AWS shows {capacity:,}, which this change did not ask for"
        return Outcome.UNKNOWN, words
    if _was_set(change_record.marks, settings_marks(pipeline, lever)):
        return Outcome.UNKNOWN, "the lever was set since, and has the capacity of before"
    return Outcome.SUPERSEDED, NEVER_MADE


def may_not_show(lever: Lever, capacity: int, ledger: Ledger, now: datetime) -> bool:
    """Whether AWS has accepted a change of the lever a moment ago and still shows the capacity of
    before."""
    newest = ledger.change_records_of(lever, now - SHOWS_AFTER)[-1:]
    return any(
        each.outcome is Outcome.DONE and each.from_capacity == capacity != each.to_capacity
        for each in newest
    )


def _was_set(before: tuple[str, ...], now: tuple[str, ...]) -> bool:
    """Whether all of what AWS shows of when a lever was last set has changed."""
    pairs = list(zip(before, now, strict=False))
    return bool(pairs) and all(then != mark for then, mark in pairs)
