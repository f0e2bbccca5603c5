"""Throttles of a limit that more units do not move: the account's, and a table's own on demand."""

from typing import Any

import pytest

from tests.losses.account import Account
from tests.open_account.records import Minutes


def throttled(account: Account, *, reason: str, writes: bool = True, of: float = 3000) -> None:
    """Five minutes in which every second write or read is throttled, for that reason."""
    minutes, kind = Minutes(account), "Write" if writes else "Read"
    for back in minutes:
        minutes.stream(back, age=(6 - back) * 30_000 if back <= 5 else 500)
        minutes.function(back, duration=2400 if back <= 5 else 900)
        minutes.table(back, 2400)
        if back <= 5:
            account.put("AWS/DynamoDB", {"TableName": "orders"}, back, {
                f"{kind}ThrottleEvents": of, f"{kind}{reason}ThrottleEvents": of,
            })  # fmt: skip


def on_demand(account: Account) -> None:
    def described(_: Any, real: Any) -> Any:
        got = real()
        got["Table"]["BillingModeSummary"] = {"BillingMode": "PAY_PER_REQUEST"}
        got["Table"]["ProvisionedThroughput"].update(ReadCapacityUnits=0, WriteCapacityUnits=0)
        return got

    account.on("DescribeTable", described)


def found(account: Account) -> tuple[dict[str, Any], list[str]]:
    (pipeline,) = account.swept()["pipelines"]
    (told,) = [each for each in pipeline["diagnoses"] if each["cause"] == "table-throttled"]
    return told, pipeline["advice"]


@pytest.mark.parametrize("writes", [True, False], ids=["writes", "reads"])
@pytest.mark.parametrize("provisioned", [True, False], ids=["provisioned", "on demand"])
def test_the_quota_of_the_account_is_named_and_no_unit_is_bought_for_it(
    account: Account, provisioned: bool, writes: bool
) -> None:
    account.pipeline(write=4000)
    if not provisioned:
        on_demand(account)
    throttled(account, reason="AccountLimit", writes=writes)
    told, advice = found(account)
    assert "exceeded the account's quota" in told["because"]
    assert any("Service Quotas" in each for each in advice)
    assert account.asked("UpdateTable") == []


@pytest.mark.parametrize("writes", [True, False], ids=["writes", "reads"])
def test_the_maximum_that_somebody_has_set_is_named(account: Account, writes: bool) -> None:
    account.pipeline()
    on_demand(account)
    throttled(account, reason="MaxOnDemandThroughput", writes=writes)
    told, advice = found(account)
    assert "exceeded the maximum that orders itself is set to" in told["because"]
    assert any("MaxWriteRequestUnits" in each for each in advice)
    assert not any("warm throughput" in each for each in advice)


def test_a_few_of_such_throttles_keep_no_unit_from_the_others(account: Account) -> None:
    """Three writes of five are throttled for want of units, and two for the account's limit."""
    account.pipeline(write=40)
    account.minutes(since=60, until=6, records=2400)
    account.minutes(records=4800, read=2400, since=5, throttled=5000, duration=2400, age=150_000)
    for back in range(5, 0, -1):
        few = {"WriteAccountLimitThrottleEvents": 2000}
        account.put("AWS/DynamoDB", {"TableName": "orders"}, back, few)
    found(account)
    assert account.asked("UpdateTable")
