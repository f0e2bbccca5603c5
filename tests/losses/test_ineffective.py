"""No raise for the same load before the last one was seen to help the quantity it was made for."""

from dataclasses import replace
from pathlib import Path

import pytest

from tests.losses.worlds import OURS, a_world, play
from tidegate.bench.case import Case
from tidegate.bench.drawn import drawn
from tidegate.bench.faults import HEALTHY
from tidegate.bench.run import play as play_bench
from tidegate.bench.suite import FAULTY_SECONDS
from tidegate.scaling.kinds.kinesis_stream.actions import UpdateShardCount
from tidegate.scaling.kinds.lambda_mapping.actions import UpdateParallelizationFactor
from tidegate.scaling.model.health import Health
from tidegate.scaling.model.reason import ReasonKind
from tidegate.simulator.kinds.lambda_mapping.data import FunctionData
from tidegate.simulator.traffic import Traffic


def calls_a_service(records_per_second: float) -> FunctionData:
    return FunctionData("writer", 30, 512, None, 0.05, 0.004, records_per_second)


def climbing(to: float, seconds: float, start: float = 300) -> Traffic:
    """``start`` records/s for a day, then up to ``to`` in so many seconds, and on at that."""
    steps = ((-86_400.0, start), (0.0, start), (seconds, to), (86_400.0, to))
    return Traffic(steps, 300, 1000)


@pytest.mark.sampled(3)
@pytest.mark.by_seed(3)
@pytest.mark.parametrize(
    ("load", "served"),
    [(900, 600), (1500, 1000), (700, 300)],
    ids=["900-600", "1500-1000", "700-300"],
)
def test_behind_a_saturated_service_neither_factor_nor_shards_run_away(
    load: float, served: float, seed: int
) -> None:
    scenario = a_world(climbing(load, 1800), calls_a_service(served), shards=3, factor=3, hours=3)
    played = play(scenario, OURS, seed)
    assert played.shards <= 6
    # Two hours and a half of the same load: a raise, and one more when its effect has left the
    # windows.
    raises = [
        action
        for second, action in played.changes
        if second > 2400 and isinstance(action, UpdateShardCount | UpdateParallelizationFactor)
    ]
    assert len(raises) <= 2
    last = played.reports[-1]
    assert last.health in (Health.SICK, Health.UNKNOWN)
    assert any("help" in words for report in played.reports for words in report.held_back)
    assert any(
        "find what limits writer" in words for each in played.reports for words in each.advice
    )


@pytest.mark.by_seed(2)
def test_a_function_that_is_only_slow_gets_all_that_it_needs(seed: int) -> None:
    function = FunctionData("writer", 30, seconds_per_invocation=0.05, seconds_per_record=0.02)
    scenario = a_world(climbing(1500, 600), function, shards=2, factor=1, hours=2)
    played = play(scenario, OURS, seed)
    assert played.reports[-1].health is Health.HEALTHY
    decisions = [each for report in played.reports for each in report.decisions]
    held = {reason.kind for each in decisions for reason in each.held_by}
    assert ReasonKind.INEFFECTIVE not in held


@pytest.mark.parametrize("times", [1.0, 1.2])
@pytest.mark.by_seed(2)
def test_a_concurrency_cap_keeps_no_shard_from_the_records_that_come_in(
    times: float, seed: int
) -> None:
    """``tidegate bench --draw 4711 --loads ramp-1+concurrency-cap``, which lost 2.7 M records, and
    5.9 M of a load a fifth larger."""
    (healthy,) = [
        case
        for case in drawn(4711, Path("no-traces"))
        if case.load.name == "ramp-1" and case.fault == HEALTHY
    ]
    points = tuple((at, rate * times) for at, rate in healthy.load.points)
    load = replace(healthy.load.cut(FAULTY_SECONDS), points=points)
    assert play_bench("tidegate", Case(load, "concurrency-cap", seed)).records_lost == 0


def test_nor_does_a_saturated_service() -> None:
    scenario = a_world(climbing(6800, 5400), calls_a_service(200), shards=2, hours=2)
    played = play(scenario, OURS, 1)
    assert played.figures.records_lost == 0
    assert 7 <= played.shards <= 12
