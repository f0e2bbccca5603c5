"""How a controller behaves: what it undoes, and how it settles after a step of the load."""

from collections.abc import Sequence
from dataclasses import dataclass

from rules.diagnosis import LeverKind
from tidegate.bench.account import Call

__all__ = ["Settling", "settling", "undone"]

HOUR = 3600


@dataclass(frozen=True, slots=True)
class Settling:
    """After a step: the most changes that any one lever took, and the seconds until the last
    minute in which a layer was too small or the objective broken."""

    steps: int
    seconds: int


def undone(calls: Sequence[Call]) -> int:
    """Accepted changes that turn the lever's last one, at most an hour before, round."""
    last: dict[LeverKind, Call] = {}
    count = 0
    for call in calls:
        if call.refused:
            continue
        before = last.get(call.lever)
        if before is not None and call.second - before.second <= HOUR:
            up, was_up = (
                call.to_capacity > call.from_capacity,
                before.to_capacity > (before.from_capacity),
            )
            count += up != was_up
        last[call.lever] = call
    return count


def settling(step: int, calls: Sequence[Call], is_short: Sequence[bool]) -> Settling:
    """Of the hour after a step; ``is_short`` tells it minute by minute from the run's start."""
    within = [call for call in calls if step <= call.second < step + HOUR and not call.refused]
    steps = max((sum(each.lever is lever for each in within) for lever in LeverKind), default=0)
    first = step // 60
    late = [at for at, short in enumerate(is_short[first : first + 60]) if short]
    return Settling(steps, 60 * (late[-1] + 1) if late else 0)
