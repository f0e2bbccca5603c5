"""What a run came to: the figures that it is judged by, and the true history for reports."""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from importlib.resources import files

from tidegate.simulator.participant import Facts, Participant

__all__ = ["Figures", "MinuteTruth", "gathered", "prices"]


@cache
def prices() -> dict[str, float]:
    """List prices in US dollars from the project's dated price file."""
    text = files("tidegate.scaling.model").joinpath("prices.json").read_text(encoding="utf-8")
    return {
        key: value for key, value in json.loads(text).items() if not isinstance(value, str | list)
    }


@dataclass(frozen=True, slots=True)
class Figures:
    """Of a whole run; ``limit_violations`` counts the calls that AWS refused. ``seconds_late`` are
    those out of the objective when the wait of refused records at their producers counts too. The
    last two are those of processors that restart."""

    seconds_out_of_objective: int
    seconds_late: int
    iterator_age_max_seconds: float
    records_written: int
    records_read: int
    records_lost: int
    producer_throttles: int
    table_throttles: int
    cost_usd: float
    limit_violations: int
    seconds_down: int = 0
    records_read_again: int = 0


@dataclass(frozen=True, slots=True)
class MinuteTruth:
    """One minute as it really was.

    ``lateness_seconds`` is the oldest record's age and what a record waits at its producer.
    ``facts`` are what each kind tells of its own.
    """

    at: datetime
    iterator_age_seconds: float
    lateness_seconds: float
    facts: Facts

    def total(self, fact: str) -> float:
        """A fact of all that have it together; 0 where nobody has."""
        return sum(self.facts.get(fact, {}).values())

    @property
    def arrivals_per_second(self) -> float:
        """Records that sources took."""
        return self.total("records") / 60

    @property
    def bytes_per_second(self) -> float:
        """Their bytes."""
        return self.total("bytes") / 60


def gathered(participants: Iterable[Participant]) -> Facts:
    """The facts of everyone."""
    found: dict[str, dict[str, float]] = {}
    for participant in participants:
        for fact, values in participant.facts().items():
            found.setdefault(fact, {}).update(values)
    return found
