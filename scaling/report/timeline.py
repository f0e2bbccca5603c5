"""The event timeline of a pipeline, from the ledger: pure functions."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from enum import Enum

from tidegate.rules.cause import Cause
from tidegate.scaling.model.change_record import ChangeRecord, Outcome
from tidegate.scaling.model.snapshot import StatusSnapshot

__all__ = ["Event", "Kind", "event_timeline"]

_WELL = (Cause.HEALTHY, Cause.OVERSIZED)


class Kind(Enum):
    """What an event is, in the words of ``tidegate sweep``."""

    FOUND = "found"
    ENDED = "ended"
    ADVISED = "advised"
    HELD = "held"
    CHANGED = "changed"
    BEGUN = "begun"
    UNKNOWN = "unknown"
    REFUSED = "refused"
    DROPPED = "dropped"
    HEALTH = "health"
    UNREACHED = "unreached"


@dataclass(frozen=True, slots=True)
class Event:
    """One thing that happened; ``change_record`` is the ledger's, for events that are about one."""

    at: datetime
    pipeline: str
    kind: Kind
    words: str
    change_record: ChangeRecord | None = None


def event_timeline(
    snapshots: Iterable[StatusSnapshot],
    change_records: Iterable[ChangeRecord],
    before: StatusSnapshot | None = None,
) -> tuple[Event, ...]:
    """The events in order. ``before`` is the newest snapshot from before the time asked for: its
    events keep their own, earlier moment."""
    told: list[Event] = []
    past = _Past()
    for snapshot in (*(() if before is None else (before,)), *snapshots):
        told += _seen(snapshot, past)
        past = past.then(snapshot)
    told += (_done(change_record) for change_record in change_records)
    return tuple(sorted(told, key=lambda event: event.at))


@dataclass(frozen=True, slots=True)
class _Past:
    """What was seen before: the newest snapshot of a sweep that reached the pipeline, and the state
    since when."""

    seen: StatusSnapshot | None = None
    state: str | None = None
    since: datetime | None = None

    def then(self, now: StatusSnapshot) -> "_Past":
        state = _state(now)
        since = self.since if state == self.state else now.at
        return _Past(self.seen if now.unreached else now, state, since)

    @property
    def causes(self) -> dict[tuple[Cause, str], None]:
        return {} if self.seen is None else dict.fromkeys(_causes(self.seen))

    @property
    def held(self) -> set[tuple[object, ...]]:
        return set() if self.seen is None else {each.gist for each in self.seen.held}


def _state(snapshot: StatusSnapshot) -> str:
    return "not reached" if snapshot.unreached else snapshot.health.value


def _causes(snapshot: StatusSnapshot) -> Iterator[tuple[Cause, str]]:
    for each in snapshot.diagnoses:
        if each.cause not in _WELL:
            yield each.cause, each.where


def _seen(now: StatusSnapshot, past: _Past) -> Iterator[Event]:
    for kind, words in _news(now, past):
        yield Event(now.at, now.pipeline, kind, words)
    if _state(now) != past.state:
        yield Event(now.at, now.pipeline, Kind.HEALTH, _state_words(now, past))


def _news(now: StatusSnapshot, past: _Past) -> Iterator[tuple[Kind, str]]:
    if now.unreached is not None:
        yield Kind.UNREACHED, now.unreached
        return
    for each in now.diagnoses:
        if each.cause not in _WELL and (each.cause, each.where) not in past.causes:
            yield Kind.FOUND, f"{each.cause.value} at {each.where}: {each.because}"
            if each.advice:
                yield Kind.ADVISED, f"{each.where}: {each.advice}"
    for held in now.held:
        if held.gist not in past.held:
            yield Kind.HELD, held.words
    present = set(_causes(now))
    for cause, where in past.causes:
        if (cause, where) not in present:
            yield Kind.ENDED, f"{cause.value} at {where}"


def _state_words(now: StatusSnapshot, past: _Past) -> str:
    if past.since is None:
        return _state(now)
    minutes = (now.at - past.since).total_seconds() / 60
    return f"{_state(now)}, after {minutes:,.0f} min {past.state}"


_ENDS = {
    Outcome.DONE: Kind.CHANGED,
    Outcome.FAILED: Kind.REFUSED,
    Outcome.SUPERSEDED: Kind.DROPPED,
    Outcome.BEGUN: Kind.BEGUN,
    Outcome.UNKNOWN: Kind.UNKNOWN,
}


def _done(change_record: ChangeRecord) -> Event:
    change = change_record.lever.change(change_record.from_capacity, change_record.to_capacity)
    detail = "" if change_record.detail is None else f" ({change_record.detail})"
    kind = _ENDS[change_record.outcome]
    return Event(
        change_record.begun_at,
        change_record.pipeline,
        kind,
        f"{change}: {change_record.because}{detail}",
        change_record,
    )
