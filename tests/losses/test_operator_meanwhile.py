"""An operator's change is not undone for a desired capacity: one that was under way when it was
accepted, and one that set back a step whose answer was lost."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import botocore.exceptions
import pytest

from tests.losses.endpoint import FACTOR, SHARDS, TABLE, Endpoint
from tests.losses.test_second_owner import refuse, register_writes
from tidegate.scaling.sweep import sweep

By = Callable[[Endpoint, int], None]
CASES = [
    pytest.param(TABLE, 60, Endpoint.set_units, id="write units"),
    pytest.param(SHARDS, 6, Endpoint.set_shards, id="shards"),
    pytest.param(FACTOR, 6, Endpoint.set_factor, id="factor"),
]
CALLS = {TABLE: "UpdateTable", SHARDS: "UpdateShardCount", FACTOR: "UpdateEventSourceMapping"}
LOOKS = {
    TABLE: "DescribeTable",
    SHARDS: "DescribeStreamSummary",
    FACTOR: "ListEventSourceMappings",
}


def under_way(told: dict[str, Any]) -> dict[str, Any]:
    """A description while AWS is at a change: capacities are those of before."""
    if "Table" in told:
        told["Table"]["TableStatus"] = "UPDATING"
    elif "StreamDescriptionSummary" in told:
        told["StreamDescriptionSummary"]["StreamStatus"] = "UPDATING"
    else:
        for mapping in told["EventSourceMappings"]:
            mapping["State"] = "Updating"
    return told


def busy(endpoint: Endpoint, dimension: str) -> None:
    endpoint.account.on(LOOKS[dimension], lambda _, real: under_way(real()))


@pytest.mark.parametrize(("dimension", "wanted", "by_hand"), CASES)
def test_a_change_that_was_under_way_at_the_request_is_not_undone(
    endpoint: Endpoint, dimension: str, wanted: int, by_hand: By
) -> None:
    busy(endpoint, dimension)
    assert endpoint.patch(dimension, wanted)[1:] == (wanted, "Pending")
    by_hand(endpoint, wanted + 1)
    endpoint.account.hooks.clear()
    made = len(endpoint.account.changes)
    for _ in range(3):
        endpoint.wait()
        assert endpoint.get(dimension) == (wanted + 1, wanted + 1, "Successful")
        endpoint.sweep()
    assert len(endpoint.account.changes) == made


@pytest.mark.parametrize(("dimension", "wanted", "by_hand"), CASES)
def test_a_request_after_that_change_is_carried_out(
    endpoint: Endpoint, dimension: str, wanted: int, by_hand: By
) -> None:
    busy(endpoint, dimension)
    endpoint.patch(dimension, wanted)
    by_hand(endpoint, wanted + 1)
    endpoint.account.hooks.clear()
    endpoint.wait()
    assert endpoint.patch(dimension, wanted)[1:] == (wanted, "InProgress")
    endpoint.wait()
    assert endpoint.get(dimension) == (wanted, wanted, "Successful")


@pytest.mark.parametrize("minutes", [0.5, 5], ids=["a young one", "one of minutes ago"])
def test_a_change_of_tidegates_own_that_is_under_way_is_no_operators(
    endpoint: Endpoint, minutes: float
) -> None:
    """The call has reached AWS, which still shows the units of before."""
    endpoint.patch(TABLE, 25)
    real = 25

    def still_before(_: object, answer: Callable[[], dict[str, Any]]) -> object:
        told = under_way(answer())
        if told["Table"]["ProvisionedThroughput"]["WriteCapacityUnits"] == real:
            told["Table"]["ProvisionedThroughput"]["WriteCapacityUnits"] = 20
        return told

    endpoint.account.on("DescribeTable", still_before)
    endpoint.wait(minutes)
    assert endpoint.patch(TABLE, 30) == (20, 30, "Pending")
    endpoint.account.hooks.clear()
    endpoint.wait(5)
    assert endpoint.get(TABLE) == (25, 30, "Pending")
    endpoint.sweep()
    assert endpoint.get(TABLE) == (30, 30, "Successful")


def lost(endpoint: Endpoint, operation: str, *, reaches_aws: bool = True) -> None:
    def answer(_: object, real: Callable[[], object]) -> object:
        if reaches_aws:
            real()
        raise botocore.exceptions.ReadTimeoutError(endpoint_url=operation)

    endpoint.account.on(operation, answer)


def dated(endpoint: Endpoint, dimension: str) -> None:
    """Moments of the last changes, which moto doesn't keep."""
    changes = [each for each in endpoint.account.changes if each[0].startswith("Update")]
    at = endpoint.now + timedelta(seconds=len(changes))

    def answer(_: object, real: Callable[[], dict[str, Any]]) -> object:
        told = real()
        if dimension == TABLE:
            moments = {"LastIncreaseDateTime": at, "LastDecreaseDateTime": at}
            told["Table"]["ProvisionedThroughput"].update(moments)
        elif dimension == FACTOR:
            for mapping in told["EventSourceMappings"]:
                mapping["LastModified"] = at
        return told

    endpoint.account.on(LOOKS[dimension], answer)


@pytest.mark.parametrize("later", [False, True], ids=["first step", "later step"])
@pytest.mark.parametrize(("dimension", "wanted", "by_hand"), CASES)
def test_what_was_set_back_after_a_lost_answer_is_left(
    endpoint: Endpoint, dimension: str, wanted: int, by_hand: By, later: bool
) -> None:
    dated(endpoint, dimension)
    if later:
        busy(endpoint, dimension)
        endpoint.patch(dimension, wanted)
        dated(endpoint, dimension)
        endpoint.wait()
    before = int(endpoint.get(dimension)[0])
    lost(endpoint, CALLS[dimension])
    if later:
        endpoint.sweep()
    else:
        endpoint.patch(dimension, wanted)
    endpoint.account.hooks.clear()
    assert endpoint.get(dimension)[0] == wanted
    by_hand(endpoint, before)
    dated(endpoint, dimension)
    made = len(endpoint.account.changes)
    for _ in range(3):
        endpoint.wait()
        endpoint.sweep()
        assert endpoint.get(dimension) == (before, before, "Successful")
    assert len(endpoint.account.changes) == made


@pytest.mark.parametrize(("dimension", "wanted"), [(TABLE, 60), (SHARDS, 6), (FACTOR, 6)])
def test_what_never_reached_aws_is_asked_for_again(
    endpoint: Endpoint, dimension: str, wanted: int
) -> None:
    dated(endpoint, dimension)
    lost(endpoint, CALLS[dimension], reaches_aws=False)
    endpoint.patch(dimension, wanted)
    del endpoint.account.hooks[CALLS[dimension]]
    for _ in range(3):
        endpoint.wait()
        endpoint.sweep()
    assert endpoint.get(dimension) == (wanted, wanted, "Successful")


def test_a_raise_of_reads_does_not_hide_that_a_raise_of_writes_never_reached_aws(
    endpoint: Endpoint,
) -> None:
    lost(endpoint, "UpdateTable", reaches_aws=False)
    endpoint.patch(TABLE, 60)
    endpoint.account.hooks.clear()

    def reads_raised(_: object, real: Callable[[], dict[str, Any]]) -> object:
        told = real()
        told["Table"]["ProvisionedThroughput"]["LastIncreaseDateTime"] = endpoint.now
        return told

    endpoint.account.on("DescribeTable", reads_raised)
    for _ in range(2):
        endpoint.wait()
        endpoint.sweep()
    assert endpoint.get(TABLE) == (60, 60, "Successful")


def test_a_sweep_that_dies_before_its_call_leaves_what_the_next_one_takes_up(
    endpoint: Endpoint,
) -> None:
    """The second step's intention is written, and no call made."""
    endpoint.patch(SHARDS, 20)
    endpoint.wait()

    def dies(*_: object) -> object:
        raise KeyboardInterrupt

    endpoint.account.on("UpdateShardCount", dies)
    with pytest.raises(KeyboardInterrupt):
        endpoint.sweep()
    endpoint.account.hooks.clear()
    for _ in range(4):
        endpoint.wait()
        endpoint.sweep()
    assert endpoint.get(SHARDS) == (20, 20, "Successful")


def a_step_held(endpoint: Endpoint) -> None:
    """A desired capacity of the table that no step was taken for yet."""
    busy(endpoint, TABLE)
    assert endpoint.patch(TABLE, 60) == (20, 60, "Pending")
    endpoint.account.hooks.clear()
    endpoint.wait()


def test_a_table_that_dynamodb_scales_since_is_not_moved_and_says_so(endpoint: Endpoint) -> None:
    a_step_held(endpoint)
    register_writes(endpoint.account)
    for _ in range(2):
        endpoint.sweep()
        endpoint.wait()
    assert endpoint.account.asked("UpdateTable") == []
    assert endpoint.get(TABLE) == (20, 60, "Failed")
    (_, told) = endpoint.call("GET", TABLE)
    assert "is also a scalable target of DynamoDB auto scaling" in told["failureReason"]


def test_a_table_that_dynamodb_scales_since_its_first_step_is_not_moved(
    endpoint: Endpoint,
) -> None:
    """The first step was lost on its way."""
    lost(endpoint, "UpdateTable", reaches_aws=False)
    endpoint.patch(TABLE, 60)
    endpoint.account.hooks.clear()
    endpoint.wait()
    register_writes(endpoint.account)
    made = len(endpoint.account.asked("UpdateTable"))
    for _ in range(2):
        endpoint.sweep()
        endpoint.wait()
    assert len(endpoint.account.asked("UpdateTable")) == made
    assert endpoint.get(TABLE) == (20, 60, "Failed")


@pytest.mark.parametrize("code", ["AccessDeniedException", "ThrottlingException"])
def test_a_table_whose_owners_could_not_be_asked_for_waits(endpoint: Endpoint, code: str) -> None:
    a_step_held(endpoint)
    endpoint.account.on("DescribeScalableTargets", refuse(code))
    report = sweep([endpoint.spec], endpoint.edges, endpoint.now, holder="sweep")
    assert [each.name for each in report.unreached] == ["orders"]
    assert endpoint.account.asked("UpdateTable") == []
    endpoint.account.hooks.clear()
    endpoint.wait()
    endpoint.sweep()
    assert endpoint.get(TABLE) == (60, 60, "Successful")
