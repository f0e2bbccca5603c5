"""The bound is what an exhaustive search finds, and no run of a controller is cheaper."""

from itertools import pairwise, product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tidegate.bench.case import Case
from tidegate.bench.loads import Load
from tidegate.bench.optimum import capacity_minutes, optimum, shard_minutes
from tidegate.bench.run import play

HOUR = 3600


def by_trying_all(needs: list[int]) -> float:
    top = max(needs)
    return min(
        sum(plan)
        for plan in product(range(1, top + 1), repeat=len(needs))
        if all(count >= need for count, need in zip(plan, needs, strict=True))
        and all((a + 1) // 2 <= b <= 2 * a for a, b in pairwise(plan))
        and sum(a != b for a, b in pairwise(plan)) <= 10
    )


@settings(max_examples=60, deadline=None)
@given(st.lists(st.integers(1, 5), min_size=1, max_size=6))
def test_shard_minutes_are_the_fewest_of_all_schedules(needs: list[int]) -> None:
    assert shard_minutes(needs) == by_trying_all(needs)


@pytest.mark.parametrize(
    ("needs", "minutes"),
    [
        ([1, 4], 2 + 4),
        ([1, 1, 4], 1 + 2 + 4),
        ([4, 1, 1], 4 + 2 + 1),
        ([1, 2] * 5, 15),
        ([1, 2] * 8, 8 + 8 * 2 + 3),
    ],
    ids=["doubling", "doubling in time", "halving", "within ten calls", "beyond ten calls"],
)
def test_shards_double_halve_and_change_ten_times_a_day(needs: list[int], minutes: float) -> None:
    assert shard_minutes(needs) == minutes


def test_the_budget_of_shard_updates_is_new_each_day() -> None:
    day = [1, 2] * 5 + [2] * 1430
    assert shard_minutes(day + day) == 2 * shard_minutes(day) + 0


def lowered_in_all_ways(blocks: list[tuple[int, int]]) -> float:
    """Of every choice of blocks to be lowered for, each as soon as a decrease is allowed in it."""
    return min(lowered_for(chosen, blocks) for chosen in product((False, True), repeat=len(blocks)))


def lowered_for(chosen: tuple[bool, ...], blocks: list[tuple[int, int]]) -> float:
    spent, units, minute, decreases = 0, 0, 0, 0
    last: int | None = None
    for is_chosen, (need, length) in zip(chosen, blocks, strict=True):
        may = minute if decreases < 4 or last is None else max(minute, last + 60)
        if is_chosen and need < units and may < minute + length:
            spent += units * (may - minute) + need * (minute + length - may)
            units, last, decreases = need, may, decreases + 1
        else:
            units = max(units, need)
            spent += units * length
        minute += length
    return spent


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(st.integers(1, 9), st.integers(1, 90)), min_size=1, max_size=10))
def test_unit_minutes_are_the_fewest_of_all_schedules(blocks: list[tuple[int, int]]) -> None:
    needs = [need for need, length in blocks for _ in range(length)]
    assert capacity_minutes(needs) == lowered_in_all_ways(blocks)


def test_from_the_fourth_decrease_of_a_day_on_one_is_allowed_an_hour_after_the_last() -> None:
    peaks = [100, 1]
    assert capacity_minutes(peaks * 4) == 4 * 101
    assert capacity_minutes(peaks * 5) == 4 * 101 + 200
    assert capacity_minutes(peaks * 4 + [100] * 60 + [1]) == 4 * 101 + 60 * 100 + 1


def test_hours_without_a_decrease_are_not_saved_up() -> None:
    night = [1] * 600
    assert capacity_minutes(night + [100, 1] * 5) == 600 + 4 * 101 + 200


def test_the_budget_of_decreases_is_new_each_day() -> None:
    day = [1] * 1430 + [100, 1] * 5
    assert capacity_minutes(day + [100, 1] * 4) == capacity_minutes(day) + 4 * 101


@pytest.mark.parametrize("name", ["tidegate", "static-peak", "target-tracking", "hpa-keda"])
def test_no_controller_that_serves_all_is_cheaper_than_the_optimum(name: str) -> None:
    load = Load("wave", "own", ((0, 400), (HOUR, 1600), (2 * HOUR, 400)), 2 * HOUR)
    run = play(name, Case(load))
    assert run.cost_usd >= optimum(Case(load)).usd
