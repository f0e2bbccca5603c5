"""Silence that a metric means as zero is one, where another metric of the minute says so."""

import json
from typing import Any

import pytest

from tests.losses.account import PIPELINES, Account

FILE = PIPELINES + "      read_capacity: {max: 4000, owner: tidegate}\n"
STREAM = {"StreamName": "orders"}
EMPTY = {"GetRecords.Records": 0, "GetRecords.IteratorAgeMilliseconds": 0}
NOTHING_CAME = {"IncomingRecords": 0, "IncomingBytes": 0}


def moved(account: Account) -> dict[str, int]:
    (pipeline,) = json.loads(account.sweep(FILE, "--dry-run").stdout)["pipelines"]
    return {each["lever"]: each["to"] for each in pipeline["actions"]}


def idle(account: Account, minutes: int, values: dict[str, Any]) -> None:
    """Minutes in which table and function publish nothing."""
    for back in range(minutes, 0, -1):
        account.put("AWS/Kinesis", STREAM, back, values)


@pytest.mark.parametrize("minutes", [79, 60, 30])
def test_an_idle_stream_lets_the_units_go(account: Account, minutes: int) -> None:
    account.pipeline(shards=4, write=400)
    account.minutes(since=175, until=minutes + 1, records=6000, invocations=60)
    idle(account, minutes, EMPTY | NOTHING_CAME)
    assert moved(account)["write_capacity of orders"] < 400


def test_arrivals_that_are_not_published_at_all_are_idle_as_well(account: Account) -> None:
    account.pipeline(shards=4, write=400)
    account.minutes(since=175, until=80, records=6000, invocations=60)
    idle(account, 79, EMPTY)
    assert moved(account)["write_capacity of orders"] < 400


def test_read_units_go_with_the_write_units(account: Account) -> None:
    account.pipeline(shards=4, write=400)
    account.client("dynamodb").update_table(
        TableName="orders",
        ProvisionedThroughput={"ReadCapacityUnits": 300, "WriteCapacityUnits": 400},
    )
    account.minutes(since=175, until=80, records=6000, invocations=60)
    for back in range(175, 79, -1):
        account.put("AWS/DynamoDB", {"TableName": "orders"}, back, {
            "ConsumedReadCapacityUnits": 3000,
        })  # fmt: skip
    idle(account, 79, EMPTY | NOTHING_CAME)
    assert moved(account)["read_capacity of orders"] < 300


def test_a_table_that_is_silent_while_records_are_read_keeps_its_units(account: Account) -> None:
    """Its metrics may be missing: what is not told is no zero."""
    account.pipeline(shards=4, write=400)
    account.minutes(since=175, until=80, records=6000, invocations=60)
    for back in range(79, 0, -1):
        account.put("AWS/Kinesis", STREAM, back, {
            "IncomingRecords": 60, "IncomingBytes": 6000, "GetRecords.Records": 60,
            "GetRecords.IteratorAgeMilliseconds": 0,
        })  # fmt: skip
        account.put("AWS/Lambda", {"FunctionName": "order-writer"}, back, {
            "Invocations": 60, "Errors": 0, "Throttles": 0, "Duration": (60, 6000, 90, 110),
        })  # fmt: skip
    assert "write_capacity of orders" not in moved(account)


def test_a_stream_of_which_nothing_is_told_keeps_them(account: Account) -> None:
    account.pipeline(shards=4, write=400)
    account.minutes(since=175, until=80, records=6000, invocations=60)
    for back in range(79, 0, -1):
        account.put("AWS/Lambda", {"FunctionName": "order-writer"}, back, {"Invocations": 0})
    assert moved(account) == {}
