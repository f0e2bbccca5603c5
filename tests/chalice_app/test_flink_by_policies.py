"""The two set-ups of AWS's Flink article, end to end, and what the sweep does instead.

Load rises; Application Auto Scaling's policies, emulated from its documents, call the endpoint with
signed requests; the application is UPDATING, answers stay within the contract, and the lag falls.
"""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from app import app
from chalicelib.configuration import Configuration
from chalicelib.wiring import Wiring, wire

from tests.chalice_app.autoscaling_client import AutoScaling
from tests.chalice_app.gateway import ACCESS_KEY, REGION, SECRET_KEY, gateway
from tests.chalice_app.scaling_policies import Policies, read_from
from tests.chalice_app.test_as_application_auto_scaling import sweep_now
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
from tidegate.simulator.kinds.flink_application.application import EmbeddedApplication
from tidegate.simulator.scenarios import load_scenario
from tidegate.simulator.world import World

ROOT = Path(__file__).parents[2]
(EXAMPLE,) = load(ROOT / "examples" / "flink.yaml").pipelines
SITE = Site.at("https://abc.execute-api.us-east-1.amazonaws.com/v1")


def with_levers(**changes: Any) -> PipelineSpec:
    (application,) = EXAMPLE.applications
    said = application.levers.parallelism
    assert said is not None
    parallelism = replace(said, **changes)
    levers = replace(application.levers, parallelism=parallelism)
    return replace(EXAMPLE, applications=[replace(application, levers=levers)])


@dataclass
class Run:
    """What a run came to: parallelism and status minute by minute, answers in their order."""

    world: World
    answers: list[dict[str, Any]] = field(default_factory=list)
    statuses: list[str] = field(default_factory=list)

    @property
    def changes(self) -> int:
        """Updates of the application: each has restarted it."""
        return len(self.world.the(EmbeddedApplication).service.operations)

    @property
    def last_age_seconds(self) -> float:
        return self.world.series[-1].iterator_age_seconds


@contextmanager
def deployed(spec: PipelineSpec) -> Iterator[tuple[World, str, Clients]]:
    world = World(load_scenario("flink-lag"), 1)
    world.advance(180)
    with ExitStack() as stack:
        clients = Clients(stack.enter_context(embedded(world)))
        create_ledger_table(clients.of("dynamodb"), "ledger")
        ledger = DynamoLedger.over(clients, "ledger")
        edges = Edges(AwsCloud(clients), AwsMetrics(clients), ledger)
        wire(Wiring(lambda: Configuration((spec,)), edges, lambda: world.now))
        yield world, stack.enter_context(gateway(lambda event: app(event, None))), clients


SET_UPS = {
    "target tracking": with_levers(step_scaling=[]),
    "step scaling": with_levers(target_tracking=[]),
    "both": EXAMPLE,
}


@cache
def run_of(set_up: str) -> Run:
    """Once for all tests of a process."""
    return run_by_policies(SET_UPS[set_up])


def run_by_policies(spec: PipelineSpec) -> Run:
    """Sweeps each minute, polls while a change is under way, policies each minute."""
    with deployed(spec) as (world, url, clients):
        policies = Policies.of(wanted([spec], SITE), read_from(clients.cloudwatch))
        endpoint = f"{url}/scalableTargetDimensions/parallelism~click-counter"
        scaling = AutoScaling(endpoint, ACCESS_KEY, SECRET_KEY, REGION)
        run = Run(world)
        while world.second < world.scenario.duration_seconds:
            sweep_now()
            told = scaling.answer()
            run.answers.append(told)
            run.statuses.append(world.the(EmbeddedApplication).service.status)
            if told["scalingStatus"] in ("Successful", "Failed"):
                capacity = policies.wanted(int(told["actualCapacity"]), world.now)
                if capacity is not None:
                    run.answers.append(scaling.ask(capacity))
                    run.statuses.append(world.the(EmbeddedApplication).service.status)
            world.advance(60)
        return run


@pytest.mark.sampled(3)
@pytest.mark.parametrize("set_up", SET_UPS)
def test_the_articles_policies_scale_the_application_and_the_lag_falls(set_up: str) -> None:
    run = run_of(set_up)
    assert "UPDATING" in run.statuses
    assert "InProgress" in {each["scalingStatus"] for each in run.answers}
    for told in run.answers[-5:]:
        # What was asked for while it was behind is no longer due once it has caught up.
        ended = told["scalingStatus"] == "Successful"
        assert ended or "has caught up without a restart" in told["failureReason"]
    assert run.last_age_seconds < 60
    assert run.world.figures().limit_violations == 0
    assert run.world.figures().iterator_age_max_seconds > 60


def run_by_sweep(spec: PipelineSpec) -> Run:
    with deployed(spec) as (world, _, _):
        while world.second < world.scenario.duration_seconds:
            sweep_now()
            world.advance(60)
        return Run(world)


def test_the_sweep_alone_does_in_one_change_what_takes_target_tracking_two() -> None:
    tracked = run_of("target tracking")
    swept = run_by_sweep(with_levers(owner="tidegate", step_scaling=[], target_tracking=[]))
    assert tracked.changes == 2
    assert swept.changes == 1
    out = [each.world.figures().seconds_out_of_objective for each in (swept, tracked)]
    assert out[0] < out[1] / 2
    assert swept.last_age_seconds == 0
    assert swept.world.series[-1].total("parallelism") <= tracked.world.series[-1].total(
        "parallelism"
    )


def test_levers_of_application_auto_scaling_are_left_alone_by_sweeps() -> None:
    run = run_by_sweep(EXAMPLE)
    assert run.changes == 0
    assert run.world.series[-1].total("parallelism") == 2
