"""What every lever was set to over a time, by the ledger's changes: pure functions."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from itertools import pairwise

from tidegate.scaling.model.bill import Held
from tidegate.scaling.model.change_record import ChangeRecord, Lever, Outcome
from tidegate.scaling.model.history import History

__all__ = ["settings_held"]


def settings_held(
    current: Mapping[Lever, int],
    change_records: Iterable[ChangeRecord],
    between: tuple[datetime, datetime],
) -> tuple[Held, ...]:
    """From each change to the next one, what was set in that part of the time; empty where the
    ledger knows of no change in it. A change that it doesn't know counts from the last one on that
    it does, as the pages draw limits."""
    start, end = between
    done = sorted(
        (
            each
            for each in change_records
            if each.outcome is Outcome.DONE and each.lever in current and each.begun_at > start
        ),
        key=lambda each: each.begun_at,
    )
    history, changed = History(tuple(done)), [each.begun_at for each in done if each.begun_at < end]
    if not done:
        return ()
    moments = (start, *changed, end)
    return tuple(
        Held(
            (until - at) / (end - start),
            {lever: history.capacity_at(lever, at, now) for lever, now in current.items()},
        )
        for at, until in pairwise(moments)
    )
