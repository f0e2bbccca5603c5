"""Whether an intention may still be carried out, asked just before the call."""

from collections.abc import Callable
from datetime import datetime, timedelta

from tidegate.scaling.model.change_record import ChangeRecord
from tidegate.scaling.ports import Ledger

__all__ = ["CALL_WITHIN", "FRESH", "is_recent", "why_not_called"]

FRESH = timedelta(seconds=1)
"""As old as a description may be that a call is made on."""

CALL_WITHIN = timedelta(seconds=20)
"""Of the intention: a call takes at most 13 s more (``PATIENT``, once), the look that UpdateTable
needs before it as long, and all is over when another run may take it as never made (``ABANDONED``).
A process may be suspended in between."""


def is_recent(then: datetime, now: datetime, limit: timedelta) -> bool:
    """Whether no more than ``limit`` has passed. Where the clock was set back in between, nobody
    knows how much has."""
    return timedelta(0) <= now - then <= limit


def why_not_called(
    begun: tuple[ChangeRecord, ...], ledger: Ledger, clock: Callable[[], datetime]
) -> tuple[str, str] | None:
    """Which refusal and which detail, where the intentions of a call are no longer to be carried
    out: this process was suspended, or another run has settled one of them, whose clock is ahead
    of this one's by more than ``ABANDONED``."""
    open_ = ledger.open_change_records({each.lever for each in begun})
    if not is_recent(begun[0].begun_at, clock(), CALL_WITHIN):
        detail = "this process was suspended after the intention was written; AWS was not called"
        return "suspended", detail
    if not {each.entry_id for each in begun} <= {each.entry_id for each in open_}:
        detail = (
            "another run took the intention as never carried out, since the two clocks differ by "
            "a minute or more; AWS was not called"
        )
        return "changed-since", detail
    return None
