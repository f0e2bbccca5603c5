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


def test_decreases_are_four_and_one_more_an_hour() -> None:
    hundred = [100, 1] * 10
    spent = capacity_minutes(hundred)
    within, beyond = capacity_minutes([100, 1] * 4), capacity_minutes([100, 1] * 5)
    assert within == pytest.approx(4 * 101, rel=0.03)
    assert beyond == pytest.approx(4 * 101 + 200, rel=0.03)
    assert spent == pytest.approx(4 * 101 + 6 * 200, rel=0.03)
    later = [1] * 60 + hundred
    assert capacity_minutes(later) == pytest.approx(60 + spent - 99, rel=0.03)


@settings(max_examples=50, deadline=None)
@given(st.lists(st.integers(1, 5000), min_size=2, max_size=40))
def test_units_never_cost_more_than_holding_the_peak_nor_less_than_the_need(
    needs: list[int],
) -> None:
    found = capacity_minutes(needs)
    assert sum(needs) / 1.02 - 1 <= found <= max(needs) * len(needs) + 1e-6


@pytest.mark.parametrize("name", ["tidegate", "static-peak", "target-tracking", "hpa-keda"])
def test_no_controller_that_serves_all_is_cheaper_than_the_optimum(name: str) -> None:
    load = Load("wave", "own", ((0, 400), (HOUR, 1600), (2 * HOUR, 400)), 2 * HOUR)
    run = play(name, Case(load))
    assert run.cost_usd >= optimum(Case(load)).usd
