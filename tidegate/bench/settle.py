"""How a controller behaves: what it undoes, and how it settles after a step of the load."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from tidegate.bench.account import Call
from tidegate.rules.cause import LeverKind

__all__ = ["Settling", "settling", "undone"]

HOUR = 3600


@dataclass(frozen=True, slots=True)
class Settling:
    """After a step: the seconds until the last minute of the hour in which a layer was too small or
    the objective broken, and the most changes that any one lever took until then."""

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
    first = step // 60
    late = [at for at, short in enumerate(is_short[first : first + HOUR // 60]) if short]
    seconds = 60 * (late[-1] + 1) if late else 0
    within = [call for call in calls if step <= call.second <= step + seconds and not call.refused]
    steps = max(Counter(each.lever for each in within).values(), default=0)
    return Settling(steps, seconds)
