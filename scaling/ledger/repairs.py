"""What people have put right in the ledger by hand, and why."""

import json
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime

from tidegate.scaling.ledger.export import HOME
from tidegate.scaling.model.change_record import ChangeRecord, Outcome, moment_in
from tidegate.scaling.model.pause import Pause
from tidegate.scaling.ports import Ledger

__all__ = ["Repair", "move_home", "note_resumed", "repairs", "settle_by_hand", "unlock"]

NOTE = "repairs"
KEPT = 100
"""Repairs that are kept, the newest: a note has to stay small."""


@dataclass(frozen=True, slots=True)
class Repair:
    """One thing that a person has put right."""

    at: datetime
    what: str
    reason: str


def settle_by_hand(
    change_record: ChangeRecord, outcome: Outcome, ledger: Ledger, now: datetime, reason: str
) -> None:
    """Close an open intention as a person knows that it ended."""
    ledger.complete(change_record.entry_id, outcome, now, f"settled by hand: {reason}")
    what = f"settled {change_record.entry_id} as {outcome.value}"
    _write(Repair(now, what, reason), ledger)


def unlock(resource: str, holder: str, ledger: Ledger, now: datetime, reason: str) -> None:
    """Take a lease off its holder."""
    ledger.release(resource, holder)
    _write(Repair(now, f"unlocked {resource}, which {holder} had locked", reason), ledger)


def move_home(home: str, ledger: Ledger, now: datetime, reason: str) -> None:
    """Make a file the ledger of another account and region."""
    before = ledger.kept(HOME) or "none"
    ledger.keep(HOME, home)
    _write(Repair(now, f"made it the ledger of {home}; before: {before}", reason), ledger)


def note_resumed(pause: Pause, ledger: Ledger, now: datetime) -> None:
    """Write down that a pause was ended, for the reason that it has."""
    _write(Repair(now, f"resumed {pause.of}", pause.reason), ledger)


def repairs(ledger: Ledger) -> tuple[Repair, ...]:
    """Oldest first; what can't be read is left out."""
    found: list[Repair] = []
    with suppress(TypeError, ValueError):
        for each in json.loads(ledger.kept(NOTE) or "[]"):
            with suppress(KeyError, TypeError, ValueError):
                found.append(Repair(moment_in(each["at"]), each["what"], each["reason"]))
    return tuple(found)


def _write(repair: Repair, ledger: Ledger) -> None:
    known = (*repairs(ledger), repair)[-KEPT:]
    told = [{"at": each.at.isoformat(), "what": each.what, "reason": each.reason} for each in known]
    ledger.keep(NOTE, json.dumps(told))
