"""The second raise for the same load that did not help is taken back, and that is the end of it."""

import pytest

from tests.losses.test_ineffective import calls_a_service, climbing
from tests.losses.worlds import OURS, Played, a_world, play
from tidegate.rules.cause import LeverKind
from tidegate.scaling.model.effect import is_take_back
from tidegate.scaling.model.health import Health


def take_backs(played: Played) -> dict[LeverKind, tuple[int, int]]:
    return {
        each.lever.kind: (each.current, each.allowed)
        for report in played.reports
        for each in report.decisions
        if is_take_back(each)
    }


def last_raises(played: Played) -> dict[LeverKind, tuple[int, int]]:
    """Of each lever what it was raised to, and from what."""
    return {
        each.lever.kind: (each.allowed, each.current)
        for report in played.reports
        for each in report.decisions
        if each.allowed > each.current
    }


SHARDS, BOTH = {LeverKind.SHARD_COUNT}, {LeverKind.SHARD_COUNT, LeverKind.PARALLELIZATION_FACTOR}


@pytest.mark.sampled(2)
@pytest.mark.by_seed(3)
@pytest.mark.parametrize(
    ("load", "served", "shards", "factor", "kinds"),
    [(900, 600, 2, 4, SHARDS), (700, 500, 3, 3, BOTH)],
    ids=["shards", "both"],
)
def test_behind_a_saturated_service_the_second_raise_is_taken_back(
    load: float, served: float, shards: int, factor: int, kinds: set[LeverKind], seed: int
) -> None:
    traffic = climbing(load, 60, load - 100)
    scenario = a_world(traffic, calls_a_service(served), shards=shards, factor=factor, hours=3)
    played = play(scenario, OURS, seed)
    raised = last_raises(played)
    assert take_backs(played) == {kind: raised[kind] for kind in kinds}
    assert played.figures.records_lost == 0
    (at,) = {report.at for report in played.reports if any(map(is_take_back, report.decisions))}
    since = [report for report in played.reports if report.at >= at]
    assert not any(report.changes for report in since[1:])
    assert {report.health for report in since} <= {Health.SICK, Health.UNKNOWN}
    assert since[0].advice
