"""What Tidegate does in the embedded world, scenario by scenario."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from tidegate.direct import DirectCloud, DirectMetrics
from tidegate.pipeline_file import load_value
from tidegate.rules.cause import Cause
from tidegate.scaling.kinds.dynamodb_table.actions import UpdateTableThroughput
from tidegate.scaling.kinds.flink_application.actions import UpdateApplication
from tidegate.scaling.kinds.kinesis_stream.actions import UpdateShardCount
from tidegate.scaling.kinds.lambda_mapping.actions import UpdateParallelizationFactor
from tidegate.scaling.ledger.sqlite import SqliteLedger
from tidegate.scaling.model.health import Health
from tidegate.scaling.ports import Edges
from tidegate.scaling.report.sweep_report import PipelineReport
from tidegate.scaling.sweep import sweep
from tidegate.simulator.kinds.flink_application.application import EmbeddedApplication
from tidegate.simulator.scenarios import load_scenario, scenario_names
from tidegate.simulator.world import START, World

UNCURABLE = (
    "poison-batch", "hot-key", "concurrency-cap", "timeout-near", "flink-crash-loop",
    "flink-checkpoints", "flink-sink-slow", "flink-skewed-key", "records-dropped",
    "producers-quiet", "producers-surging", "bad-deploy", "other-reader-behind", "replay",
)  # fmt: skip


def tended(name: str, seed: int, **changes: Any) -> Iterator[tuple[World, PipelineReport]]:
    """A sweep each minute; ``changes`` are made to the file's applications."""
    scenario = load_scenario(name)
    specs = [
        replace(spec, applications=[replace(each, **changes) for each in spec.applications])
        for spec in load_value(scenario.pipeline_file, name).pipelines
    ]
    world = World(scenario, seed)
    ledger = SqliteLedger(":memory:")
    edges = Edges(DirectCloud(world), DirectMetrics(world), ledger)
    world.advance(180)
    while world.second <= scenario.duration_seconds:
        report = sweep(specs, edges, world.now, holder="test")
        assert report.unreached == ()
        yield world, report.pipelines[0]
        world.advance(60)
    ledger.close()


@pytest.mark.parametrize("name", scenario_names())
def test_the_first_diagnosis_names_the_planted_cause_for_every_seed(
    name: str, seeds: range
) -> None:
    planted = load_scenario(name).planted_cause
    first = []
    for seed in seeds:
        illnesses = (
            report.diagnoses[0].cause.value
            for _, report in tended(name, seed)
            if report.diagnoses[0].cause is not Cause.HEALTHY
        )
        first.append(next(illnesses, "healthy"))
    assert first == [planted] * len(seeds)


@pytest.mark.parametrize("name", UNCURABLE)
@pytest.mark.by_seed(20)
def test_where_capacity_cures_nothing_no_lever_moves_and_advice_is_given(
    name: str, seed: int
) -> None:
    reports = [report for _, report in tended(name, seed)]
    assert [change for report in reports for change in report.changes] == []
    assert any(report.advice for report in reports)
    assert any(report.health is Health.SICK for report in reports)


def test_in_an_outage_of_metrics_and_soon_after_it_nothing_scales_in() -> None:
    (outage,) = load_scenario("metrics-outage").faults
    soon = outage.at + outage.values["seconds"] + 900
    reports = [report for _, report in tended("metrics-outage", 1)]
    lowered = [
        each
        for report in reports
        if (report.at - START).total_seconds() < soon
        for each in report.decisions
        if each.wanted < each.current
    ]
    assert lowered == []
    assert any(report.health is Health.UNKNOWN for report in reports)


@pytest.mark.by_seed(4, 2)
def test_the_race_day_is_healed_in_one_joint_step_and_stays_healed(seed: int) -> None:
    run = list(tended("race-day", seed))
    world = run[-1][0]
    symptom = next(report.at for _, report in run if report.diagnoses[0].cause is not Cause.HEALTHY)
    first_plan = next(report for _, report in run if report.changes)
    assert [type(change.action) for change in first_plan.changes] == [
        UpdateTableThroughput,
        UpdateParallelizationFactor,
        UpdateShardCount,
    ]
    late = [
        minute.at
        for minute in world.series
        if minute.iterator_age_seconds > 60 and (minute.at - symptom).total_seconds() > 600
    ]
    assert late == []
    figures = world.figures()
    assert (figures.records_lost, figures.limit_violations) == (0, 0)


@pytest.mark.parametrize("name", scenario_names())
def test_no_limit_of_aws_is_ever_broken(name: str) -> None:
    world = [world for world, _ in tended(name, 11)][-1]
    assert world.figures().limit_violations == 0


@pytest.mark.parametrize(
    "name",
    [
        "table-throttled",
        "index-throttled",
        "manual-change",
        "slow-function",
        "hot-shard",
        "stream-updating",
        "flink-lag",
        "flink-kafka",
        "flink-heap",
        "flink-narrow-source",
        "flink-update-fails",
    ],
)
def test_what_capacity_cures_is_healthy_at_the_end(name: str) -> None:
    *_, (world, last) = tended(name, 2)
    assert last.health is Health.HEALTHY
    assert world.series[-1].iterator_age_seconds < 60


def test_a_quiet_night_is_cheaper_and_no_less_well() -> None:
    alone = World(load_scenario("quiet-night"), 1)
    alone.advance(alone.scenario.duration_seconds)
    *_, (world, _) = tended("quiet-night", 1)
    assert world.figures().cost_usd < 0.7 * alone.figures().cost_usd
    assert world.figures().seconds_out_of_objective == 0
    assert world.figures().producer_throttles == 0


@pytest.mark.by_seed(5, 2)
def test_a_flink_application_is_healed_in_one_change(seed: int) -> None:
    run = list(tended("flink-lag", seed))
    world = run[-1][0]
    assert [type(each.action) for _, report in run for each in report.changes] == [
        UpdateApplication
    ]
    assert world.figures().seconds_out_of_objective < 240
    alone = World(world.scenario, seed)
    alone.advance(world.scenario.duration_seconds)
    assert alone.figures().seconds_out_of_objective > 3600


def test_an_update_that_was_rolled_back_is_told_with_its_reason_and_tried_again_later() -> None:
    run = list(tended("flink-update-fails", 1))
    updates = [report.at for _, report in run for _ in report.changes]
    assert len(updates) == 2
    assert (updates[1] - updates[0]).total_seconds() >= 600
    told = [words for _, report in run for words in report.held_back]
    assert any("rolled back: insufficient free IP addresses" in words for words in told)


def test_where_the_service_scales_by_itself_nothing_is_moved_and_the_conflict_is_told() -> None:
    run = list(tended("flink-autoscaling-conflict", 1))
    assert [each for _, report in run for each in report.changes] == []
    assert all("automatic scaling is on" in report.advice[-1] for _, report in run)


def test_the_services_own_scaling_is_switched_off_with_the_first_change_where_the_file_says() -> (
    None
):
    run = list(tended("flink-autoscaling-conflict", 1, service_autoscaling="off"))
    world = run[-1][0]
    assert world.the(EmbeddedApplication).service.configuration.autoscaling_enabled is False
    assert {each.kind for each in world.the(EmbeddedApplication).service.operations} == {
        "UpdateApplication"
    }
    assert world.series[-1].iterator_age_seconds < 60
