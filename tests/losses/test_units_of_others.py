"""UpdateTable writes back nothing that another owner set in the meantime."""

from collections.abc import Callable
from contextlib import nullcontext
from typing import Any

import pytest

from tests.losses.account import Account
from tests.losses.test_second_owner import a_throttled_index
from tidegate.scaling.aws.clients import Clients
from tidegate.scaling.aws.kinds.dynamodb_table.changes import ChangedMeanwhile, update_table
from tidegate.scaling.kinds.dynamodb_table.actions import CapacityTarget, UpdateTableThroughput


def units(account: Account) -> tuple[int, int]:
    table = account.client("dynamodb").describe_table(TableName="orders")["Table"]
    throughput = table["ProvisionedThroughput"]
    return throughput["ReadCapacityUnits"], throughput["WriteCapacityUnits"]


@pytest.mark.parametrize("read", [500, 1])
def test_read_units_that_another_owner_moved_after_the_look_stay_as_they_are(
    account: Account, read: int
) -> None:
    account.pipeline(write=50)
    account.minutes(since=30, until=6)
    account.minutes(since=5, throttled=900, units=2990, age=70_000)
    moved: list[int] = []

    def metrics(_: object, real: Callable[[], Any]) -> Any:
        if not moved:
            moved.append(read)
            account.client("dynamodb").update_table(
                TableName="orders",
                ProvisionedThroughput={"ReadCapacityUnits": read, "WriteCapacityUnits": 50},
            )
        return real()

    account.on("GetMetricData", metrics)
    account.sweep()
    now, write = units(account)
    assert (now, write > 50) == (read, True)


@pytest.mark.parametrize("read", [500, 1])
def test_nor_are_those_of_an_index_written_back(account: Account, read: int) -> None:
    a_throttled_index(account)
    moved: list[int] = []

    def metrics(_: object, real: Callable[[], Any]) -> Any:
        if not moved:
            moved.append(read)
            to = {"ReadCapacityUnits": read, "WriteCapacityUnits": 50}
            update = {"Update": {"IndexName": "by-customer", "ProvisionedThroughput": to}}
            account.client("dynamodb").update_table(
                TableName="orders", GlobalSecondaryIndexUpdates=[update]
            )
        return real()

    account.on("GetMetricData", metrics)
    account.sweep()
    table = account.client("dynamodb").describe_table(TableName="orders")["Table"]
    throughput = table["GlobalSecondaryIndexes"][0]["ProvisionedThroughput"]
    assert throughput["ReadCapacityUnits"] == read
    assert throughput["WriteCapacityUnits"] > 50


@pytest.mark.parametrize(
    ("write", "read", "status", "is_called"),
    [(50, 5, "ACTIVE", True), (80, 5, "ACTIVE", False), (50, 9, "ACTIVE", True),
     (50, 5, "UPDATING", False)],
    ids=["as decided on", "other write units", "other read units", "UPDATING"],
)  # fmt: skip
def test_a_table_that_is_not_what_was_decided_on_any_more_is_not_changed(
    account: Account, write: int, read: int, status: str, is_called: bool
) -> None:
    """A process may be suspended for minutes before it looks for the last time."""
    account.table(write=write, read=read)
    account.on("DescribeTable", lambda _, real: _with_status(real(), status))
    action = UpdateTableThroughput("orders", (CapacityTarget(None, 50, 5, 100, 5),))
    with nullcontext() if is_called else pytest.raises(ChangedMeanwhile, match="not called"):
        update_table(action, Clients(region=account.region))
    assert len(account.asked("UpdateTable")) == is_called
    assert units(account) == (read, 100 if is_called else write)


def _with_status(answer: Any, status: str) -> Any:
    answer["Table"]["TableStatus"] = status
    return answer


def test_a_table_without_a_forecast_is_still_cured(account: Account) -> None:
    """The read of the past fails, and nothing else."""
    account.pipeline(write=50)
    account.minutes(since=30, until=6)
    account.minutes(since=5, throttled=900, units=2990, age=70_000)

    def metrics(parameters: dict[str, Any], real: Callable[[], Any]) -> Any:
        if any(each["MetricStat"]["Period"] > 60 for each in parameters["MetricDataQueries"]):
            raise ValueError("what CloudWatch answered can't be read")
        return real()

    account.on("GetMetricData", metrics)
    told = account.swept()["pipelines"][0]
    assert units(account)[1] > 50
    assert any("no forecast" in words for words in told["advice"])
