"""What a limit was at each moment that a graph shows, by the ledger's changes: pure functions."""

from collections.abc import Sequence
from datetime import datetime

from tidegate.scaling.model.change_record import ChangeRecord, Lever, Outcome
from tidegate.scaling.model.dashboard_row import Limit

__all__ = ["limit_steps"]


def limit_steps(
    limit: Limit, change_records: Sequence[ChangeRecord], start: datetime, end: datetime
) -> tuple[tuple[datetime, float], ...]:
    """The limit from each moment on, the last one as it is now. A change that the ledger doesn't
    know counts from the last one on that it does."""
    done = sorted(
        (
            each
            for each in change_records
            if each.outcome is Outcome.DONE and start < each.begun_at < end
        ),
        key=lambda each: each.begun_at,
    )
    of_limit = [each for each in done if each.lever in dict(limit.proportional_to)]
    moments = (start, *(each.begun_at for each in of_limit))
    return tuple((at, _value(limit, of_limit, at)) for at in moments)


def _value(limit: Limit, done: Sequence[ChangeRecord], at: datetime) -> float:
    value = limit.value
    for lever, now in limit.proportional_to:
        value *= _capacity(lever, now, done, at) / now
    return value


def _capacity(lever: Lever, now: int, done: Sequence[ChangeRecord], at: datetime) -> int:
    """What the lever was set to until its next change."""
    later = (each.from_capacity for each in done if each.lever == lever and each.begun_at > at)
    return next(later, now)
