"""What became of a source's records at each reader, and what shows that a reader is well."""

from dataclasses import dataclass
from enum import Enum

from tidegate.rules.reason import Reason

__all__ = ["Flow", "Grade", "ReaderHealth"]


class Grade(Enum):
    """How well it is shown that a reader does its work.

    COUNTED: its own counts account for every record. INFERRED: it works, and rates and ages agree
    with that. IDLE: nothing comes in, and it is in order.
    """

    COUNTED = "counted"
    INFERRED = "inferred"
    IDLE = "idle"


@dataclass(frozen=True, slots=True)
class Flow:
    """Records of the newest ``seconds``, None where no metric tells them.

    ``incoming`` is what each reader gets of the source. Of what was ``read`` a filter left some
    out; of the rest some ``succeeded``, and some were ``discarded`` for good; ``failed`` are
    attempts that are made again. ``written_units`` is what those sinks took that the file names.
    With ``failed_is_inferred`` it is invocations that failed, times the records of a usual batch.
    """

    seconds: int
    incoming: float | None = None
    read: float | None = None
    filtered_out: float | None = None
    succeeded: float | None = None
    failed: float | None = None
    discarded: float | None = None
    written_units: float | None = None
    failed_is_inferred: bool = False


@dataclass(frozen=True, slots=True)
class ReaderHealth:
    """What shows that a reader does its work; without a ``grade`` the evidence says what is
    missing. ``own_age_seconds`` is the highest age of what it read itself in the newest minutes,
    None where one of them doesn't tell it; ``keeps_up`` is that its own counts and its own age show
    that it reads what comes in, whatever the source's age is."""

    name: str
    grade: Grade | None
    evidence: Reason
    flow: Flow
    own_age_seconds: float | None = None
    keeps_up: bool = False
