"""What holds a Flink application's updates back holds those of Application Auto Scaling as well."""

from dataclasses import replace
from typing import Any

import pytest

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
