"""A Flink application by Application Auto Scaling: nothing is called Successful that doesn't run,
and a read never restarts a job."""

from dataclasses import replace

import pytest

from tests.chalice_app.test_as_application_auto_scaling import sweep_now
from tests.chalice_app.test_flink_endpoint import Endpoint, endpoint, with_rollback
from tidegate.simulator.kinds.flink_application.application import EmbeddedApplication
from tidegate.simulator.kinds.flink_application.operation import ApplicationUpdate
from tidegate.simulator.scenario import Fault

DIMENSION = "parallelism~click-counter"


def updates(it: Endpoint) -> int:
    return sum(each.kind == "UpdateApplication" for each in it.service.operations)


def by_hand(it: Endpoint, parallelism: int) -> None:
    """An operator's UpdateApplication, until the job runs again."""
    it.service.update(ApplicationUpdate(parallelism, token=it.service.token))
    it.world.advance(300)
    assert it.service.status == "RUNNING"


@pytest.mark.parametrize("sweeps", [False, True], ids=["unswept", "swept"])
def test_a_parallelism_that_was_reached_is_not_defended_against_an_operator(sweeps: bool) -> None:
    with endpoint() as it:
        it.patch(8.0)
        it.world.advance(300)
        assert it.get() == (8.0, 8.0, "Successful")
        if sweeps:
            sweep_now()
        by_hand(it, 12)
        for _ in range(3):
            assert it.get() == (12.0, 12.0, "Successful")
            it.world.advance(120)
            sweep_now()
        assert updates(it) == 2


def test_an_operator_who_takes_over_on_the_way_is_not_fought() -> None:
    with endpoint() as it:
        it.patch(8.0)
        it.world.advance(600)
        it.patch(6.0)
        it.world.advance(300)
        by_hand(it, 3)
        assert it.get() == (3.0, 3.0, "Successful")
        sweep_now()
        assert it.get() == (3.0, 3.0, "Successful")
        assert updates(it) == 3


def test_an_update_that_stopped_the_job_is_failed_though_the_parallelism_is_as_asked() -> None:
    with endpoint() as it:
        it.world.the(EmbeddedApplication).strike(
            Fault(0, "update-fails", {"reason": "no free IP address"})
        )
        it.patch(8.0)
        # Switched off when the update was under way already: it was asked for with it on.
        state = it.world.the(EmbeddedApplication).state
        state.data = replace(state.data, rollback_enabled=False)
        it.world.advance(900)
        assert it.service.status == "READY"
        status, told = it.call("GET", DIMENSION)
        assert (status, told["scalingStatus"]) == (200, "Failed")
        assert told["failureReason"].startswith("click-counter is READY and does not run")
        assert "no free IP address" in told["failureReason"]
        sweep_now()
        assert it.get()[2] == "Failed"


@pytest.mark.parametrize(
    ("status", "told"),
    [
        ("STARTING", "InProgress"),
        ("STOPPING", "InProgress"),
        ("FORCE_STOPPING", "InProgress"),
        ("UPDATING", "InProgress"),
        ("AUTOSCALING", "InProgress"),
        ("ROLLING_BACK", "InProgress"),
        ("MAINTENANCE", "InProgress"),
        ("READY", "Failed"),
        ("DELETING", "Failed"),
        ("ROLLED_BACK", "Failed"),
        ("A_STATUS_OF_THE_FUTURE", "Failed"),
    ],
)
def test_only_an_application_that_runs_is_successful(status: str, told: str) -> None:
    with endpoint() as it:
        it.service.status = status
        assert it.get() == (2.0, 2.0, told)


@pytest.mark.parametrize("status", ["READY", "DELETING", "ROLLED_BACK"])
def test_what_was_asked_of_a_stopped_application_is_not_done_once_it_is_started(
    status: str,
) -> None:
    with endpoint() as it:
        it.service.status = status
        refused, told = it.call("PATCH", DIMENSION, {"desiredCapacity": 8.0})
        assert (refused, f"is {status} and does not run" in told["message"]) == (400, True)
        it.service.status = "RUNNING"
        for _ in range(2):
            assert it.get() == (2.0, 2.0, "Successful")
            sweep_now()
            it.world.advance(60)
        assert updates(it) == 0


def test_an_update_that_was_rolled_back_is_told_and_never_tried_again_unasked() -> None:
    with endpoint() as it:
        it.world.the(EmbeddedApplication).state.data = with_rollback(it.world)
        it.world.the(EmbeddedApplication).strike(
            Fault(0, "update-fails", {"reason": "no free IP address"})
        )
        it.patch(6.0)
        for _ in range(45):
            it.world.advance(60)
            sweep_now()
        assert it.get() == (2.0, 6.0, "Failed")
        _, told = it.call("GET", DIMENSION)
        assert told["failureReason"].endswith("was rolled back: no free IP address")
        assert updates(it) == 1


def test_a_rollback_that_no_sweep_has_seen_is_told_too() -> None:
    with endpoint() as it:
        it.world.the(EmbeddedApplication).state.data = with_rollback(it.world)
        it.world.the(EmbeddedApplication).strike(
            Fault(0, "update-fails", {"reason": "no free IP address"})
        )
        it.patch(6.0)
        it.world.advance(45 * 60)
        for _ in range(2):
            assert it.get() == (2.0, 6.0, "Failed")
            sweep_now()
        assert updates(it) == 1
