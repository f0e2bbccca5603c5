"""What Tidegate does in the embedded world, scenario by scenario.

A scenario takes a second to play and many tests ask something of it: those of one name stand beside
each other (``scope="module"``), and the play is kept until the next.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from functools import lru_cache
from io import StringIO
from typing import Any

import pytest
from rich.console import Console

from tidegate.as_json import sweep_as_json
from tidegate.direct import DirectCloud, DirectMetrics
from tidegate.pipeline_file import load_value
from tidegate.rules.cause import Cause
from tidegate.rules.diagnosis.contradicted import firing_critical
from tidegate.scaling.config.specification import PipelineSpec
from tidegate.scaling.kinds.dynamodb_table.actions import UpdateTableThroughput
from tidegate.scaling.kinds.flink_application.actions import UpdateApplication
from tidegate.scaling.kinds.kinesis_stream.actions import UpdateShardCount
from tidegate.scaling.kinds.lambda_mapping.actions import UpdateParallelizationFactor
from tidegate.scaling.ledger.sqlite import SqliteLedger
from tidegate.scaling.model.health import Health
from tidegate.scaling.model.snapshot import StatusSnapshot
from tidegate.scaling.ports import Edges
from tidegate.scaling.report.sweep_report import PipelineReport, SweepReport
from tidegate.scaling.sweep import sweep
from tidegate.screen import show_sweep
from tidegate.simulator.kinds.flink_application.application import EmbeddedApplication
from tidegate.simulator.scenarios import load_scenario, scenario_names
from tidegate.simulator.world import START, World

UNCURABLE = (
    "poison-batch", "hot-key", "concurrency-cap", "timeout-near", "flink-crash-loop",
    "flink-checkpoints", "flink-sink-slow", "flink-skewed-key", "records-dropped",
    "producers-quiet", "producers-surging", "bad-deploy", "other-reader-behind", "replay",
    "fan-out-beside-throttled", "out-of-memory", "out-of-memory-unseen",
)  # fmt: skip


def specs_of(name: str, **changes: Any) -> list[PipelineSpec]:
    """Those of a scenario's file; ``changes`` are made to its applications."""
    return [
        replace(spec, applications=[replace(each, **changes) for each in spec.applications])
        for spec in load_value(load_scenario(name).pipeline_file, name).pipelines
    ]


@dataclass
class Run:
    """A world that is swept each minute, and what was told of it."""

    world: World
    reports: list[PipelineReport] = field(default_factory=list)
    sightings: list[list[StatusSnapshot]] = field(default_factory=list)
    """All that the ledger had, after each sweep."""

    def minutes(self, specs: list[PipelineSpec]) -> Iterator[PipelineReport]:
        ledger = SqliteLedger(":memory:")
        edges = Edges(DirectCloud(self.world), DirectMetrics(self.world), ledger)
        self.world.advance(180)
        began = self.world.now
        while self.world.second <= self.world.scenario.duration_seconds:
            report = sweep(specs, edges, self.world.now, holder="test")
            assert report.unreached == ()
            self.reports += report.pipelines[:1]
            self.sightings.append(list(ledger.snapshots(specs[0].name, began)))
            yield report.pipelines[0]
            self.world.advance(60)
        ledger.close()


def play(name: str, seed: int, **changes: Any) -> Run:
    run = Run(World(load_scenario(name), seed))
    for _ in run.minutes(specs_of(name, **changes)):
        pass
    return run


played = lru_cache(maxsize=4)(play)


def first_illness(reports: Iterable[PipelineReport]) -> str:
    causes = (report.diagnoses[0].cause for report in reports)
    return next((cause for cause in causes if cause is not Cause.HEALTHY), Cause.HEALTHY).value


@pytest.mark.parametrize("name", scenario_names(), scope="module")
@pytest.mark.by_seed(20)
def test_the_first_diagnosis_names_the_planted_cause_for_every_seed(name: str, seed: int) -> None:
    assert first_illness(played(name, seed).reports) == load_scenario(name).planted_cause


@pytest.mark.parametrize("name", UNCURABLE, scope="module")
@pytest.mark.by_seed(20)
def test_where_capacity_cures_nothing_no_lever_moves_and_advice_is_given(
    name: str, seed: int
) -> None:
    reports = played(name, seed).reports
    assert [change for report in reports for change in report.changes] == []
    assert any(report.advice for report in reports)
    assert any(report.health is Health.SICK for report in reports)


@pytest.mark.by_seed(20)
def test_a_slow_function_is_healing_from_its_first_raise_until_it_is_well(seed: int) -> None:
    """Also in the minute in which the second raise waits for the first to be seen."""
    reports = played("slow-function", seed).reports
    healths = [report.health for report in reports]
    first = next(at for at, report in enumerate(reports) if report.changes)
    last = next(at for at in range(first, len(healths)) if healths[at] is Health.HEALTHY)
    assert set(healths[first:last]) == {Health.HEALING}
    assert Health.SICK not in healths


@pytest.mark.parametrize("name", scenario_names(), scope="module")
@pytest.mark.by_seed(4)
def test_nothing_is_called_healthy_beside_a_critical_rule_that_fires(name: str, seed: int) -> None:
    """Of the pipeline, its causes and each consumer, on the screen and in JSON. What fires on the
    age of the reader furthest behind is nothing against who reads in time by its own age."""
    for report in played(name, seed).reports:
        fires = {each.rule.metric.name for each in firing_critical(report.findings)}
        if not fires:
            continue
        screen = StringIO()
        show_sweep(SweepReport(report.at, (report,), ()), Console(file=screen), dry_run=False)
        (told,) = sweep_as_json(SweepReport(report.at, (report,), ()), {})["pipelines"]
        found = [told["health"], *(each["cause"] for each in told["diagnoses"])]
        assert "healthy" not in found
        assert "healthy" not in screen.getvalue()
        assert told["health"] == "sick" or told["healing"]["until"]
        in_time = {
            each.name
            for each in report.readers
            if each.own_age_seconds is not None and each.own_age_seconds <= 60
        }
        well = {each["name"] for each in told["consumers"] if each["health"] == "healthy"}
        assert well <= in_time
        assert not well or fires == {"GetRecords.IteratorAgeMilliseconds"}


def test_in_an_outage_of_metrics_and_soon_after_it_nothing_scales_in() -> None:
    (outage,) = load_scenario("metrics-outage").faults
    soon = outage.at + outage.values["seconds"] + 900
    reports = played("metrics-outage", 1).reports
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
    run = played("race-day", seed)
    world, reports = run.world, run.reports
    symptom = next(each.at for each in reports if each.diagnoses[0].cause is not Cause.HEALTHY)
    first_plan = next(report for report in reports if report.changes)
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


@pytest.mark.parametrize("name", scenario_names(), scope="module")
@pytest.mark.by_seed(4)
def test_no_limit_of_aws_is_ever_broken(name: str, seed: int) -> None:
    assert played(name, seed).world.figures().limit_violations == 0


@pytest.mark.parametrize("name", scenario_names(), scope="module")
def test_a_run_leaves_few_sightings_and_a_dry_run_none(name: str) -> None:
    run = played(name, 1)
    newest = [seen[-1].health for seen in run.sightings]
    assert newest == [report.health for report in run.reports]
    assert 1 <= len(run.sightings[-1]) <= len(run.reports) / 5
    dry = SqliteLedger(":memory:")
    edges = Edges(DirectCloud(run.world), DirectMetrics(run.world), dry)
    sweep(specs_of(name), edges, run.world.now, holder="dry", dry_run=True)
    assert dry.pipelines() == ()
    dry.close()


@pytest.mark.parametrize(
    "name",
    [
        "table-throttled",
        "index-throttled",
        "manual-change",
        "slow-function",
        "fan-out-slow",
        "hot-shard",
        "stream-updating",
        "flink-lag",
        "flink-kafka",
        "flink-heap",
        "flink-narrow-source",
        "flink-update-fails",
    ],
    scope="module",
)
def test_what_capacity_cures_is_healthy_at_the_end(name: str) -> None:
    run = played(name, 1)
    assert run.reports[-1].health is Health.HEALTHY
    assert run.world.series[-1].iterator_age_seconds < 60


def test_a_quiet_night_is_cheaper_and_no_less_well() -> None:
    alone = World(load_scenario("quiet-night"), 1)
    alone.advance(alone.scenario.duration_seconds)
    world = played("quiet-night", 1).world
    assert world.figures().cost_usd < 0.7 * alone.figures().cost_usd
    assert world.figures().seconds_out_of_objective == 0
    assert world.figures().producer_throttles == 0


@pytest.mark.by_seed(5, 2)
def test_a_flink_application_is_healed_in_one_change(seed: int) -> None:
    run = played("flink-lag", seed)
    world = run.world
    assert [type(each.action) for report in run.reports for each in report.changes] == [
        UpdateApplication
    ]
    assert world.figures().seconds_out_of_objective < 240
    alone = World(world.scenario, seed)
    alone.advance(world.scenario.duration_seconds)
    assert alone.figures().seconds_out_of_objective > 3600


def test_an_update_that_was_rolled_back_is_told_with_its_reason_and_tried_again_later() -> None:
    reports = played("flink-update-fails", 1).reports
    updates = [report.at for report in reports for _ in report.changes]
    assert len(updates) == 2
    assert (updates[1] - updates[0]).total_seconds() >= 600
    told = [words for report in reports for words in report.held_back]
    assert any("rolled back: insufficient free IP addresses" in words for words in told)


def test_where_the_service_scales_by_itself_nothing_is_moved_and_the_conflict_is_told() -> None:
    reports = played("flink-autoscaling-conflict", 1).reports
    assert [each for report in reports for each in report.changes] == []
    assert all("automatic scaling is on" in report.advice[-1] for report in reports)


def test_the_services_own_scaling_is_switched_off_with_the_first_change_where_the_file_says() -> (
    None
):
    world = play("flink-autoscaling-conflict", 1, service_autoscaling="off").world
    assert world.the(EmbeddedApplication).service.configuration.autoscaling_enabled is False
    assert {each.kind for each in world.the(EmbeddedApplication).service.operations} == {
        "UpdateApplication"
    }
    assert world.series[-1].iterator_age_seconds < 60
