"""A resource that never answers costs a sweep one wait, whoever else needs it."""

import json
from typing import Any

import botocore.exceptions

from tests.losses.account import Account
from tests.losses.endpoint import FACTOR, Endpoint
from tidegate.scaling.aws.clients import STEADY
from tidegate.scaling.sweep import sweep

WAITS_MOST_SECONDS = 15
SHARED = """\
pipelines:
  - name: first
    stream: orders
    consumers: [{function: order-writer, tables: [orders]}]
  - name: second
    stream: orders
    consumers: [{function: order-writer, tables: [orders]}]
  - name: third
    stream: other
    consumers: [{function: other-writer, tables: [other]}]
"""


NAMESAKE = """\
pipelines:
  - name: first
    stream: other
    consumers: [{function: orders, tables: [other]}]
  - name: second
    stream: orders
    consumers: [{function: order-writer, tables: [orders]}]
"""
"""A function of the one pipeline has the name of the stream and the table of the other."""


def never_answers(account: Account, function: str) -> None:
    def answer(parameters: dict[str, Any], real: Any) -> Any:
        if parameters["FunctionName"] != function:
            return real()
        raise botocore.exceptions.ReadTimeoutError(endpoint_url="lambda")

    account.on("GetFunctionConfiguration", answer)


def asked(account: Account, function: str) -> int:
    calls = account.asked("GetFunctionConfiguration")
    return sum(each["FunctionName"] == function for each in calls)


def test_two_pipelines_that_share_it_wait_once_and_the_third_is_swept(account: Account) -> None:
    account.pipeline()
    account.pipeline("other")
    account.minutes()
    account.minutes(name="other")
    never_answers(account, "order-writer")
    result = account.sweep(SHARED, "--dry-run")
    assert asked(account, "order-writer") == 1
    assert asked(account, "other-writer") == 1
    assert result.exit_code == 3
    assert [line.partition(":")[0] for line in result.stderr.splitlines() if "lambda:" in line] == [
        "first", "second",
    ]  # fmt: skip


def test_what_is_of_another_kind_and_has_its_name_is_not_taken_for_it(account: Account) -> None:
    account.pipeline()
    account.minutes()
    arn = account.stream("other")
    account.function("orders")
    account.mapping(arn, "orders")
    account.table("other")
    never_answers(account, "orders")
    result = account.sweep(NAMESAKE)
    assert [each["name"] for each in json.loads(result.stdout)["pipelines"]] == ["second"]
    assert result.stderr.startswith("first: lambda:GetFunctionConfiguration on orders")


def test_a_desired_capacity_of_it_does_not_wait_a_second_time(endpoint: Endpoint) -> None:
    endpoint.patch(FACTOR, 6)
    account = endpoint.account
    account.calls.clear()
    never_answers(account, "order-writer")
    endpoint.wait()
    report = sweep([endpoint.spec], endpoint.edges, endpoint.now, holder="me")
    assert [each.name for each in report.unreached] == ["orders"]
    assert asked(account, "order-writer") == 1


def test_the_next_sweep_asks_it_again(account: Account) -> None:
    account.pipeline()
    account.minutes()
    never_answers(account, "order-writer")
    account.sweep()
    account.hooks.clear()
    assert account.sweep().exit_code == 0
    assert asked(account, "order-writer") == 2


def test_what_a_sweep_waits_for_it_is_bounded() -> None:
    backoff_seconds = 1 * (STEADY.attempts - 1)
    waits = STEADY.attempts * max(STEADY.connect_seconds, STEADY.read_seconds) + backoff_seconds
    assert waits <= WAITS_MOST_SECONDS
