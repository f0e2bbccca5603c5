"""A table that can't be written is the cause, whatever its metrics show."""

from typing import Any

import pytest

from tests.losses.account import PIPELINES, Account


def in_state(account: Account, status: str) -> None:
    def described(_: Any, real: Any) -> Any:
        answer = real()
        answer["Table"]["TableStatus"] = status
        return answer

    account.pipeline()
    account.on("DescribeTable", described)


UNAVAILABLE = ["INACCESSIBLE_ENCRYPTION_CREDENTIALS", "ARCHIVING", "ARCHIVED", "DELETING"]


@pytest.mark.parametrize("status", UNAVAILABLE)
def test_the_state_is_told_and_no_batch_is_blamed(account: Account, status: str) -> None:
    in_state(account, status)
    account.minutes(since=30, until=6)
    for back in range(5, 0, -1):
        late = (6 - back) * 60_000
        account.minutes(since=back, until=back, read=0, units=0, errors=24, age=late)
    (pipeline,) = account.swept()["pipelines"]
    assert pipeline["health"] == "sick"
    (found,) = pipeline["diagnoses"]
    assert (found["cause"], found["where"]) == ("table-unavailable", "orders")
    assert f"table orders is {status}" in found["because"]
    assert any(each.startswith("orders: ") for each in pipeline["advice"])


@pytest.mark.parametrize("status", UNAVAILABLE)
def test_such_a_table_is_no_health_while_nothing_comes_in(account: Account, status: str) -> None:
    in_state(account, status)
    account.minutes(records=0, read=0, units=0, invocations=0, age=0)
    swept = account.sweep(PIPELINES, output="table")
    assert (swept.exit_code, swept.stdout.partition("\n")[0]) == (1, "orders: sick")
    assert account.changes == []


def test_it_is_known_without_any_metric(account: Account) -> None:
    in_state(account, "ARCHIVED")
    (pipeline,) = account.swept()["pipelines"]
    assert [each["cause"] for each in pipeline["diagnoses"]] == ["table-unavailable"]


def test_an_update_is_no_such_state(account: Account) -> None:
    in_state(account, "UPDATING")
    account.minutes()
    assert account.swept()["pipelines"][0]["health"] == "healthy"
