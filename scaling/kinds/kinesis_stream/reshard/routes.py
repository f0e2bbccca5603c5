"""How a count of shards gets to another by UpdateShardCount calls and single splits or merges."""

from collections.abc import Iterator
from dataclasses import dataclass
from math import ceil

from tidegate.scaling.kinds.kinesis_stream.limits import STEP_MOST

__all__ = ["Route", "route", "routes"]

ALL_LANDINGS_UP_TO = 16
"""Counts up to which every one is tried to land at and go on from by splits and merges."""


@dataclass(frozen=True, slots=True)
class Route:
    """A way to a uniform stream of ``landed`` shards by counts alone: single splits or merges
    (``steps``, up or down) and UpdateShardCount calls, in the order that takes the fewest."""

    count: int
    landed: int
    updates: int
    steps: int

    @property
    def cost(self) -> int:
        """How many operations it takes."""
        return self.updates + self.steps

    def counts(self) -> Iterator[tuple[bool, int]]:
        """(by UpdateShardCount, count) for every operation. A split is worth the most before the
        first doubling, a merge before the last halving."""
        now, grows = self.count, self.landed >= self.count
        first = 0 if grows else self.updates - 1
        for number in range(self.updates):
            if number == first:
                for _ in range(self.steps):
                    now += 1 if grows else -1
                    yield False, now
            now = min(max(self.landed, ceil(now / STEP_MOST)), now * STEP_MOST)
            yield True, now


def route(count: int, landed: int, updates: int) -> Route:
    """The shortest route with exactly so many UpdateShardCount calls."""
    if landed == count:
        # UpdateShardCount to the present count is refused: one split first makes it a change.
        return Route(count, landed, 1, 1)
    if landed > count:
        steps = max(0, ceil(landed / STEP_MOST**updates) - count)
    else:
        before_last = count
        for _ in range(updates - 1):
            before_last = max(ceil(before_last / STEP_MOST), landed)
        steps = max(0, before_last - STEP_MOST * landed)
    return Route(count, landed, updates, steps)


def routes(count: int, target: int, updates_left: int) -> Iterator[Route]:
    """Routes to the target itself, and to counts from which splits and merges may go on."""
    for updates in range(1, updates_left + 1):
        yield route(count, target, updates)
        for landed in sorted(_landings(count, target, updates)):
            yield route(count, landed, updates)


def _landings(count: int, target: int, updates: int) -> set[int]:
    largest = max(count, target)
    if largest <= ALL_LANDINGS_UP_TO:
        return set(range(1, 2 * largest + 1))
    reach = min(max(target, ceil(count / STEP_MOST**updates)), count * STEP_MOST**updates)
    parts = {each for each in range(1, target) if target % each == 0}
    return {reach, 2 * target, *parts}
