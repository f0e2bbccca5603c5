"""What waits for one consumer of a stream is no backlog of another that keeps up."""

import json
from typing import Any

import pytest

from tests.losses.account import PIPELINES, Account

FILE = PIPELINES.replace(
    "    levers:\n", "      - {function: audit-writer, tables: [audit]}\n    levers:\n"
)
SECONDS = 30_000
"""Milliseconds that the late one falls behind in a minute."""


def two_consumers(account: Account, *, units: int, of_audit: int) -> None:
    account.pipeline(write=units)
    account.function("audit-writer")
    summary = account.client("kinesis").describe_stream_summary(StreamName="orders")
    arn = summary["StreamDescriptionSummary"]["StreamARN"]
    account.mapping(arn, "audit-writer", BatchSize=100)
    account.table("audit", write=of_audit)


def told(account: Account, back: int, *, age: float, own: float | None, **of: Any) -> None:
    """A minute in which the one is late by ``age``, and the other by ``own``, None where that is not
    published."""
    records = of.get("records", 2400)
    account.minutes(since=back, until=back, age=age, **of)
    account.put("AWS/Lambda", {"FunctionName": "order-writer"}, back, {"IteratorAge": age})
    values = {"Invocations": 24, "Errors": 0, "Throttles": 0, "Duration": (24, 21_600, 720, 1080)}
    if own is not None:
        values["IteratorAge"] = own
    account.put("AWS/Lambda", {"FunctionName": "audit-writer"}, back, values)
    account.put(
        "AWS/DynamoDB", {"TableName": "audit"}, back, {"ConsumedWriteCapacityUnits": records}
    )


def swept(account: Account) -> dict[str, int]:
    (pipeline,) = json.loads(account.sweep(FILE, "--dry-run").stdout)["pipelines"]
    return {each["lever"]: each["to"] for each in pipeline["actions"]}


def calm(account: Account, until: int) -> None:
    for back in range(90, until, -1):
        records = 2400 + back % 5 * 40
        told(account, back, age=500, own=500, records=records, read=2 * records, units=records)


def test_a_slow_consumer_is_raised_and_the_other_stays(account: Account) -> None:
    two_consumers(account, units=3000, of_audit=60)
    calm(account, 10)
    for back in range(10, 0, -1):
        told(account, back, age=(11 - back) * SECONDS, own=500, read=3600, units=1200,
             invocations=12, duration=4950)  # fmt: skip
    moved = swept(account)
    assert moved["parallelization_factor of order-writer"] > 1
    assert not [lever for lever in moved if "audit" in lever]


def test_a_throttled_table_is_raised_and_that_of_the_other_stays(account: Account) -> None:
    two_consumers(account, units=45, of_audit=60)
    calm(account, 10)
    for back in range(10, 0, -1):
        told(account, back, age=(11 - back) * SECONDS, own=900, records=3300, read=3300 + 2700,
             units=2700, throttled=900, invocations=27, duration=2200)  # fmt: skip
    moved = swept(account)
    assert moved["write_capacity of orders"] > 60
    assert moved.get("write_capacity of audit", 60) <= 85
    assert "parallelization_factor of audit-writer" not in moved


@pytest.mark.parametrize("own", [None, 200_000], ids=["not known", "late too"])
def test_a_consumer_that_may_be_late_too_is_raised_as_well(
    account: Account, own: float | None
) -> None:
    two_consumers(account, units=3000, of_audit=60)
    calm(account, 10)
    for back in range(10, 0, -1):
        told(account, back, age=(11 - back) * SECONDS, own=own, read=3600, units=1200,
             invocations=12, duration=4950)  # fmt: skip
    assert "parallelization_factor of audit-writer" in swept(account)
