"""A quiet pipeline whose batches Tidegate fills, in the embedded world."""

from collections.abc import Iterator
from dataclasses import replace

import pytest

from tidegate.direct import DirectCloud, DirectMetrics
from tidegate.rules.cause import Cause
from tidegate.scaling.config.specification import (
    ConsumerSpec,
    Levers,
    LeverSpec,
    Objective,
    PipelineSpec,
)
from tidegate.scaling.kinds.lambda_mapping.actions import UpdateBatchingWindow
from tidegate.scaling.ledger.sqlite import SqliteLedger
from tidegate.scaling.ports import Edges
from tidegate.scaling.report.sweep_report import PipelineReport
from tidegate.scaling.sweep import sweep
from tidegate.simulator.kinds.dynamodb_table.data import TableData
from tidegate.simulator.kinds.lambda_mapping.data import FunctionData, MappingData
from tidegate.simulator.kinds.lambda_mapping.function import FunctionState
from tidegate.simulator.kinds.lambda_mapping.mapping import MappingState
from tidegate.simulator.scenario import Scenario
from tidegate.simulator.scenarios import load_scenario
from tidegate.simulator.traffic import Traffic
from tidegate.simulator.world import World

RACE = load_scenario("race-day")
QUIET = RACE.put(
    MappingData(parallelization_factor=2),
    replace(RACE.the(TableData), write_units=500),
    FunctionData("scorer", 15, seconds_per_invocation=0.1, seconds_per_record=0.004),
    Traffic(points=((0, 20), (1200, 60), (2400, 20), (3600, 60), (4800, 20))),
)
WINDOW = LeverSpec(min=0, max=300, owner="tidegate")
SPEC = PipelineSpec(
    "race",
    "racers",
    [ConsumerSpec("scorer", tables=["leaderboard"])],
    levers=Levers(batching_window_seconds=WINDOW),
)


def tended(
    world: World, minutes: int, ledger: SqliteLedger, spec: PipelineSpec = SPEC
) -> Iterator[PipelineReport]:
    edges = Edges(DirectCloud(world), DirectMetrics(world), ledger)
    for _ in range(minutes):
        world.advance(60)
        report = sweep([spec], edges, world.now, holder="test")
        assert report.unreached == ()
        yield report.pipelines[0]


@pytest.fixture
def ledger() -> Iterator[SqliteLedger]:
    opened = SqliteLedger(":memory:")
    yield opened
    opened.close()


def windows(reports: list[PipelineReport]) -> list[tuple[int, int]]:
    return [
        (change.action.from_seconds, change.action.to_seconds)
        for report in reports
        for change in report.changes
        if isinstance(change.action, UpdateBatchingWindow)
    ]


def played(scenario: Scenario) -> World:
    world = World(scenario, 1)
    world.advance(120 * 60)
    return world


def test_one_sweep_fills_the_batches_of_a_quiet_pipeline(ledger: SqliteLedger) -> None:
    alone, world = played(QUIET), World(QUIET, 1)
    reports = list(tended(world, 120, ledger))
    assert windows(reports) == [(0, 6)]
    assert {each.cause for report in reports for each in report.diagnoses[:1]} <= {
        Cause.HEALTHY,
        Cause.OVERSIZED,
        Cause.UNKNOWN,
    }
    assert world.the(FunctionState).requests < alone.the(FunctionState).requests / 2
    assert (
        world.the(FunctionState).gigabyte_seconds < 0.8 * alone.the(FunctionState).gigabyte_seconds
    )
    assert world.figures().iterator_age_max_seconds < 60 / 4
    assert world.figures().seconds_out_of_objective == 0
    assert world.figures().limit_violations == 0
    assert world.series[-1].total("batching_window_seconds") == 6


def test_a_tightened_objective_takes_back_what_tidegate_put_and_no_more(
    ledger: SqliteLedger,
) -> None:
    world = World(QUIET, 1)
    loose = replace(SPEC, objective=Objective(iterator_age_max_seconds=300))
    assert windows(list(tended(world, 60, ledger, loose))) == [(0, 30)]
    reports = list(tended(world, 30, ledger))
    assert windows(reports) == [(30, 6)]
    assert all(
        each.cause is not Cause.OVERSIZED or "batching" not in each.because
        for report in reports
        for each in report.diagnoses
    )


def test_without_the_lever_in_the_file_the_window_is_only_advised(ledger: SqliteLedger) -> None:
    world = World(QUIET, 1)
    reports = list(tended(world, 60, ledger, replace(SPEC, levers=Levers())))
    assert windows(reports) == []
    assert world.the(MappingState).data.batching_window_seconds == 0
    advised = [words for words in reports[-1].advice if "batching window" in words]
    assert len(advised) == 1
    assert advised[0].startswith("raise batching window of scorer from 0 to 6 s: batches")
