"""Change records say whose credentials signed the call, and no change depends on that."""

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import botocore.exceptions
import pytest

from tests.losses.account import PIPELINES, Account, refusal
from tests.losses.endpoint import TABLE, Endpoint
from tests.orders import create_ledger_table
from tidegate.scaling.aws.caller import Caller
from tidegate.scaling.aws.ledger_dynamodb import DynamoLedger

MOTO = "arn:aws:sts::123456789012:user/moto"
ERRORS = [
    refusal("GetCallerIdentity", "ExpiredToken"),
    refusal("GetCallerIdentity", "InternalFailure"),
    botocore.exceptions.ConnectTimeoutError(endpoint_url="sts"),
    botocore.exceptions.NoCredentialsError(),
]


@pytest.fixture
def sick(account: Account) -> Account:
    account.pipeline()
    account.minutes(since=5, units=3000, throttled=400)
    return account


def callers(account: Account) -> Iterator[str | None]:
    ledger = str(account.folder / "ledger.sqlite")
    told = account.tidegate("history", "--ledger", ledger, "--output", "json").stdout
    for pipeline in json.loads(told)["pipelines"]:
        yield from (each["change"]["caller"] for each in pipeline["events"] if "change" in each)


def test_a_sweep_that_changes_something_keeps_its_caller_and_asks_once(sick: Account) -> None:
    sick.sweep(PIPELINES.replace("shard_count: {", "shard_count: {min: 2, "))
    assert len(sick.changes) == 2
    assert list(callers(sick)) == [MOTO] * 2
    assert len(sick.asked("GetCallerIdentity")) == 1


def test_a_reshard_keeps_its_caller(sick: Account) -> None:
    ledger = str(sick.folder / "ledger.sqlite")
    done = sick.tidegate("reshard", "orders", "--to", "2", "--yes", "--ledger", ledger)
    assert done.exit_code == 0, done.output
    assert list(callers(sick)) == [MOTO]


def test_who_changes_nothing_asks_once_whose_the_ledger_is(account: Account) -> None:
    account.pipeline()
    account.minutes()
    account.sweep()
    assert account.changes == []
    assert len(account.asked("GetCallerIdentity")) == 1


def test_a_table_is_in_one_account_and_region_and_nothing_is_asked(account: Account) -> None:
    account.pipeline()
    account.minutes()
    create_ledger_table(account.client("dynamodb"), "ledger")
    done = account.tidegate(
        "sweep", "--config", account.file(PIPELINES), "--ledger", "dynamodb:ledger"
    )
    assert (done.exit_code, account.changes) == (0, [])
    assert account.asked("GetCallerIdentity") == []


@pytest.mark.parametrize("error", ERRORS, ids=lambda error: type(error).__name__)
def test_a_change_is_made_where_nobody_can_say_who_calls(sick: Account, error: Exception) -> None:
    def refused(*_: object) -> None:
        raise error

    sick.on("GetCallerIdentity", refused)
    sick.sweep(PIPELINES.replace("shard_count: {", "shard_count: {min: 2, "))
    assert len(sick.changes) == 2
    assert list(callers(sick)) == [None] * 2
    assert len(sick.asked("GetCallerIdentity")) == 1


def test_a_step_of_the_endpoint_keeps_its_caller_and_a_get_does_not_ask(account: Account) -> None:
    account.pipeline(shards=4, write=20, factor=2)
    client = account.client("dynamodb")
    create_ledger_table(client, "ledger")
    ledger = DynamoLedger(client, "ledger", Caller())
    endpoint = Endpoint.of(account, ledger)
    endpoint.edges = replace(endpoint.edges, ledger=ledger)
    endpoint.get(TABLE)
    assert account.asked("GetCallerIdentity") == []
    endpoint.patch(TABLE, 300)
    (kept,) = ledger.change_records("orders", endpoint.now - timedelta(hours=1))
    assert kept.caller == MOTO
