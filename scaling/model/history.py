"""What the ledger remembers of a pipeline, as questions that decisions ask."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from tidegate.rules.cause import LeverKind
from tidegate.scaling.model.change_record import ChangeRecord, Lever, Outcome
from tidegate.scaling.model.pause import Pause

__all__ = [
    "NEVER_MADE",
    "OVERLAP",
    "SHOWS_BY",
    "SOMEONE_ELSE",
    "History",
    "undone_words",
]

SOMEONE_ELSE = "someone-else"
"""The operation of a change that Tidegate has not made."""

DAY = timedelta(hours=24)
OVERLAP = timedelta(minutes=15)
"""How far another run may be ahead of the one that asks, which takes no longer than a function may
run (Lambda quotas). A record of a later moment was written before the clock was set back."""

NEVER_MADE = "the call never reached AWS"
"""The detail of an intention that AWS shows no trace of."""

SHOWS_BY = timedelta(seconds=60)
"""When a change that AWS has accepted shows in its descriptions at the latest."""

REMEMBER = timedelta(days=35)
_COUNTED = (Outcome.BEGUN, Outcome.DONE, Outcome.UNKNOWN)


@dataclass(frozen=True, slots=True)
class History:
    """Change records, oldest first. A call that may have reached AWS counts as one that did.
    ``others`` are the changes of someone else: they start the same cooldown, and nothing more.
    ``pauses`` are those that are kept, ended or not."""

    change_records: tuple[ChangeRecord, ...]
    others: tuple[ChangeRecord, ...] = ()
    pauses: tuple[Pause, ...] = ()

    def until(self, moment: datetime) -> "History":
        """As it was at a moment, for a dry run as of one that is past."""
        known = tuple(each for each in self.change_records if each.begun_at <= moment)
        return replace(self, change_records=known)

    def calls(self, operation: str, now: datetime) -> int:
        """Calls of an operation in the 24 hours before ``now``, and since."""
        return sum(
            change_record.operation == operation
            and change_record.outcome in _COUNTED
            and now - change_record.begun_at < DAY
            for change_record in self.change_records
        )

    def refusal_by_limit(self, operation: str, now: datetime, within: timedelta) -> str | None:
        """AWS's words when it last answered LimitExceeded in that time: what it counts is right,
        but whether calls or the account's shards, its words alone can tell."""
        told = (
            change_record.refusal
            for change_record in reversed(self.change_records)
            if change_record.operation == operation
            and change_record.refusal is not None
            and now - change_record.begun_at < within
        )
        return next(told, None)

    def last_change_record(self, lever: Lever) -> ChangeRecord | None:
        """The newest change of this lever that reached AWS, or may have."""
        counted = (
            change_record for change_record in self.change_records if change_record.lever == lever
        )
        return max(
            (change_record for change_record in counted if change_record.outcome in _COUNTED),
            key=lambda change_record: change_record.begun_at,
            default=None,
        )

    def taken_back(self, lever: Lever) -> ChangeRecord | None:
        """The raise that the newest change of this lever took back since it did not help."""
        last = self.last_change_record(lever)
        if last is None or not last.takes_back:
            return None
        earlier = (each for each in self.change_records if each.begun_at < last.begun_at)
        return replace(self, change_records=tuple(earlier)).last_change_record(lever)

    def is_undo(self, record: ChangeRecord) -> bool:
        """Whether a change is a person's, which undoes an earlier one (``tidegate revert``)."""
        return any(record.because.startswith(undone_words(each)) for each in self.change_records)

    def not_shown(self, lever: Lever, current: int, now: datetime) -> ChangeRecord | None:
        """The newest change of a lever that has ``current``, where AWS took it and does not show
        it yet."""
        last = self.last_change_record(lever)
        if last is None or last.outcome is not Outcome.DONE or last.from_capacity != current:
            return None
        is_young = -OVERLAP < now - last.begun_at < SHOWS_BY
        return last if is_young and last.to_capacity != current else None

    def changes(self, levers: tuple[Lever, ...], since: datetime) -> tuple[ChangeRecord, ...]:
        """The changes of these levers after a moment that reached AWS, or may have."""
        return tuple(
            change_record
            for change_record in self.change_records
            if change_record.lever in levers
            and change_record.outcome in _COUNTED
            and change_record.begun_at > since
        )

    def last_change(self, lever: Lever) -> datetime | None:
        """When this lever was last changed, by whomever, None where that isn't known."""
        last = self.last_change_record(lever)
        moments = [each.begun_at for each in self.others if each.lever == lever]
        return max(moments if last is None else [*moments, last.begun_at], default=None)

    def capacity_at(self, lever: Lever, moment: datetime, current: int) -> int:
        """What a lever that has ``current`` now had at an earlier moment, as far as is known."""
        later = (
            change_record.from_capacity
            for change_record in self.change_records
            if change_record.lever == lever
            and change_record.outcome in _COUNTED
            and change_record.begun_at > moment
        )
        return next(later, current)

    def tries(self, lever: Lever, current: int) -> tuple[datetime, ...]:
        """When a lever that still has ``current`` was to be changed from it, since it was last
        changed otherwise; oldest first."""
        found: list[datetime] = []
        for change_record in self.change_records:
            if change_record.lever != lever or change_record.outcome not in _COUNTED:
                continue
            found = (
                [*found, change_record.begun_at] if change_record.from_capacity == current else []
            )
        return tuple(found)

    def decreases(self, lever: Lever, now: datetime) -> int:
        """How often a lever was lowered in the 24 hours before ``now``, and since."""
        return sum(
            change_record.lever == lever
            and change_record.to_capacity < change_record.from_capacity
            and change_record.outcome in _COUNTED
            and now - change_record.begun_at < DAY
            for change_record in self.change_records
        )

    def last_change_of_any(self, but: Iterable[LeverKind] = ()) -> datetime | None:
        """When any lever was last changed, of ``but`` those kinds whose changes nothing has to
        wait for."""
        left_out = {kind.value for kind in but}
        moments = (
            change_record.begun_at
            for change_record in (*self.change_records, *self.others)
            if change_record.outcome in _COUNTED and change_record.lever.kind_word not in left_out
        )
        return max(moments, default=None)

    def open_change_records(self) -> tuple[ChangeRecord, ...]:
        """Intentions whose end was never written: a sweep died, or is still at it. Those of a
        lever, or with an end, that another version of Tidegate knows are left to that one."""
        return tuple(
            change_record
            for change_record in self.change_records
            if change_record.outcome is Outcome.BEGUN
            and change_record.ended_at is None
            and change_record.lever.is_known
        )

    def before_raises(self, lever: Lever) -> int | None:
        """What a lever was set to before Tidegate raised it, None when it isn't raised now."""
        before: int | None = None
        for change_record in self.change_records:
            if change_record.lever != lever or change_record.outcome not in _COUNTED:
                continue
            if change_record.to_capacity > change_record.from_capacity:
                before = change_record.from_capacity if before is None else before
            elif before is not None and change_record.to_capacity <= before:
                before = None
        return before


def undone_words(record: ChangeRecord) -> str:
    """By which the change records of a change's reverts are known: their reason begins so."""
    return f"{record.entry_id} is reverted: "
