"""An age that samples confirm: one odd minute neither begins nor resolves an incident.

GetRecords.IteratorAgeMilliseconds jumps to the retention, and back, when a shard is read anew after
a reshard or by a restarted poller (awslabs/amazon-kinesis-client#158), and falls to nothing for a
minute in which only the shards without a backlog were read.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import Enum, auto

__all__ = ["Age", "Ages", "Limits", "confirmed"]

WAITS = 2
"""A rise is confirmed by one of the two samples after it: shards that take turns publish a high age
every other minute."""


@dataclass(frozen=True, slots=True)
class Age:
    """The age that a minute published, in seconds."""

    at: datetime
    seconds: float


@dataclass(frozen=True, slots=True)
class Limits:
    """Up to ``well_seconds`` an age is healthy, above ``sick_seconds`` it is sick;
    ``period_seconds`` is how long a sample covers."""

    well_seconds: float
    sick_seconds: float
    period_seconds: float


@dataclass(frozen=True, slots=True)
class Ages:
    """The ages that hold, oldest first; ``rise`` is the newest sample where no second one confirms
    that it is so high, but a reader that stands still could have come to it."""

    held: tuple[Age, ...]
    rise: Age | None


class _Turn(Enum):
    """How a sample contradicts the age before it."""

    RISE = auto()
    END = auto()


def confirmed(samples: Iterable[Age], limits: Limits) -> Ages:
    """The samples without those that turn from well to sick, or back, or jump further than a
    standing reader falls behind, and that no other sample confirms."""
    held: list[Age] = []
    waiting: tuple[int, _Turn, Age] | None = None
    index = -1
    for index, sample in enumerate(samples):
        turn = _turn(held[-1] if held else None, sample, limits)
        if turn is None:
            held.append(sample)
            continue
        if waiting is None or not _confirms(waiting, index, turn):
            waiting = (index, turn, sample)
            continue
        first, _, earlier = waiting
        if index - first == WAITS:
            held.pop()  # The low minute between two high ones is the odd one.
        follows = _is_reachable(earlier, sample, limits)
        told = (earlier, sample) if follows else (sample if turn is _Turn.END else earlier,)
        held.extend(told)
        waiting = None if sample in told else (index, turn, sample)
    if waiting is None or waiting[:2] != (index, _Turn.RISE):
        return Ages(tuple(held), None)
    rise = waiting[2]
    explained = _is_reachable(held[-1] if held else None, rise, limits)
    return Ages(tuple(held), rise if explained else None)


def _turn(before: Age | None, sample: Age, limits: Limits) -> _Turn | None:
    if before is not None and before.seconds > limits.sick_seconds >= sample.seconds:
        return _Turn.END
    if sample.seconds <= limits.well_seconds:
        return None
    was_well = before is None or before.seconds <= limits.well_seconds
    if was_well or not _is_reachable(before, sample, limits):
        return _Turn.RISE
    return None


def _confirms(waiting: tuple[int, _Turn, Age], index: int, turn: _Turn) -> bool:
    first, waited, _ = waiting
    return turn is waited and index - first <= (WAITS if turn is _Turn.RISE else 1)


def _is_reachable(before: Age | None, sample: Age, limits: Limits) -> bool:
    """An age grows by a second a second where nothing is read, and its maximum may have been
    published at any moment of its minute."""
    if before is None:
        return False
    elapsed = (sample.at - before.at).total_seconds()
    return sample.seconds <= before.seconds + elapsed + limits.period_seconds
