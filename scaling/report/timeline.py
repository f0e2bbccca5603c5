"""What happened to a pipeline, told from the ledger: pure functions."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from enum import Enum

from tidegate.rules.cause import Cause
from tidegate.scaling.model.change_record import Entry, Outcome
from tidegate.scaling.model.snapshot import Sighting

__all__ = ["Event", "Kind", "story"]

_WELL = (Cause.HEALTHY, Cause.OVERSIZED)


class Kind(Enum):
    """What an event is, in the words of ``tidegate sweep``."""

    FOUND = "found"
    ENDED = "ended"
    ADVISED = "advised"
    HELD = "held"
    CHANGED = "changed"
    BEGUN = "begun"
    REFUSED = "refused"
    DROPPED = "dropped"
    HEALTH = "health"
    UNREACHED = "unreached"


@dataclass(frozen=True, slots=True)
class Event:
    """One thing that happened; ``entry`` is the ledger's, for events that are about one."""

    at: datetime
    pipeline: str
    kind: Kind
    words: str
    entry: Entry | None = None


def story(
    sightings: Iterable[Sighting], entries: Iterable[Entry], before: Sighting | None = None
) -> tuple[Event, ...]:
    """The events in order. ``before`` is the sighting that was in force when the time asked for
    began: what it saw is told with its own, earlier moment."""
    told: list[Event] = []
    past = _Past()
    for sighting in (*(() if before is None else (before,)), *sightings):
        told += _seen(sighting, past)
        past = past.then(sighting)
    told += (_done(entry) for entry in entries)
    return tuple(sorted(told, key=lambda event: event.at))


@dataclass(frozen=True, slots=True)
class _Past:
    """What was seen before: the newest sighting that saw something, and the state since when."""

    seen: Sighting | None = None
    state: str | None = None
    since: datetime | None = None

    def then(self, now: Sighting) -> "_Past":
        state = _state(now)
        since = self.since if state == self.state else now.at
        return _Past(self.seen if now.unreached else now, state, since)

    @property
    def causes(self) -> dict[tuple[Cause, str], None]:
        return {} if self.seen is None else dict.fromkeys(_causes(self.seen))

    @property
    def held(self) -> set[tuple[object, ...]]:
        return set() if self.seen is None else {each.gist for each in self.seen.held}


def _state(sighting: Sighting) -> str:
    return "not reached" if sighting.unreached else sighting.health.value


def _causes(sighting: Sighting) -> Iterator[tuple[Cause, str]]:
    for each in sighting.diagnoses:
        if each.cause not in _WELL:
            yield each.cause, each.where


def _seen(now: Sighting, past: _Past) -> Iterator[Event]:
    for kind, words in _news(now, past):
        yield Event(now.at, now.pipeline, kind, words)
    if _state(now) != past.state:
        yield Event(now.at, now.pipeline, Kind.HEALTH, _state_words(now, past))


def _news(now: Sighting, past: _Past) -> Iterator[tuple[Kind, str]]:
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


def _state_words(now: Sighting, past: _Past) -> str:
    if past.since is None:
        return _state(now)
    minutes = (now.at - past.since).total_seconds() / 60
    return f"{_state(now)}, after {minutes:,.0f} min {past.state}"


_ENDS = {
    Outcome.DONE: Kind.CHANGED,
    Outcome.FAILED: Kind.REFUSED,
    Outcome.SUPERSEDED: Kind.DROPPED,
    Outcome.BEGUN: Kind.BEGUN,
}


def _done(entry: Entry) -> Event:
    change = f"{entry.lever}: {entry.from_capacity:,} -> {entry.to_capacity:,}"
    detail = "" if entry.detail is None else f" ({entry.detail})"
    kind = _ENDS[entry.outcome]
    return Event(
        entry.begun_at,
        entry.pipeline,
        kind,
        f"{change}; {entry.because}{detail}",
        entry,
    )
