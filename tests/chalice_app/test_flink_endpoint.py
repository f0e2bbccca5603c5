"""The endpoint on a Flink application: every status, one restart a wish, and reasons kept."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any

import jsonschema
import pytest
from app import app
from click.testing import CliRunner

from tests.chalice_app.autoscaling_client import SCHEMA
from tests.chalice_app.gateway import proxy_event
from tests.chalice_app.test_as_application_auto_scaling import sweep_now
from tests.chalice_app.test_flink_by_policies import EXAMPLE, ROOT, deployed, with_levers
from tidegate.cli import main
from tidegate.simulator.kinds.flink_application.application import EmbeddedApplication
from tidegate.simulator.scenario import Fault
from tidegate.simulator.world import World


@dataclass
class Endpoint:
    """The endpoint before a world."""

    world: World

    def call(
        self, method: str, dimension: str, body: dict[str, float] | None = None
    ) -> tuple[int, dict[str, Any]]:
        text = None if body is None else json.dumps(body)
        answer = app(proxy_event(method, dimension, text, "application/json"), None)
        told = json.loads(answer["body"])
        if answer["statusCode"] == 200:
            jsonschema.validate(told, SCHEMA)
        return answer["statusCode"], told

    def get(self, dimension: str = "parallelism~click-counter") -> tuple[float, float, str]:
        status, told = self.call("GET", dimension)
        assert status == 200, told
        return told["actualCapacity"], told["desiredCapacity"], told["scalingStatus"]

    def patch(
        self, wanted: float, dimension: str = "parallelism~click-counter"
    ) -> tuple[float, float, str]:
        status, told = self.call("PATCH", dimension, {"desiredCapacity": wanted})
        assert status == 200, told
        return told["actualCapacity"], told["desiredCapacity"], told["scalingStatus"]

    @property
    def service(self) -> Any:
        return self.world.the(EmbeddedApplication).service


@contextmanager
def endpoint(**changes: Any) -> Iterator[Endpoint]:
    with deployed(with_levers(**changes)) as (world, _, _):
        yield Endpoint(world)


def test_a_wish_is_one_restart_however_often_it_is_asked_for() -> None:
    with endpoint() as it:
        assert it.get() == (2.0, 2.0, "Successful")
        assert it.patch(6.0) == (2.0, 6.0, "InProgress")
        assert it.service.status == "UPDATING"
        assert it.patch(6.0) == (2.0, 6.0, "InProgress")
        it.world.advance(30)
        assert it.get() == (2.0, 6.0, "InProgress")
        it.world.advance(120)
        assert it.get() == (6.0, 6.0, "Successful")
        assert [each.kind for each in it.service.operations] == ["UpdateApplication"]
        assert it.world.site.violations == 0


def test_a_wish_that_changes_on_the_way_is_reached_when_the_job_runs_again() -> None:
    with endpoint() as it:
        it.patch(6.0)
        assert it.patch(4.0) == (2.0, 4.0, "InProgress")
        it.world.advance(150)
        assert it.get() == (6.0, 4.0, "InProgress")
        # First it has to show what six subtasks do.
        for _ in range(8):
            sweep_now()
            it.world.advance(60)
        assert it.get() == (4.0, 4.0, "Successful")
        assert it.world.site.violations == 0


def test_subtasks_a_kpu_are_a_dimension_of_their_own() -> None:
    with deployed(EXAMPLE) as (world, _, _):
        it = Endpoint(world)
        dimension = "parallelism_per_kpu~click-counter"
        assert it.get(dimension) == (1.0, 1.0, "Successful")
        status, told = it.call("PATCH", dimension, {"desiredCapacity": 2.0})
        assert (status, "has no owner" in told["message"]) == (400, True)


@pytest.mark.parametrize("status", ["AUTOSCALING", "MAINTENANCE", "STARTING", "STOPPING"])
def test_while_something_else_is_under_way_a_wish_waits(status: str) -> None:
    with endpoint() as it:
        it.service.status = status
        assert it.get() == (2.0, 2.0, "InProgress")
        assert it.patch(4.0) == (2.0, 4.0, "Pending")
        assert it.patch(2.0) == (2.0, 2.0, "InProgress")
        assert it.patch(4.0) == (2.0, 4.0, "Pending")
        it.service.status = "RUNNING"
        assert it.get() == (2.0, 4.0, "Pending")
        assert it.service.operations == []
        sweep_now()
        assert it.get() == (2.0, 4.0, "InProgress")


@pytest.mark.parametrize("status", ["READY", "DELETING", "ROLLED_BACK", "A_STATUS_OF_THE_FUTURE"])
def test_an_application_that_does_not_run_is_said_to_be_so(status: str) -> None:
    with endpoint() as it:
        it.service.status = status
        reason = f"click-counter is {status} and does not run"
        code, told = it.call("PATCH", "parallelism~click-counter", {"desiredCapacity": 4.0})
        assert (code, told["message"]) == (
            400,
            f"parallelism of click-counter was not changed: {reason}",
        )
        assert it.get() == (2.0, 2.0, "Failed")
        _, told = it.call("GET", "parallelism~click-counter")
        assert told["failureReason"] == reason
        assert it.service.operations == []
        it.service.status = "RUNNING"
        assert it.get() == (2.0, 2.0, "Successful")


def test_a_failed_update_keeps_its_reason_and_is_not_tried_again_at_once() -> None:
    with endpoint() as it:
        it.world.the(EmbeddedApplication).state.data = with_rollback(it.world)
        it.world.the(EmbeddedApplication).strike(
            Fault(0, "update-fails", {"reason": "no free IP address"})
        )
        it.patch(6.0)
        for _ in range(8):
            it.world.advance(60)
            it.get()
        status, told = it.call("PATCH", "parallelism~click-counter", {"desiredCapacity": 6.0})
        assert (status, told["scalingStatus"], told["actualCapacity"]) == (200, "Failed", 2.0)
        assert told["failureReason"].endswith("was rolled back: no free IP address")
        kinds = [each.kind for each in it.service.operations]
        assert kinds == ["UpdateApplication", "RollbackApplication"]
        it.world.advance(300)
        assert it.patch(6.0) == (2.0, 6.0, "InProgress")
        it.world.advance(150)
        assert it.get() == (6.0, 6.0, "Successful")


def with_rollback(world: World) -> Any:
    return replace(world.the(EmbeddedApplication).state.data, rollback_enabled=True)


def test_beside_the_services_own_scaling_a_wish_fails_with_the_reason() -> None:
    with endpoint() as it:
        it.service.configuration = replace(it.service.configuration, autoscaling_enabled=True)
        assert it.patch(4.0) == (2.0, 4.0, "Failed")
        _, told = it.call("GET", "parallelism~click-counter")
        assert "automatic scaling is on" in told["failureReason"]


def test_an_application_that_is_not_there_is_404() -> None:
    with endpoint() as it:
        assert it.call("GET", "parallelism~nobody")[0] == 404


def test_the_example_is_registered_with_both_policies(aws: dict[str, Any]) -> None:
    arguments = ["register", "--config", str(ROOT / "examples" / "flink.yaml"), "--yes"]
    api = "https://abc.execute-api.us-east-1.amazonaws.com/v1"
    result = CliRunner().invoke(main, [*arguments, "--api", api])
    assert (result.exit_code, result.stderr) == (0, "")
    scaling = aws["application-autoscaling"]
    where = {"ServiceNamespace": "custom-resource"}
    found = {
        each["PolicyName"]: each["PolicyType"]
        for each in scaling.describe_scaling_policies(**where)["ScalingPolicies"]
    }
    assert found == {
        "tidegate-behind": "TargetTrackingScaling",
        "tidegate-records-high": "StepScaling",
        "tidegate-records-low": "StepScaling",
    }
    (target,) = scaling.describe_scalable_targets(**where)["ScalableTargets"]
    assert target["ResourceId"].endswith("/scalableTargetDimensions/parallelism~click-counter")
    assert (target["MinCapacity"], target["MaxCapacity"]) == (2, 32)
