"""How runs become figures."""

from math import log

import pytest

from tidegate.bench.account import Call
from tidegate.bench.elasticity import Elasticity, elasticity, mean_elasticity
from tidegate.bench.score import geometric_mean, shifted_geometric_mean
from tidegate.bench.settle import Settling, settling, undone
from tidegate.rules.cause import LeverKind

SHARDS, UNITS = LeverKind.SHARD_COUNT, LeverKind.WRITE_CAPACITY


def call(second: int, before: int, after: int, lever: LeverKind = SHARDS) -> Call:
    return Call(second, lever, before, after, refused=False)


def test_supply_that_meets_demand_is_perfectly_elastic() -> None:
    assert elasticity([1, 2, 3], [1, 2, 3]) == Elasticity(0, 0, 0, 0, 0)


def test_elasticity_tells_too_little_from_too_much() -> None:
    """By the definitions: half of 4 lacks for a quarter of the time, 1 of 2 is too much for one."""
    found = elasticity([4, 4, 2, 2], [2, 4, 3, 2])
    assert found == Elasticity(
        theta_under=100 * (0.5 / 4),
        theta_over=100 * (0.5 / 4),
        tau_under=25,
        tau_over=25,
        upsilon=100 * 2 / 3,
    )


def test_instability_counts_moves_of_one_without_the_other() -> None:
    assert elasticity([1, 2, 2, 1], [1, 2, 3, 4]).upsilon == pytest.approx(100 * 2 / 3)


def test_elasticities_are_averaged_field_by_field() -> None:
    parts = [Elasticity(0, 2, 4, 6, 8), Elasticity(2, 4, 6, 8, 10)]
    assert mean_elasticity(parts) == Elasticity(1, 3, 5, 7, 9)


def test_geometric_means() -> None:
    assert geometric_mean([1, 4, 16]) == pytest.approx(4)
    assert shifted_geometric_mean([0, 0]) == 0
    assert shifted_geometric_mean([0, 3, 15]) == pytest.approx(3)
    assert log(1 + shifted_geometric_mean([7, 0])) == pytest.approx(log(8) / 2)


@pytest.mark.parametrize(
    ("calls", "count"),
    [
        ([call(0, 1, 2), call(3600, 2, 1)], 1),
        ([call(0, 1, 2), call(3601, 2, 1)], 0),
        ([call(0, 1, 2), call(60, 2, 4)], 0),
        ([call(0, 1, 2), call(60, 900, 100, UNITS)], 0),
        ([call(0, 1, 2), call(60, 2, 1), call(120, 1, 2)], 2),
        ([call(0, 1, 2), Call(60, SHARDS, 2, 1, refused=True)], 0),
    ],
    ids=["back", "too late", "on", "another lever", "and back again", "refused"],
)
def test_a_change_is_undone_when_it_turns_round_within_the_hour(
    calls: list[Call], count: int
) -> None:
    assert undone(calls) == count


def test_settling_counts_the_changes_of_one_lever_until_all_is_well() -> None:
    calls = [call(0, 2, 1), call(3660, 1, 2), call(3720, 2, 4), call(3720, 100, 400, UNITS)]
    short = [False] * 60 + [True, True, False, True] + [False] * 100
    assert settling(3600, calls, short) == Settling(2, 240)


def test_a_step_that_was_provided_for_settles_at_once() -> None:
    assert settling(3600, [], [False] * 200) == Settling(0, 0)
