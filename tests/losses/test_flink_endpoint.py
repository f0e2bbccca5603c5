"""What holds a Flink application's updates back holds those of Application Auto Scaling as well, and
what a restart costs is weighed for them as it is for Tidegate's own."""

from dataclasses import replace
from typing import Any

import pytest

from tests.chalice_app.test_as_application_auto_scaling import sweep_now
from tests.chalice_app.test_flink_endpoint import Endpoint, endpoint
from tidegate.simulator.kinds.flink_application.application import EmbeddedApplication

DIMENSION = "parallelism~click-counter"


def let(it: Endpoint, **changes: Any) -> None:
    state = it.world.the(EmbeddedApplication).state
    state.data = replace(state.data, **changes)


def patched(it: Endpoint, wanted: float) -> dict[str, Any]:
    status, told = it.call("PATCH", DIMENSION, {"desiredCapacity": wanted})
    assert status == 200
    return told


@pytest.mark.parametrize("wanted", [6.0, 32.0])
@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"rollback_enabled": False}, "system rollback of click-counter is off"),
        ({"snapshots_enabled": False}, "snapshots of click-counter are off"),
    ],
)
def test_an_update_without_a_way_back_is_refused_with_the_reason(
    changes: dict[str, bool], reason: str, wanted: float
) -> None:
    with endpoint() as it:
        let(it, **changes)
        told = patched(it, wanted)
        assert (told["scalingStatus"], told["actualCapacity"]) == ("Failed", 2.0)
        assert reason in told["failureReason"]
        assert it.service.operations == []


def test_while_checkpoints_fail_a_wish_waits() -> None:
    with endpoint() as it:
        let(it, checkpoint_timeout_seconds=1.0, checkpoint_megabytes_per_second=0.001)
        it.world.advance(900)
        assert patched(it, 6.0)["scalingStatus"] == "Pending"
        assert it.service.operations == []


def test_a_wish_above_the_named_maximum_fails_and_the_job_is_not_stopped_for_it_again() -> None:
    with endpoint() as it:
        let(it, max_parallelism=4)
        patched(it, 6.0)
        it.world.advance(1200)
        told = patched(it, 6.0)
        it.world.advance(1200)
        told = patched(it, 6.0)
        assert (told["scalingStatus"], told["actualCapacity"]) == ("Failed", 4.0)
        assert "the maximum parallelism of the job of click-counter is 4" in told["failureReason"]
        failed = [each for each in it.service.operations if each.status == "FAILED"]
        assert len(failed) == 1


def swept(it: Endpoint, minutes: int) -> None:
    for _ in range(minutes):
        sweep_now()
        it.world.advance(60)


def test_a_restart_of_much_state_waits_until_the_job_was_behind_for_as_long(
    caplog: pytest.LogCaptureFixture,
) -> None:
    """The load passes what two subtasks do in the fourteenth minute; 60 GB take 21 minutes to come
    back, as far as is known of a job that was never restarted."""
    with endpoint() as it:
        let(it, state_megabytes=60_000.0)
        it.world.advance(1500)
        for _ in range(2):
            told = patched(it, 8.0)
            assert (told["scalingStatus"], told["desiredCapacity"]) == ("Pending", 8.0)
            assert "failureReason" not in told
        waits_for = [each.waits_for for each in caplog.records if hasattr(each, "waits_for")]
        assert "waits until it has been behind for as long" in waits_for[-1]
        swept(it, 3)
        assert it.service.operations == []
        assert it.get() == (2.0, 8.0, "Pending")
        swept(it, 15)
        assert len(it.service.operations) == 1
        it.world.advance(900)
        assert it.get() == (8.0, 8.0, "Successful")


def test_fewer_subtasks_than_the_load_needs_are_not_had_whoever_asks() -> None:
    with endpoint() as it:
        it.world.advance(1020)
        it.patch(8.0)
        it.world.advance(900)
        assert it.get() == (8.0, 8.0, "Successful")
        for _ in range(2):
            assert patched(it, 2.0)["scalingStatus"] == "Pending"
            swept(it, 10)
        assert len(it.service.operations) == 1
        assert it.patch(7.0) == (8.0, 7.0, "InProgress")
