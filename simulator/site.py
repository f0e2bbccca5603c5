"""What the participants of one world share: its clock, its chance, CloudWatch, and each other."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from random import Random
from typing import TypeVar

from tidegate.simulator.clock import at_second
from tidegate.simulator.manners import Pending, Refusal
from tidegate.simulator.participant import Call, Participant, Sink, Source
from tidegate.simulator.publisher import Publisher
from tidegate.simulator.scenario import Scenario

__all__ = ["Objective", "Site"]

T = TypeVar("T")


@dataclass(slots=True)
class Objective:
    """How old records get, at the worst of all readers of the pipeline.

    A record's lateness is its age and what it has waited at its producer, which no metric of AWS
    shows.
    """

    most_seconds: float
    seconds_out: int = 0
    seconds_late: int = 0
    age_most: float = 0.0
    minute_age: float = 0.0
    minute_lateness: float = 0.0
    _age: float = 0.0
    _lateness: float = 0.0

    def note(self, age: float, held_seconds: float) -> None:
        """A reader's second: its oldest record's age, and what one put now waits at its
        producer."""
        if age > self._age:
            self._age = age
        if age + held_seconds > self._lateness:
            self._lateness = age + held_seconds

    def end_second(self) -> None:
        """Everyone has noted theirs."""
        age, lateness = self._age, self._lateness
        self.seconds_out += age > self.most_seconds
        self.seconds_late += lateness > self.most_seconds
        if age > self.minute_age:
            self.minute_age = age
            self.age_most = max(self.age_most, age)
        if lateness > self.minute_lateness:
            self.minute_lateness = lateness
        self._age = self._lateness = 0.0

    def end_minute(self) -> None:
        """The next minute begins."""
        self.minute_age = self.minute_lateness = 0.0


@dataclass(slots=True)
class Site:
    """``violations`` counts the calls that AWS has refused, but for those of foreign hands.
    ``calls`` are AWS's operations, as whoever has a client may ask for them."""

    scenario: Scenario
    seed: int
    publisher: Publisher
    random: Random
    objective: Objective
    pending: Pending = field(default_factory=Pending)
    second: int = 0
    violations: int = 0
    participants: list[Participant] = field(default_factory=list)
    sources: dict[str, Source] = field(default_factory=dict)
    sinks: dict[str, Sink] = field(default_factory=dict)
    calls: dict[str, Call] = field(default_factory=dict)

    @property
    def now(self) -> datetime:
        """The world's clock."""
        return at_second(self.second)

    def all(self, kind: type[T]) -> Iterator[T]:
        """Every participant of a type, in order."""
        return (each for each in self.participants if isinstance(each, kind))

    def named(self, kind: type[T], name: str) -> T | None:
        """The participant of a type that AWS calls so, None where there is none."""
        for each in self.participants:
            if isinstance(each, kind) and each.name == name:
                return each
        return None

    def source(self, name: str) -> Source:
        """What a reader names, or the only source where it names none."""
        return _named(self.sources, name, "source")

    def sinks_of(self, names: tuple[str, ...] | None) -> list[Sink]:
        """What a processor names, or every sink that takes nothing but what it is written."""
        if names is None:
            sources = [id(source) for source in self.sources.values()]
            return [sink for sink in self.sinks.values() if id(sink) not in sources]
        return [_named(self.sinks, name, "sink") for name in names]

    def refusable(self, check: Callable[[], None]) -> None:
        """Ask AWS's limits before a change; what they refuse is counted. Raises Refusal."""
        try:
            check()
        except Refusal:
            self.violations += 1
            raise

    def by_others(self, call: Callable[[], object]) -> bool:
        """A call that isn't the pipeline's, and whether AWS took it: a refusal is not counted."""
        before = self.violations
        try:
            call()
        except Refusal:
            self.violations = before
            return False
        return True


def _named(found: dict[str, T], name: str, what: str) -> T:
    if not name and len(found) == 1:
        return next(iter(found.values()))
    if name not in found:
        raise LookupError(f"there is no {what} {name!r}; there are {', '.join(found) or 'none'}")
    return found[name]
