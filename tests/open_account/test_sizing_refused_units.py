"""Throttles that the stream's records don't explain raise what is refused."""

import json
from typing import Any

import pytest

from tests.losses.account import PIPELINES, Account

FILE = PIPELINES + "      read_capacity: {max: 4000, owner: tidegate}\n"
TABLE = {"TableName": "orders"}


def others(account: Account, since: int, until: int = 1, **values: float) -> None:
    for back in range(since, until - 1, -1):
        account.put("AWS/DynamoDB", TABLE, back, dict(values))


def swept(account: Account, text: str = FILE) -> tuple[int, str, dict[str, int], Any]:
    result = account.sweep(text, "--dry-run")
    (pipeline,) = json.loads(result.stdout)["pipelines"]
    moved = {each["lever"]: each["to"] for each in pipeline["actions"]}
    return result.exit_code, pipeline["health"], moved, pipeline


def test_reads_throttled_for_long_raise_the_read_units(account: Account) -> None:
    account.pipeline(write=100)
    account.minutes(since=90)
    others(account, 90, 81, ConsumedReadCapacityUnits=60)
    others(account, 80, ConsumedReadCapacityUnits=300, ReadThrottleEvents=500)
    _, _, moved, pipeline = swept(account)
    assert moved == {"read_capacity of orders": 10}
    assert "refuses 8.3 requests/s at 5 units" in json.dumps(pipeline["actions"])


def test_reads_that_only_the_consumer_makes_are_no_slow_consumer(account: Account) -> None:
    """It waits for its reads, all its lanes are busy and the age grows: units are the cure."""
    account.pipeline(write=400)
    account.minutes(since=90, until=11)
    others(account, 90, 11, ConsumedReadCapacityUnits=200)
    for back in range(10, 0, -1):
        account.minutes(since=back, until=back, read=1200, age=(11 - back) * 25_000,
                        invocations=12, duration=4950)  # fmt: skip
    others(account, 10, ConsumedReadCapacityUnits=300, ReadThrottleEvents=200)
    _, _, moved, pipeline = swept(account)
    assert [each["cause"] for each in pipeline["diagnoses"]] == ["table-throttled"]
    assert moved.get("read_capacity of orders", 0) > 5
    assert not [lever for lever in moved if "factor" in lever]


def test_writes_of_another_job_raise_the_write_units(account: Account) -> None:
    """A backfill takes what is left: 40 % of the writes are refused, those of others."""
    account.pipeline(write=100)
    account.minutes(since=90, until=61)
    account.minutes(since=60, units=6000, throttled=4000)
    _, _, moved, _ = swept(account)
    assert moved == {"write_capacity of orders": 167}


@pytest.mark.sampled(2)
@pytest.mark.parametrize(("minutes", "others_units"), [(10, 4500), (25, 4000), (4, 5400)])
def test_another_job_that_makes_the_consumer_late_is_no_drain(
    account: Account, minutes: int, others_units: int
) -> None:
    """All units are used, and what the stream needs of them would be enough."""
    account.pipeline(write=100)
    account.minutes(since=90, until=minutes + 1)
    for back in range(minutes, 0, -1):
        account.minutes(since=back, until=back, read=6000 - others_units, units=6000,
                        throttled=4000, age=(minutes + 1 - back) * 22_000, invocations=12,
                        duration=4950)  # fmt: skip
    _, _, moved, pipeline = swept(account)
    assert moved["write_capacity of orders"] == 167
    assert "which the records of the stream do not explain" in json.dumps(pipeline["actions"])


@pytest.mark.parametrize(
    ("minutes", "throttled", "to"), [(3, 9_000, 200), (8, 9_000, 200), (20, 1_500, 125)]
)
def test_a_consumer_that_falls_behind_a_full_table_gets_units_though_its_load_is_met(
    account: Account, minutes: int, throttled: int, to: int
) -> None:
    """Batches are written again and again: as many records are read as come in, of a unit each."""
    account.pipeline(write=100)
    account.minutes(since=90, until=minutes + 1)
    for back in range(minutes, 0, -1):
        account.minutes(since=back, until=back, units=6000, throttled=throttled,
                        age=60_000 + (minutes - back) * 30_000, invocations=12,
                        duration=4950)  # fmt: skip
    _, health, moved, _ = swept(account)
    assert (health, moved["write_capacity of orders"]) == ("sick", to)


@pytest.mark.parametrize("minutes", [1, 30])
def test_a_lever_without_an_owner_is_advised_on_and_the_verdict_is_sick(
    account: Account, minutes: int
) -> None:
    account.pipeline(write=100)
    account.minutes(since=90)
    others(account, 90, minutes + 1, ConsumedReadCapacityUnits=60)
    others(account, minutes, ConsumedReadCapacityUnits=300, ReadThrottleEvents=500)
    _, health, moved, pipeline = swept(account, PIPELINES)
    assert moved == {}
    if minutes > 1:
        assert health == "sick"
        assert any("read capacity of orders from 5 to 10" in each for each in pipeline["advice"])


def test_one_minute_of_refused_reads_moves_nothing(account: Account) -> None:
    account.pipeline(write=100)
    account.minutes(since=90)
    others(account, 90, 2, ConsumedReadCapacityUnits=60)
    others(account, 1, ConsumedReadCapacityUnits=300, ReadThrottleEvents=500)
    assert swept(account)[2] == {}
