"""UpdateTable writes back nothing that another owner set in the meantime."""

from collections.abc import Callable
from typing import Any

import pytest

from tests.losses.account import Account


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
