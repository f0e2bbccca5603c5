"""What takes part in a world: the protocols between the world and its kinds, and between kinds.

A kind knows the others only by these. A processor reads a ``Source`` through its ``Subscription``
and writes to ``Sink``s; whoever is not of the pipeline takes part in the same way.
"""

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import IntEnum
from typing import Any, Protocol

from tidegate.simulator.publisher import Key
from tidegate.simulator.records import Cohort, Part
from tidegate.simulator.scenario import Fault
from tidegate.simulator.traffic import Points

__all__ = [
    "TAKEN",
    "Answer",
    "Call",
    "Facts",
    "Participant",
    "Phase",
    "Sink",
    "Source",
    "Step",
    "Subscriber",
    "Subscription",
    "Tally",
    "Write",
]

Answer = dict[str, Any]
Call = Callable[[Answer], Answer | None]
"""An operation of AWS's: its answer to the parameters, None where they name none of the world's
resources. Raises Refusal."""

Step = Callable[[float], object]
Facts = Mapping[str, Mapping[str, float]]
"""A minute's truth: by fact and by whose it is, such as {"write_units": {"orders": 20}}."""


class Phase(IntEnum):
    """The order of a second. Within a phase participants come in the order of the registry, and
    those of a kind in the order of the scenario."""

    REFILL = 0
    """What is there to be used up each second."""
    ARRIVE = 1
    """Sources take what producers bring."""
    WORK = 2
    """Processors read their sources and write their sinks."""
    SETTLE = 3
    """Everyone counts and tells what the second came to; sources first."""


@dataclass(frozen=True, slots=True)
class Tally:
    """What a participant adds to the figures of a run."""

    records_written: int = 0
    records_read: int = 0
    records_lost: int = 0
    producer_throttles: int = 0
    table_throttles: int = 0
    seconds_down: int = 0
    records_read_again: int = 0
    usd: float = 0.0


class Participant(ABC):
    """Something that lives in a world. Each kind says more of these than nothing."""

    @property
    @abstractmethod
    def name(self) -> str:
        """What AWS calls it; a fault or an operator may name it so."""

    def steps(self) -> Mapping[Phase, Step]:
        """What it does each second."""
        return {}

    def close_minute(self, minute: int) -> None:  # noqa: B027, most have nothing to tell
        """A minute is over: what it tells CloudWatch once a minute."""

    def end_minute(self, second: int) -> None:  # noqa: B027, most keep nothing
        """CloudWatch has the minute: what has expired is dropped."""

    def facts(self) -> Facts:
        """The truth about the minute that is just over."""
        return {}

    def strike(self, fault: Fault) -> bool:
        """Let a fault begin, which is no one's call, so that no limit is asked; False for one that
        is none of its."""
        return False

    def past(self, key: Key) -> Callable[[int], float | None] | None:
        """What CloudWatch kept of a metric's sums, by minutes before the start; None of others'."""
        return None

    def tally(self) -> Tally:
        """What it has come to so far."""
        return Tally()


@dataclass(frozen=True, slots=True)
class Subscriber:
    """``width`` batches of each part at once, by polls or the registered consumer ``fan_out``, of
    which ``filtered_share`` is dropped. A foreign one's delays and losses aren't counted."""

    name: str
    width: int = 1
    calls_per_second: float = 1.0
    is_foreign: bool = False
    fan_out: str = ""
    filtered_share: float = 0.0


class Subscription(Protocol):
    """One reader's place in a source."""

    width: int
    is_reading: bool
    age_seconds: float
    """How old the oldest record is that the reader has not done, as the last second ended."""

    @property
    def source(self) -> "Source":
        """What it reads."""
        ...

    def readable(self) -> Sequence[Part]:
        """The parts that the reader may read now, in order; each within its budget."""
        ...

    def refuse(self, part: Part) -> None:
        """The reader wanted more than its budget."""
        ...

    def set_width(self, width: int) -> None:
        """Another number of concurrent batches of each part."""
        ...

    def give_back(self, part: Part, cohorts: list[Cohort]) -> None:
        """Records taken before are to be read again."""
        ...

    def rewind(self, seconds: int, now: float) -> None:
        """The reader begins anew, so many seconds back."""
        ...

    @property
    def backlog(self) -> int:
        """Records that the reader has not done."""
        ...

    @property
    def backlog_most(self) -> int:
        """Those of the part furthest behind."""
        ...


class Source(Protocol):
    """Where records wait to be read."""

    @property
    def name(self) -> str:
        """What AWS calls it."""
        ...

    @property
    def arn(self) -> str:
        """How an event source mapping names it."""
        ...

    @property
    def record_bytes(self) -> int:
        """The size of a record now."""
        ...

    @property
    def part_count(self) -> int:
        """How many parts take records."""
        ...

    @property
    def publishes(self) -> bool:
        """Whether CloudWatch hears of it; otherwise its readers tell how much is waiting."""
        ...

    def add_producer(self, points: Points) -> None:
        """Someone else puts records here too."""
        ...

    def subscribe(self, subscriber: Subscriber) -> Subscription:
        """Begin to read, from what is put from now on."""
        ...


class Write(Protocol):
    """A batch of records on its way into a sink."""

    @property
    def seconds(self) -> float:
        """Until the sink has taken all of it."""
        ...

    def settle(self, late_seconds: float) -> None:
        """The writer gives up so many seconds before that. It says so to every sink as soon as it
        knows, unless it needn't wait for any."""
        ...


@dataclass(frozen=True, slots=True)
class _Taken:
    seconds: float = 0.0

    def settle(self, late_seconds: float) -> None:
        """Nothing is left to be done."""


TAKEN: Write = _Taken()
"""A write that nobody has to wait for."""


class Sink(Protocol):
    """What processors write to."""

    @property
    def name(self) -> str:
        """What AWS calls it."""
        ...

    def offer(self, records: int, hot: int) -> Write:
        """Begin to write records, ``hot`` of which carry the hot key."""
        ...

    def accept(self, records: int) -> None:
        """Records are written for good: their batch has succeeded."""
        ...

    def compete(self, records: float) -> float:
        """A second of a writer who waits for nothing: how many of its records are written."""
        ...

    def described(self) -> Any:
        """What a pipeline's description has of it, None where it has nothing."""
        ...
