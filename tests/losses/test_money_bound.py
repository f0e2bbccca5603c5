"""``max_usd_a_day`` of a pipeline holds whoever asks for capacity."""

from dataclasses import replace
from typing import Any

import pytest

from tests.losses.account import PIPELINES, Account
from tests.losses.endpoint import TABLE, Endpoint
from tidegate.scaling.model.prices import prices

WRITE_USD = 24 * prices()["write_capacity_unit_hour_usd"]
OTHERS_USD = 24 * (prices()["shard_hour_usd"] + 5 * prices()["read_capacity_unit_hour_usd"])
"""A day of one write unit, and of the shard and the read units that the pipeline has."""


def limited(usd: float) -> str:
    return PIPELINES + f"    max_usd_a_day: {usd:.4f}\n"


def a_throttled_table(account: Account) -> None:
    account.pipeline(write=50)
    account.minutes(since=30, until=6)
    account.minutes(since=5, throttled=900, units=2990, age=700)


def write_units(account: Account) -> int:
    table = account.client("dynamodb").describe_table(TableName="orders")["Table"]
    return int(table["ProvisionedThroughput"]["WriteCapacityUnits"])


def held(swept: Any) -> list[tuple[str, list[str]]]:
    (pipeline,) = swept["pipelines"]
    return [
        (each["lever"], [reason["kind"] for reason in each["held_reasons"]])
        for each in pipeline["actions"]
    ]


def test_a_sweep_raises_as_far_as_the_limit_allows_and_says_what_held_it(account: Account) -> None:
    a_throttled_table(account)
    swept = account.swept(limited(OTHERS_USD + 55.5 * WRITE_USD))
    assert write_units(account) == 55
    assert ("write_capacity of orders", ["max-usd-a-day"]) in held(swept)
    assert "limits it to" in str(swept["pipelines"][0]["held_back"])


def test_a_pipeline_above_its_limit_is_neither_raised_nor_scaled_in_for_it(
    account: Account,
) -> None:
    a_throttled_table(account)
    account.swept(limited(0.01))
    assert write_units(account) == 50
    assert account.changes == []


@pytest.mark.parametrize("usd", [None, 1000], ids=["without a limit", "far below it"])
def test_without_need_nothing_is_held(account: Account, usd: float | None) -> None:
    a_throttled_table(account)
    swept = account.swept(PIPELINES if usd is None else limited(usd))
    assert write_units(account) > 55
    assert "max-usd-a-day" not in str(swept)


def test_application_auto_scaling_is_told_that_the_limit_has_failed_its_request(
    endpoint: Endpoint,
) -> None:
    four_shards = 24 * (
        4 * prices()["shard_hour_usd"] + 5 * prices()["read_capacity_unit_hour_usd"]
    )
    endpoint.spec = replace(endpoint.spec, max_usd_a_day=four_shards + 100.5 * WRITE_USD)
    status, told = endpoint.call("PATCH", TABLE, {"desiredCapacity": 3000})
    assert (status, told["scalingStatus"]) == (200, "Failed")
    assert "limits it to" in told["failureReason"]
    for _ in range(2):
        assert endpoint.get(TABLE)[0] == 100
        endpoint.wait()
        endpoint.sweep()
