"""Whole runs in which nothing is wrong that capacity cures: what looks like an illness is none, and
no scale-in makes one.

One seed in the suite, twenty by ``make verify``.
"""

from dataclasses import replace
from functools import lru_cache

import pytest

from tests.losses.worlds import OURS, Played, play
from tests.open_account.test_worlds_of_faults import BEGIN, END, WELL, struck, usual
from tidegate.direct import DirectCloud
from tidegate.pipeline_file import load_value
from tidegate.rules.cause import Cause
from tidegate.scaling.aws.clients import Clients
from tidegate.scaling.aws.metrics import AwsMetrics
from tidegate.scaling.kinds.kinesis_stream.actions import UpdateShardCount
from tidegate.scaling.kinds.lambda_mapping.actions import UpdateParallelizationFactor
from tidegate.scaling.ledger.sqlite import SqliteLedger
from tidegate.scaling.model.health import Health
from tidegate.scaling.ports import Edges
from tidegate.scaling.report.sweep_report import PipelineReport
from tidegate.scaling.sweep import sweep
from tidegate.simulator.embedded import embedded
from tidegate.simulator.kinds.foreign.reader import ForeignReaderData
from tidegate.simulator.kinds.lambda_mapping.data import MappingData
from tidegate.simulator.scenario import Scenario
from tidegate.simulator.traffic import Traffic
from tidegate.simulator.world import World

pytestmark = pytest.mark.by_seed(20, 1)

OTHERS = (ForeignReaderData("delivery", calls_per_second=4), ForeignReaderData("archive", "", 4))


def beside_others(scenario: Scenario) -> Scenario:
    return replace(scenario, resources=(*scenario.resources, *OTHERS))


def day_and_night() -> Scenario:
    """On each of fifteen days as on this one nobody orders anything from BEGIN on."""
    day = ((0.0, 300.0), (BEGIN, 300.0), (BEGIN + 240.0, 0.0), (80_000.0, 0.0), (84_000.0, 300.0))
    points = tuple((back * -86_400 + at, rate) for back in range(15, -1, -1) for at, rate in day)
    return usual(minutes=40).put(Traffic(points))


HEALTHY: dict[str, Scenario] = {
    "a filter lets one record of a hundred through": usual().put(
        MappingData(2, 100, filtered_share=0.99)
    ),
    "nothing comes in at night": day_and_night(),
    "a reader by enhanced fan-out beside others that read too often": beside_others(
        usual().put(MappingData(2, 100, fan_out="fast"))
    ),
    "a service fails one call in twenty": struck(usual(), "function", failing_invocations=0.05),
    "a deploy is a little slower": struck(usual(), "deploy", seconds_per_record=0.0056),
}


@pytest.mark.parametrize("name", HEALTHY)
def test_what_is_no_illness_is_healthy_all_the_time(name: str, seed: int) -> None:
    run = play(HEALTHY[name], OURS, seed)
    assert {each.cause for report in run.reports for each in report.diagnoses} <= {*WELL}
    assert {report.health for report in run.reports} == {Health.HEALTHY}
    assert run.figures.seconds_late == 0
    assert run.figures.records_lost == 0


# ---- the keys of aggregates


@lru_cache(maxsize=1)
def aggregates(shards: int, factor: int, seed: int) -> Played:
    """Records of the Kinesis Producer Library, for which there are shards enough: as many
    executions on fewer shards are not."""
    load = Traffic(((-86_400.0, 300.0), (0.0, 300.0)), record_bytes=2000, is_aggregated=True)
    scenario = usual(minutes=25).put(load)
    (stream, *others) = scenario.resources
    return play(
        replace(scenario, resources=(replace(stream, shards=shards), *others)).put(
            MappingData(factor, 100)
        ),
        OURS,
        seed,
    )


@pytest.mark.parametrize(("shards", "factor"), [(2, 2), (3, 1)])
def test_shards_whose_records_have_one_key_are_not_merged_for_a_higher_factor(
    shards: int, factor: int, seed: int
) -> None:
    run = aggregates(shards, factor, seed)
    calls = (UpdateShardCount, UpdateParallelizationFactor)
    assert [action for _, action in run.changes if isinstance(action, calls)] == []
    assert run.figures.seconds_late == 0
    assert run.reports[-1].health is Health.HEALTHY


# ---- what AWS itself fails to do


def test_a_stream_that_aws_fails_to_serve_is_told_for_producers_and_reader(seed: int) -> None:
    """And read up once it is back."""
    event = usual(minutes=45)
    for at, share, result in ((BEGIN, 0.4, "PROBLEM: internal error"), (END, 0.0, "OK")):
        event = struck(event, "puts-fail", at, share=share)
        event = struck(event, "problem", at, result=result)
    run = play(event, OURS, seed)
    found = [[each.cause for each in report.diagnoses] for report in run.reports]
    first = next(each for each in found if each[0] not in WELL)
    assert first == [Cause.NOT_READING, Cause.PRODUCERS_FAILING]
    assert run.reports[-1].health is Health.HEALTHY
    assert [action for at, action in run.changes if BEGIN <= at < END] == []
    of_producers = 300 * 0.4 * (END - BEGIN)
    assert run.figures.records_lost == pytest.approx(of_producers, rel=0.01)


@pytest.mark.parametrize("metric", ["WriteThrottleEvents", "Errors"])
def test_a_metric_that_may_not_be_read_names_the_permission(metric: str, seed: int) -> None:
    """As AWS answers it: of one metric of many, and nothing is scaled in by the others."""
    scenario = struck(usual(), "unread", 0, status="Forbidden", metric=metric)
    said = {"name": "orders", "stream": "orders", "levers": OURS,
            "consumers": [{"function": "order-writer", "tables": ["orders"]}]}  # fmt: skip
    specs = load_value({"pipelines": [said]}, "pipelines.yaml").pipelines
    world = World(scenario, seed)
    with embedded(world) as session:
        metrics = AwsMetrics(Clients(session))
        edges = Edges(DirectCloud(world), metrics, SqliteLedger(":memory:"))
        world.advance(960)
        reports: list[PipelineReport] = []
        for at in range(3):
            reports += sweep(specs, edges, world.now, holder=f"sweep-{at}").pipelines
            world.advance(60)
    for report in reports:
        assert report.health is Health.UNKNOWN
        assert "cloudwatch:GetMetricData" in report.diagnoses[0].because
        assert report.changes == ()
