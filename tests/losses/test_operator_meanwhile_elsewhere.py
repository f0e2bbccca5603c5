"""An operator's change of read units, of an index or of a Flink application is not undone for a
desired capacity either, nor is one of them moved that DynamoDB scales since."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from tests.chalice_app.test_as_application_auto_scaling import sweep_now
from tests.chalice_app.test_flink_endpoint import endpoint as before_a_world
from tests.losses.account import Account
from tests.losses.endpoint import TABLE, Endpoint
from tests.losses.test_flink_desired_parallelism import updates
from tests.losses.test_operator_meanwhile import busy, lost
from tests.losses.test_second_owner import a_throttled_index, register
from tests.orders import SPEC
from tidegate.scaling.config.specification import (
    ConsumerSpec,
    IndexSpec,
    Levers,
    LeverSpec,
    TableSpec,
)
from tidegate.simulator.kinds.flink_application.operation import ApplicationUpdate

READS = "read_capacity~orders"
INDEX = "write_capacity~orders~by-customer"
PARALLELISM = "parallelism~click-counter"
THEIRS = LeverSpec(min=1, max=4000, owner="application-autoscaling")
ALL_THEIRS = replace(
    SPEC,
    levers=replace(SPEC.levers, read_capacity=THEIRS),
    consumers=[
        ConsumerSpec(
            "order-writer",
            tables=[
                TableSpec(
                    "orders", indexes=[IndexSpec("by-customer", levers=Levers(None, None, THEIRS))]
                )
            ],
        )
    ],
)
DIMENSIONS = pytest.mark.parametrize("dimension", [READS, INDEX])


@pytest.fixture
def it(account: Account) -> Endpoint:
    a_throttled_index(account)
    return Endpoint.of(account, spec=ALL_THEIRS)


def by_hand(it: Endpoint, dimension: str, units: int) -> None:
    if dimension == READS:
        to = {"ReadCapacityUnits": units, "WriteCapacityUnits": 50}
        changed: dict[str, Any] = {"ProvisionedThroughput": to}
    else:
        to = {"ReadCapacityUnits": 5, "WriteCapacityUnits": units}
        update = {"Update": {"IndexName": "by-customer", "ProvisionedThroughput": to}}
        changed = {"GlobalSecondaryIndexUpdates": [update]}
    it.account.client("dynamodb").update_table(TableName="orders", **changed)


def dated(it: Endpoint) -> None:
    """Moments of the last changes, which moto doesn't keep."""
    at = it.now + timedelta(seconds=len(it.account.changes))

    def answer(_: object, real: Callable[[], dict[str, Any]]) -> object:
        told = real()
        for each in (told["Table"], *told["Table"]["GlobalSecondaryIndexes"]):
            each["ProvisionedThroughput"] |= {
                "LastIncreaseDateTime": at, "LastDecreaseDateTime": at
            }  # fmt: skip
        return told

    it.account.on("DescribeTable", answer)


def stays(it: Endpoint, dimension: str, units: int) -> None:
    made = len(it.account.changes)
    for _ in range(3):
        it.wait()
        it.sweep()
        assert it.get(dimension) == (units, units, "Successful")
    assert len(it.account.changes) == made


@DIMENSIONS
def test_a_change_that_was_under_way_at_the_request_is_not_undone(
    it: Endpoint, dimension: str
) -> None:
    busy(it, TABLE)
    assert it.patch(dimension, 60)[1:] == (60, "Pending")
    by_hand(it, dimension, 70)
    it.account.hooks.clear()
    stays(it, dimension, 70)


@DIMENSIONS
def test_what_was_set_back_after_a_lost_answer_is_left(it: Endpoint, dimension: str) -> None:
    dated(it)
    before = int(it.get(dimension)[0])
    lost(it, "UpdateTable")
    it.patch(dimension, 60)
    it.account.hooks.clear()
    assert it.get(dimension)[0] == 60
    by_hand(it, dimension, before)
    dated(it)
    stays(it, dimension, before)


@pytest.mark.parametrize(
    ("dimension", "resource", "scalable"),
    [
        (READS, "table/orders", "dynamodb:table:ReadCapacityUnits"),
        (INDEX, "table/orders/index/by-customer", "dynamodb:index:WriteCapacityUnits"),
    ],
)
def test_what_dynamodb_scales_since_is_not_moved(
    it: Endpoint, dimension: str, resource: str, scalable: str
) -> None:
    busy(it, TABLE)
    assert it.patch(dimension, 60)[1:] == (60, "Pending")
    it.account.hooks.clear()
    it.wait()
    register(it.account, resource, scalable)
    it.sweep()
    assert it.account.asked("UpdateTable") == []
    (_, told) = it.call("GET", dimension)
    assert told["scalingStatus"] == "Failed"
    assert "is also a scalable target of DynamoDB auto scaling" in told["failureReason"]


@pytest.mark.parametrize("sweeps", [False, True], ids=["unswept", "swept"])
def test_an_update_of_a_flink_application_that_was_under_way_is_not_undone(sweeps: bool) -> None:
    with before_a_world() as it:
        it.service.update(ApplicationUpdate(12, token=it.service.token))
        assert it.patch(8)[1:] == (8.0, "Pending")
        for _ in range(10):
            it.world.advance(60)
            if sweeps:
                sweep_now()
        assert it.get() == (12.0, 12.0, "Successful")
        assert updates(it) == 1
