"""What the ledger remembers of a pipeline, as questions that decisions ask."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from tidegate.rules.cause import LeverKind
from tidegate.scaling.model.change_record import Entry, Lever, Outcome

__all__ = [
    "SPLIT_SHARD",
    "UPDATE_APPLICATION",
    "UPDATE_SHARD_COUNT",
    "History",
]

SPLIT_SHARD = "kinesis:SplitShard"
UPDATE_SHARD_COUNT = "kinesis:UpdateShardCount"
UPDATE_APPLICATION = "kinesisanalytics:UpdateApplication"
DAY = timedelta(hours=24)
OVERLAP = timedelta(minutes=15)
"""How far another hand may be ahead of the look that asks, which takes no longer than a function
may run (Lambda quotas). Later entries are unknown to a dry run as of a moment that is past."""

REMEMBER = timedelta(days=35)
_COUNTED = (Outcome.BEGUN, Outcome.DONE)


@dataclass(frozen=True, slots=True)
class History:
    """Ledger entries, oldest first. A call that may have reached AWS counts as one that did."""

    entries: tuple[Entry, ...]

    def shard_count_updates(self, now: datetime) -> int:
        """UpdateShardCount calls in the 24 hours before ``now``, and since."""
        return sum(
            entry.operation == UPDATE_SHARD_COUNT
            and entry.outcome in _COUNTED
            and -OVERLAP < now - entry.begun_at < DAY
            for entry in self.entries
        )

    def refusal_by_limit(self, operation: str, now: datetime, within: timedelta) -> str | None:
        """AWS's words when it last answered LimitExceeded in that time: what it counts is right,
        but whether calls or the account's shards, its words alone can tell."""
        told = (
            entry.refusal
            for entry in reversed(self.entries)
            if entry.operation == operation
            and entry.refusal is not None
            and -OVERLAP < now - entry.begun_at < within
        )
        return next(told, None)

    def last_entry(self, lever: Lever) -> Entry | None:
        """The newest change of this lever that reached AWS, or may have."""
        counted = (entry for entry in self.entries if entry.lever == lever)
        return max(
            (entry for entry in counted if entry.outcome in _COUNTED),
            key=lambda entry: entry.begun_at,
            default=None,
        )

    def changes(self, levers: tuple[Lever, ...], since: datetime) -> tuple[Entry, ...]:
        """The changes of these levers after a moment that reached AWS, or may have."""
        return tuple(
            entry
            for entry in self.entries
            if entry.lever in levers and entry.outcome in _COUNTED and entry.begun_at > since
        )

    def last_change(self, lever: Lever) -> datetime | None:
        """When this lever was last changed, None where the ledger doesn't know."""
        last = self.last_entry(lever)
        return None if last is None else last.begun_at

    def capacity_at(self, lever: Lever, moment: datetime, current: int) -> int:
        """What a lever that has ``current`` now had at an earlier moment, as far as is known."""
        later = (
            entry.from_capacity
            for entry in self.entries
            if entry.lever == lever and entry.outcome in _COUNTED and entry.begun_at > moment
        )
        return next(later, current)

    def tries(self, lever: Lever, current: int) -> tuple[datetime, ...]:
        """When a lever that still has ``current`` was to be changed from it, since it was last
        changed otherwise; oldest first."""
        found: list[datetime] = []
        for entry in self.entries:
            if entry.lever != lever or entry.outcome not in _COUNTED:
                continue
            found = [*found, entry.begun_at] if entry.from_capacity == current else []
        return tuple(found)

    def decreases(self, lever: Lever, now: datetime) -> int:
        """How often a lever was lowered in the 24 hours before ``now``, and since."""
        return sum(
            entry.lever == lever
            and entry.to_capacity < entry.from_capacity
            and entry.outcome in _COUNTED
            and -OVERLAP < now - entry.begun_at < DAY
            for entry in self.entries
        )

    def last_change_of_any(self) -> datetime | None:
        """When any lever was last changed; a batching window changes no capacity, so that nothing
        has to be waited for."""
        moments = (
            entry.begun_at
            for entry in self.entries
            if entry.outcome in _COUNTED
            and entry.lever.kind_word != LeverKind.BATCHING_WINDOW.value
        )
        return max(moments, default=None)

    def open_entries(self) -> tuple[Entry, ...]:
        """Intentions whose end was never written: a sweep died, or is still at it. Those of a
        lever, or with an end, that another version of Tidegate knows are left to that one."""
        return tuple(
            entry
            for entry in self.entries
            if entry.outcome is Outcome.BEGUN and entry.ended_at is None and entry.lever.is_known
        )

    def retention_before_first_aid(self, stream: str) -> int | None:
        """The retention in hours before Tidegate raised it, None when it isn't raised now."""
        before: int | None = None
        lever = Lever.of(LeverKind.RETENTION_HOURS, stream)
        for entry in self.entries:
            if entry.lever != lever or entry.outcome not in _COUNTED:
                continue
            if entry.to_capacity > entry.from_capacity:
                before = entry.from_capacity if before is None else before
            elif before is not None and entry.to_capacity <= before:
                before = None
        return before
