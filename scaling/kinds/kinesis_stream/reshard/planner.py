"""The fewest operations from the open shards to a goal.

Shards are their boundaries: a split adds one, a merge takes one away, UpdateShardCount replaces
them all by equal parts. So the fewest splits and merges keep the most boundaries, and whatever
stands before an UpdateShardCount matters only by its count.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

from tidegate.rules.kinds.kinesis_stream.state import HASH_KEYS
from tidegate.scaling.kinds.kinesis_stream.reshard.routes import Route, routes
from tidegate.scaling.kinds.kinesis_stream.reshard.shard_map import uniform, width_range

__all__ = ["Even", "Goal", "Merge", "Operation", "Parts", "Split", "Uniform", "plan"]

EXACT_UP_TO = 64
"""Boundaries up to which the best ones to keep are found exactly; beyond that, those near equal
shares are kept, which is even and close to the fewest."""


@dataclass(frozen=True, slots=True)
class Even:
    """Goal: so many shards, each within ``tolerance`` of an equal share of the key space."""

    count: int
    tolerance: float


@dataclass(frozen=True, slots=True)
class Parts:
    """Goal: between two hash keys exactly these boundaries, elsewhere no change.

    ``start`` is the first hash key of the range, ``end`` the one after its last.
    """

    start: int
    end: int
    boundaries: tuple[int, ...]


Goal = Even | Parts


@dataclass(frozen=True, slots=True)
class Split:
    """SplitShard of the shard that ``at`` falls into; ``at`` starts the new one."""

    at: int


@dataclass(frozen=True, slots=True)
class Merge:
    """MergeShards of the two shards that meet at ``at``."""

    at: int


@dataclass(frozen=True, slots=True)
class Uniform:
    """UpdateShardCount."""

    count: int


Operation = Split | Merge | Uniform


def plan(boundaries: tuple[int, ...], goal: Goal, updates_left: int) -> tuple[Operation, ...]:
    """The fewest operations, and among those the ones that spend the fewest UpdateShardCount
    calls, of which ``updates_left`` may be used. Splits and merges take turns so that there are
    never fewer shards than both before and in the end; empty when the goal is reached.
    """
    match goal:
        case Parts():
            return _parts(boundaries, goal)
        case Even():
            return _even(boundaries, goal, updates_left)


def _parts(boundaries: tuple[int, ...], goal: Parts) -> tuple[Operation, ...]:
    inside = {each for each in boundaries if goal.start < each < goal.end}
    edges = {goal.start, goal.end} - {0, HASH_KEYS}
    wanted = set(goal.boundaries)
    splits = sorted((wanted - inside) | (edges - set(boundaries)))
    return (*map(Split, splits), *map(Merge, sorted(inside - wanted)))


def _even(boundaries: tuple[int, ...], goal: Even, updates_left: int) -> tuple[Operation, ...]:
    best = _by_splits(boundaries, goal)
    fewest = (len(best), 0)
    for route in routes(len(boundaries) + 1, goal.count, updates_left):
        # Each boundary too many or too few is an operation: a landing further off can't win.
        if (route.cost + abs(route.landed - goal.count), route.updates) >= fewest:
            continue
        rest = _by_splits(uniform(route.landed), goal)
        if (route.cost + len(rest), route.updates) < fewest:
            fewest = (route.cost + len(rest), route.updates)
            best = (*_realised(boundaries, route), *rest)
    return best


def _by_splits(boundaries: tuple[int, ...], goal: Even) -> tuple[Operation, ...]:
    """Splits and merges alone."""
    kept = _kept(boundaries, goal)
    wanted = _filled(kept, goal)
    splits = [Split(at) for at in reversed(wanted) if at not in set(kept)]
    merges = [Merge(at) for at in reversed(boundaries) if at not in set(kept)]
    found: list[Operation] = []
    count = len(boundaries) + 1
    while splits or merges:
        merge = bool(merges) and (count > goal.count or not splits)
        found.append(merges.pop() if merge else splits.pop())
        count += -1 if merge else 1
    return tuple(found)


def _counts(width: int, low: int, high: int) -> range:
    """Into how many even shards a range of this width can be cut."""
    most = width // low
    least = max(1, -(-width // high))
    return range(least, most + 1)


def _kept(boundaries: tuple[int, ...], goal: Even) -> tuple[int, ...]:
    if len(boundaries) > EXACT_UP_TO:
        return _kept_near_equal_shares(boundaries, goal)
    low, high = width_range(goal.count, goal.tolerance)
    points = (0, *boundaries, HASH_KEYS)
    # best[i][n]: most boundaries kept up to point i, n shards cut so far, with the way there.
    best: list[dict[int, tuple[int, tuple[int, ...]]]] = [{0: (0, ())}]
    for at in range(1, len(points)):
        here: dict[int, tuple[int, tuple[int, ...]]] = {}
        own = () if at == len(points) - 1 else (points[at],)
        for before in range(at):
            for more in _counts(points[at] - points[before], low, high):
                for shards, (kept, way) in best[before].items():
                    total, score = shards + more, kept + len(own)
                    if total <= goal.count and score > here.get(total, (-1, ()))[0]:
                        here[total] = (score, (*way, *own))
        best.append(here)
    return best[-1][goal.count][1]


def _kept_near_equal_shares(boundaries: tuple[int, ...], goal: Even) -> tuple[int, ...]:
    """One boundary for each equal share's edge, no further from it than half of the tolerance."""
    reach = HASH_KEYS * goal.tolerance / goal.count / 2
    nearest: dict[int, int] = {}
    for each in boundaries:
        number = round(each * goal.count / HASH_KEYS)
        distance = abs(each - HASH_KEYS * number // goal.count)
        if 0 < number < goal.count and distance <= reach:
            other = nearest.get(number)
            if other is None or distance < abs(other - HASH_KEYS * number // goal.count):
                nearest[number] = each
    return tuple(nearest[number] for number in sorted(nearest))


def _filled(kept: tuple[int, ...], goal: Even) -> tuple[int, ...]:
    """All boundaries of the end: the kept ones, with even cuts between them."""
    low, high = width_range(goal.count, goal.tolerance)
    points = (0, *kept, HASH_KEYS)
    widths = [right - left for left, right in pairwise(points)]
    counts = [_counts(width, low, high) for width in widths]
    chosen = [
        min(max(round(width * goal.count / HASH_KEYS), allowed[0]), allowed[-1])
        for width, allowed in zip(widths, counts, strict=True)
    ]
    _balance(chosen, counts, goal.count)
    found: list[int] = []
    for left, width, count in zip(points, widths, chosen, strict=False):
        found += [left + width * at // count for at in range(1, count)]
    return tuple(sorted({*found, *kept}))


def _balance(chosen: list[int], counts: list[range], total: int) -> None:
    """Move the counts, each within its range, until they add up."""
    for at, allowed in enumerate(counts):
        missing = total - sum(chosen)
        chosen[at] = min(max(chosen[at] + missing, allowed[0]), allowed[-1])


def _realised(boundaries: tuple[int, ...], route: Route) -> Iterator[Operation]:
    """The route as operations; a single split or merge takes the widest or narrowest shards,
    whose shape the UpdateShardCount that follows makes good."""
    present = list(boundaries)
    for is_update, count in route.counts():
        if is_update:
            yield Uniform(count)
            present = list(uniform(count))
        else:
            yield _one_by_hand(present, more=count > len(present) + 1)


def _one_by_hand(present: list[int], *, more: bool) -> Operation:
    points = [0, *present, HASH_KEYS]
    widths = [right - left for left, right in pairwise(points)]
    if more:
        widest = max(range(len(widths)), key=widths.__getitem__)
        middle = points[widest] + widths[widest] // 2
        present.insert(widest, middle)
        return Split(middle)
    pairs = [left + right for left, right in pairwise(widths)]
    narrowest = min(range(len(pairs)), key=pairs.__getitem__)
    return Merge(present.pop(narrowest))
