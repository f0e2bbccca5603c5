"""``max_usd_a_day`` of a pipeline holds whoever asks for capacity."""

from dataclasses import replace
from typing import Any

import pytest

from tests.losses.account import PIPELINES, Account
from tests.losses.endpoint import SHARDS, TABLE, Endpoint
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


SHARD_DAY, UNITS = 24 * prices()["shard_hour_usd"], 5 * 24 * prices()["read_capacity_unit_hour_usd"]
TO_100 = 4 * SHARD_DAY + UNITS + 100.5 * WRITE_USD
PART_WAY = [
    pytest.param(TABLE, 3000, 20, 100, TO_100, id="write units"),
    pytest.param(SHARDS, 20, 4, 6, 6.5 * SHARD_DAY + UNITS + 20 * WRITE_USD, id="shards"),
    pytest.param(SHARDS, 20, 4, 10, 10.5 * SHARD_DAY + UNITS + 20 * WRITE_USD, id="two steps"),
]
"""A dimension, what is asked for, what it has, what the money reaches, and the money."""


@pytest.mark.parametrize(("dimension", "asked", "has", "reached", "usd"), PART_WAY)
def test_what_the_limit_held_part_way_is_failed_for_whoever_asks_until_it_is_changed(
    endpoint: Endpoint, dimension: str, asked: int, has: int, reached: int, usd: float
) -> None:
    endpoint.spec = replace(endpoint.spec, max_usd_a_day=usd)
    before = endpoint.patch(dimension, asked)
    told = [before]
    for _ in range(3):
        endpoint.wait()
        told.append(endpoint.get(dimension))
        endpoint.sweep()
    assert before[:2] == (has, asked)
    assert told[-1] == (reached, asked, "Failed")
    statuses = [status for _, _, status in told]
    assert statuses == sorted(statuses, reverse=True)
    assert "limits it to" in endpoint.call("GET", dimension)[1]["failureReason"]


def test_a_step_that_still_shows_no_effect_is_as_failed_as_its_request(endpoint: Endpoint) -> None:
    endpoint.spec = replace(endpoint.spec, max_usd_a_day=TO_100)
    before = endpoint.account.client("dynamodb").describe_table(TableName="orders")["Table"]
    assert endpoint.patch(TABLE, 3000) == (20, 3000, "Failed")
    stale = {**before, "TableStatus": "UPDATING"}
    endpoint.account.on("DescribeTable", lambda *_: {"Table": stale})
    for minutes in (0.2, 2):
        endpoint.wait(minutes)
        assert endpoint.get(TABLE) == (20, 3000, "Failed")
        endpoint.sweep()
    endpoint.account.hooks.clear()
    assert endpoint.get(TABLE) == (100, 3000, "Failed")


def test_what_an_operator_sets_after_the_limit_held_it_is_left(endpoint: Endpoint) -> None:
    endpoint.spec = replace(endpoint.spec, max_usd_a_day=TO_100)
    assert endpoint.patch(TABLE, 3000) == (20, 3000, "Failed")
    endpoint.wait()
    endpoint.set_units(60)
    for _ in range(2):
        assert endpoint.get(TABLE) == (60, 60, "Successful")
        endpoint.wait()
        endpoint.sweep()
