"""The planner: always even at the end, never more operations than needed."""

from collections import deque
from collections.abc import Iterator
from functools import cache
from itertools import combinations, pairwise, product
from math import ceil
from time import process_time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tidegate.rules.kinds.kinesis_stream.state import HASH_KEYS
from tidegate.scaling.kinds.kinesis_stream.reshard.planner import (
    Even,
    Merge,
    Operation,
    Parts,
    Split,
    Uniform,
    plan,
)
from tidegate.scaling.kinds.kinesis_stream.reshard.shard_map import uniform, width_range

TOLERANCE = 0.1


def performed(
    boundaries: tuple[int, ...], operations: tuple[Operation, ...]
) -> list[tuple[int, ...]]:
    """Every shape on the way; fails where AWS would refuse an operation."""
    shapes = [boundaries]
    for operation in operations:
        now = shapes[-1]
        match operation:
            case Split(at):
                assert 0 < at < HASH_KEYS
                assert at not in now
                shapes.append(tuple(sorted((*now, at))))
            case Merge(at):
                assert at in now
                shapes.append(tuple(each for each in now if each != at))
            case Uniform(count):
                assert ceil((len(now) + 1) / 2) <= count <= 2 * (len(now) + 1)
                assert count != len(now) + 1
                shapes.append(uniform(count))
    return shapes


def is_even(boundaries: tuple[int, ...], count: int, tolerance: float) -> bool:
    low, high = width_range(count, tolerance)
    points = (0, *boundaries, HASH_KEYS)
    widths = [right - left for left, right in pairwise(points)]
    return len(widths) == count and all(low <= width <= high for width in widths)


@cache
def fewest_by_hand(boundaries: tuple[int, ...], count: int) -> int:
    """By trying every set of boundaries to keep, and every way to cut what is between them."""
    low, high = width_range(count, TOLERANCE)
    for size in range(len(boundaries), -1, -1):
        for kept in combinations(boundaries, size):
            points = (0, *kept, HASH_KEYS)
            widths = [right - left for left, right in pairwise(points)]
            ways = [
                [n for n in range(1, count + 1) if low <= width // n and -(-width // n) <= high]
                for width in widths
            ]
            if any(sum(way) == count for way in product(*ways)):
                return len(boundaries) + count - 1 - 2 * size
    raise AssertionError("keeping nothing is always possible")


def fewest(boundaries: tuple[int, ...], count: int, updates_left: int) -> int:
    """Breadth first over counts: split, merge, UpdateShardCount to anything; a shape that hands
    have touched is only worth its count, unless hands finish the work."""
    best = fewest_by_hand(boundaries, count)
    queue = deque([(len(boundaries) + 1, updates_left, 0)])
    seen = set()
    while queue:
        now, left, cost = queue.popleft()
        if cost >= best or (now, left) in seen:
            continue
        seen.add((now, left))
        if left:
            for landed in {*range(ceil(now / 2), 2 * now + 1)} - {now}:
                if cost + 1 + abs(landed - count) < best:
                    best = min(best, cost + 1 + fewest_by_hand(uniform(landed), count))
                queue.append((landed, left - 1, cost + 1))
        queue.extend((each, left, cost + 1) for each in (now - 1, now + 1) if each >= 1)
    return best


def every_small_shape() -> Iterator[tuple[int, ...]]:
    """All shapes of up to 6 shards on a grid of eighths, and the uniform ones."""
    grid = [HASH_KEYS * at // 8 for at in range(1, 8)]
    for size in range(6):
        yield from combinations(grid, size)
    yield from (uniform(count) for count in (3, 5, 6))


@pytest.mark.parametrize("target", range(1, 9))
def test_no_search_finds_fewer_operations(target: int) -> None:
    worse = [
        (boundaries, left, found, best)
        for boundaries in every_small_shape()
        for left in (0, 1, 2, 10)
        if (found := len(plan(boundaries, Even(target, TOLERANCE), left)))
        != (best := fewest(boundaries, target, left))
    ]
    assert worse == []


shapes = st.lists(st.integers(1, HASH_KEYS - 1), unique=True, max_size=80).map(
    lambda found: tuple(sorted(found))
)


@settings(deadline=None)
@given(
    boundaries=shapes,
    target=st.integers(1, 200),
    left=st.integers(0, 10),
    tolerance=st.sampled_from([0.0, 0.01, 0.1, 0.3]),
)
@pytest.mark.slow
def test_the_ring_is_covered_at_every_step_and_even_at_the_end(
    boundaries: tuple[int, ...], target: int, left: int, tolerance: float
) -> None:
    operations = plan(boundaries, Even(target, tolerance), left)
    end = performed(boundaries, operations)[-1]
    assert is_even(end, target, tolerance)
    assert sum(isinstance(each, Uniform) for each in operations) <= left


@settings(deadline=None)
@given(boundaries=shapes, target=st.integers(1, 200), left=st.integers(0, 10))
def test_it_never_takes_more_than_the_naive_ways(
    boundaries: tuple[int, ...], target: int, left: int
) -> None:
    operations = plan(boundaries, Even(target, TOLERANCE), left)
    all_anew = len(boundaries) + target - 1
    count, updates = len(boundaries) + 1, 0
    while count != target:
        count = min(max(target, ceil(count / 2)), 2 * count)
        updates += 1
    assert len(operations) <= all_anew
    if 0 < updates <= left:
        assert len(operations) <= updates


@pytest.mark.slow
@settings(deadline=None)
@given(boundaries=shapes, target=st.integers(1, 60), left=st.integers(0, 10))
def test_looking_again_after_each_operation_never_makes_it_longer(
    boundaries: tuple[int, ...], target: int, left: int
) -> None:
    goal = Even(target, TOLERANCE)
    planned = len(plan(boundaries, goal, left))
    taken = 0
    while operations := plan(boundaries, goal, left):
        boundaries = performed(boundaries, operations[:1])[-1]
        left -= isinstance(operations[0], Uniform)
        taken += 1
        assert taken <= planned
    assert is_even(boundaries, target, TOLERANCE)


@settings(deadline=None)
@given(boundaries=shapes, target=st.integers(1, 60))
def test_by_hand_there_are_never_fewer_shards_than_before_and_after(
    boundaries: tuple[int, ...], target: int
) -> None:
    shapes_seen = performed(boundaries, plan(boundaries, Even(target, TOLERANCE), 0))
    assert min(map(len, shapes_seen)) + 1 >= min(len(boundaries) + 1, target)


def test_what_is_even_already_is_left_alone() -> None:
    assert plan(uniform(7), Even(7, TOLERANCE), 10) == ()


def test_when_it_takes_as_many_either_way_the_days_budget_is_kept() -> None:
    assert plan((), Even(2, TOLERANCE), 10) == (Split(HASH_KEYS // 2),)


def test_one_to_five_hundred_is_planned_in_under_a_second() -> None:
    began = process_time()
    counts = [
        each.count for each in plan((), Even(500, TOLERANCE), 10) if isinstance(each, Uniform)
    ]
    without = plan((), Even(500, TOLERANCE), 0)
    assert process_time() - began < 1
    assert (len(plan((), Even(500, TOLERANCE), 10)), counts[-1]) == (9, 500)
    assert len(without) == 499


def test_a_shard_is_cut_into_parts_and_the_others_are_not_touched() -> None:
    quarter = HASH_KEYS // 4
    goal = Parts(quarter, 2 * quarter, (quarter + 10, quarter + 20))
    operations = plan(uniform(4), goal, 10)
    assert operations == (Split(quarter + 10), Split(quarter + 20))
    assert plan(performed(uniform(4), operations)[-1], goal, 10) == ()


def test_two_shards_become_one() -> None:
    quarter = HASH_KEYS // 4
    assert plan(uniform(4), Parts(0, 2 * quarter, ()), 10) == (Merge(quarter),)
