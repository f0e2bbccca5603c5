"""How AWS said no decides when it is asked again: a rate is over at once, a budget is not."""

import sqlite3
from datetime import datetime, timedelta
from typing import Any

import boto3
import pytest
from botocore.stub import Stubber

from tests.builders import NOON, a_pipeline
from tests.losses.account import Account, refusal
from tests.losses.endpoint import SHARDS, TABLE, Endpoint
from tidegate.rules.cause import LeverKind
from tidegate.rules.kinds.dynamodb_table.state import tables_of
from tidegate.rules.reason import Reason
from tidegate.scaling.aws.errors import asking
from tidegate.scaling.kinds.dynamodb_table.levers import table_constraints
from tidegate.scaling.model.change_record import ChangeRecord, Lever, Outcome, refused_by_limit
from tidegate.scaling.model.errors import CloudError, LimitExceeded, QuotaExceeded, Throttled
from tidegate.scaling.model.history import History
from tidegate.scaling.model.reason import ReasonKind
from tidegate.scaling.model.recommendation import Recommendation

RATE = "Rate exceeded for stream orders under account 123456789012."
SHARD_QUOTA = (
    "This request would exceed the shard limit for the account 123456789012 in us-east-1. Current "
    "shard count for the account: 500. Limit: 500."
)
DECREASES = (
    "Subscriber limit exceeded: Provisioned throughput decreases are limited within a given UTC "
    "day. After the first 4 decreases, each subsequent decrease in the same UTC day can be "
    "performed at most once every 3600 seconds."
)


def refuse(account: Account, operation: str, code: str, message: str) -> None:
    def refused(*_: object) -> object:
        raise refusal(operation, code, message)

    account.on(operation, refused)


def seven_minutes_pass(account: Account) -> None:
    """For the ledger: its entries are seven minutes older."""
    with sqlite3.connect(account.folder / "ledger.sqlite") as ledger:
        for entry, begun in ledger.execute("select entry_id, begun_at from entry").fetchall():
            earlier = (datetime.fromisoformat(begun) - timedelta(minutes=7)).isoformat()
            ledger.execute(
                "update entry set begun_at = ?, ended_at = ? where entry_id = ?",
                (earlier, earlier, entry),
            )


def a_stream_that_is_too_narrow(account: Account) -> None:
    account.pipeline(write=4000, factor=10)
    account.minutes(since=30, until=6, records=30_000, invocations=300, duration=300)
    account.minutes(since=5, records=54_000, invocations=540, duration=300)


def levers(swept: Any) -> list[str]:
    return [each["lever"] for each in swept["pipelines"][0]["actions"]]


@pytest.mark.parametrize(
    ("message", "again"), [(RATE, True), (SHARD_QUOTA, False)], ids=["rate", "quota"]
)
def test_only_a_rate_refusal_is_asked_again_after_minutes(
    account: Account, message: str, again: bool
) -> None:
    a_stream_that_is_too_narrow(account)
    refuse(account, "UpdateShardCount", "LimitExceededException", message)
    first = account.swept()["pipelines"][0]["actions"]
    assert [each["refusal"] for each in first] == ["throttled" if again else "quota-exceeded"]
    account.hooks.clear()
    seven_minutes_pass(account)
    assert ("shard_count of orders" in levers(account.swept())) is again


@pytest.mark.parametrize(
    ("code", "message", "kind"),
    [
        ("LimitExceededException", RATE, Throttled),
        ("LimitExceededException", "Too many concurrent requests", Throttled),
        (
            "LimitExceededException",
            "Subscriber limit exceeded: There is a limit to the number of concurrent control plane "
            "API operations that can be performed.",
            Throttled,
        ),
        ("LimitExceededException", SHARD_QUOTA, QuotaExceeded),
        ("LimitExceededException", "Request would exceed your account limits.", QuotaExceeded),
        ("LimitExceededException", DECREASES, LimitExceeded),
        ("ServiceQuotaExceededException", "no more of them", QuotaExceeded),
        ("RequestThrottledException", "slow down", Throttled),
    ],
)
def test_a_refusal_is_told_by_its_code_and_by_its_words(
    code: str, message: str, kind: type[CloudError]
) -> None:
    kinesis = boto3.client("kinesis", "us-east-1", aws_access_key_id="x", aws_secret_access_key="x")
    with Stubber(kinesis) as stubber:
        stubber.add_client_error("update_shard_count", code, message)
        with pytest.raises(CloudError) as raised, asking("kinesis:UpdateShardCount", "orders"):
            kinesis.update_shard_count(
                StreamName="orders", TargetShardCount=2, ScalingType="UNIFORM_SCALING"
            )
    assert type(raised.value) is kind


@pytest.mark.parametrize(
    ("dimension", "wanted", "operation"),
    [(SHARDS, 8, "UpdateShardCount"), (TABLE, 300, "UpdateTable")],
)
def test_a_desired_capacity_outlives_a_rate_refusal(
    endpoint: Endpoint, dimension: str, wanted: int, operation: str
) -> None:
    refuse(endpoint.account, operation, "LimitExceededException", RATE)
    assert endpoint.patch(dimension, wanted)[2] == "InProgress"
    endpoint.account.hooks.clear()
    for _ in range(2):
        endpoint.wait()
        endpoint.sweep()
    assert endpoint.get(dimension) == (wanted, wanted, "Successful")


@pytest.mark.parametrize(
    ("wanted", "minutes", "kinds"),
    [(500, 7, [ReasonKind.REFUSED]), (2000, 7, []), (500, 61, [])],
    ids=["lowered", "raised", "lowered an hour later"],
)
def test_a_refused_decrease_is_not_put_beside_the_next_raise(
    wanted: int, minutes: int, kinds: list[ReasonKind]
) -> None:
    pipeline = a_pipeline()
    lever = Lever.of(LeverKind.READ_CAPACITY, tables_of(pipeline)[0].name)
    detail = refused_by_limit(DECREASES)
    begun_at = NOON - timedelta(minutes=minutes)
    refused = ChangeRecord(
        "1", pipeline.name, lever, "dynamodb:UpdateTable", 1000, 500, "less", begun_at,
        Outcome.FAILED, begun_at, detail,
    )  # fmt: skip
    recommendation = Recommendation(lever, 1000, wanted, Reason.told("load", "less"))
    held = table_constraints(pipeline, recommendation, History((refused,)), NOON)
    assert [each.reason.kind for each in held] == kinds
