"""The README's example of step scaling settles at what a load needs, and comes back after it.

Application Auto Scaling, emulated from its documents, calls the endpoint with signed requests; the
stream is in the embedded world.
"""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from app import app
from chalicelib.configuration import Configuration
from chalicelib.wiring import Wiring, wire

from tests.chalice_app.autoscaling_client import AutoScaling
from tests.chalice_app.gateway import ACCESS_KEY, REGION, SECRET_KEY, gateway
from tests.chalice_app.scaling_policies import Policies, adjusted, read_from
from tests.chalice_app.test_as_application_auto_scaling import sweep_now
from tests.chalice_app.test_flink_by_policies import run_by_policies, with_levers
from tests.orders import create_ledger_table
from tidegate.pipeline_file import load
from tidegate.scaling.autoscaling_api.registration import wanted
from tidegate.scaling.autoscaling_api.site import Site
from tidegate.scaling.aws.clients import Clients
from tidegate.scaling.aws.cloud import AwsCloud
from tidegate.scaling.aws.ledger_dynamodb import DynamoLedger
from tidegate.scaling.aws.metrics import AwsMetrics
from tidegate.scaling.config.specification import PipelineSpec
from tidegate.scaling.ports import Edges
from tidegate.simulator.embedded import embedded
from tidegate.simulator.kinds.dynamodb_table.data import TableData
from tidegate.simulator.kinds.lambda_mapping.data import MappingData
from tidegate.simulator.scenarios import load_scenario
from tidegate.simulator.traffic import Traffic
from tidegate.simulator.world import World

EXAMPLES = Path(__file__).parents[2] / "examples"
(EXAMPLE,) = load(EXAMPLES / "application-auto-scaling.yaml").pipelines
SITE = Site.at("https://abc.execute-api.us-east-1.amazonaws.com/v1")
BUSY_MINUTES, ALL_MINUTES = 120, 240
SETTLED_MINUTES = 90
"""More shards are there within minutes; fewer wait for the hour of the cooldown."""
NIGHT_RECORDS_PER_SECOND = 100


def racers(records_per_second: float) -> World:
    """The race day's stream under a steady load for two hours, and a night after it; what reads it
    has enough of everything."""
    scenario = load_scenario("race-day")
    busy, night = records_per_second, NIGHT_RECORDS_PER_SECOND
    points = ((0.0, busy), (BUSY_MINUTES * 60.0, busy), (BUSY_MINUTES * 60.0 + 1, night))
    return World(
        replace(scenario, duration_seconds=ALL_MINUTES * 60).put(
            replace(scenario.the(Traffic), points=points),
            replace(scenario.the(MappingData), parallelization_factor=10),
            replace(scenario.the(TableData), write_units=12_000),
        ),
        1,
    )


@contextmanager
def deployed(world: World, spec: PipelineSpec) -> Iterator[tuple[AutoScaling, Policies]]:
    with ExitStack() as stack:
        clients = Clients(stack.enter_context(embedded(world)))
        create_ledger_table(clients.of("dynamodb"), "ledger")
        ledger = DynamoLedger.over(clients, "ledger")
        edges = Edges(AwsCloud(clients), AwsMetrics(clients), ledger)
        wire(Wiring(lambda: Configuration((spec,)), edges, lambda: world.now))
        url = stack.enter_context(gateway(lambda event: app(event, None)))
        endpoint = f"{url}/scalableTargetDimensions/shard_count~racers"
        registered = wanted([spec], SITE)
        yield (
            AutoScaling(endpoint, ACCESS_KEY, SECRET_KEY, REGION),
            Policies.of(registered, read_from(clients.cloudwatch), "shard_count~racers"),
        )


def played(records_per_second: float) -> tuple[World, list[int], list[int]]:
    """The world afterwards, every capacity asked for, and the shards minute by minute."""
    world, shards = racers(records_per_second), []
    world.advance(180)
    with deployed(world, EXAMPLE) as (scaling, policies):
        while world.second < world.scenario.duration_seconds:
            told = scaling.answer()
            shards.append(int(told["actualCapacity"]))
            if told["scalingStatus"] in ("Pending", "InProgress"):
                sweep_now()
            else:
                capacity = policies.wanted(int(told["actualCapacity"]), world.now)
                if capacity is not None:
                    scaling.ask(capacity)
            world.advance(60)
    return world, [capacity for _, capacity in policies.asked], shards


@pytest.mark.sampled(2)
@pytest.mark.parametrize(
    ("records_per_second", "needed", "asked"),
    [
        (500, 1, []),
        (833, 2, [2, 1]),
        # Where producers were refused, what they held back asks for more until it is in.
        (1_500, 2, [2, 4, 2, 1]),
        (2_500, 4, [2, 4, 8, 4, 1]),
        (5_000, 8, [2, 4, 8, 16, 8, 1]),
    ],
)
def test_a_steady_load_gets_the_shards_that_it_needs_and_no_more(
    records_per_second: float, needed: int, asked: list[int]
) -> None:
    world, capacities, shards = played(records_per_second)
    assert set(shards[SETTLED_MINUTES : BUSY_MINUTES - 3]) == {needed}
    assert shards[-1] == 1
    assert capacities == asked
    assert world.site.violations == 0


def test_the_flink_example_restarts_its_job_no_more_once_the_load_is_met() -> None:
    """A job that catches up reads more than comes in; the load here grows to 2,400 a second, of
    which each subtask does 500."""
    run = run_by_policies(with_levers(target_tracking=[]))
    parallelism = [each["desiredCapacity"] for each in run.answers]
    assert list(dict.fromkeys(parallelism)) == [2, 4, 8]
    assert run.changes == 2


@pytest.mark.parametrize(
    ("percent", "capacity", "least", "after"),
    [
        (50, 1, 1, 2),
        (50, 3, 1, 4),
        (50, 4, 1, 6),
        (25, 4, 2, 6),
        (-10, 5, 1, 4),
        (-10, 67, 1, 61),
        (100, 8, 1, 16),
        (0, 8, 2, 8),
    ],
)
def test_the_emulator_rounds_per_cents_as_the_guide_says(
    percent: int, capacity: int, least: int, after: int
) -> None:
    said: dict[str, Any] = {
        "AdjustmentType": "PercentChangeInCapacity",
        "MinAdjustmentMagnitude": least,
        "StepAdjustments": [{"MetricIntervalLowerBound": 0, "ScalingAdjustment": percent}],
    }
    assert adjusted(said, capacity, 1.0) == after


def test_no_example_tracks_how_far_readers_are_behind_both_ways() -> None:
    """At 0 the metric would ask for ever less, until the readers fall behind."""
    told = {}
    for path in sorted(EXAMPLES.glob("*.yaml")):
        for target in wanted(load(path).pipelines, SITE).policies:
            said = target.configuration.get("CustomizedMetricSpecification", {})
            if said.get("MetricName") in (
                "GetRecords.IteratorAgeMilliseconds",
                "IteratorAge",
                "millisBehindLatest",
                "records_lag_max",
            ):
                told[path.name, target.key[1]] = target.configuration["DisableScaleIn"]
    assert len(told) >= 2
    assert all(told.values())


def test_no_example_adds_to_what_is_there_by_a_metric_that_it_does_not_change() -> None:
    """Step scaling takes plain metrics, and no plain metric that comes in falls by more capacity:
    while its alarm is on, such a step is taken again and again."""
    adding = [
        (path.name, policy.key)
        for path in sorted(EXAMPLES.glob("*.yaml"))
        for policy in wanted(load(path).pipelines, SITE).policies
        if policy.kind == "StepScaling"
        and policy.configuration["AdjustmentType"] != "ExactCapacity"
    ]
    assert adding == []
