"""A table that grows past what it serves at once is neither a hot key nor short of units."""

from typing import Any

import pytest

from tests.losses.account import Account
from tests.open_account.records import Minutes


def described(account: Account, warm: dict[str, Any] | None) -> None:
    """The table, on demand, with that warm throughput as DescribeTable tells it."""

    def answer(_: Any, real: Any) -> Any:
        got = real()
        table = got["Table"]
        table["BillingModeSummary"] = {"BillingMode": "PAY_PER_REQUEST"}
        table["ProvisionedThroughput"].update(ReadCapacityUnits=0, WriteCapacityUnits=0)
        table.pop("WarmThroughput", None)
        if warm is not None:
            table["WarmThroughput"] = warm
        return got

    account.on("DescribeTable", answer)


def growing(account: Account, *, written: float) -> None:
    """Five minutes of writes of which some are throttled, by key ranges."""
    account.pipeline(write=10)
    minutes = Minutes(account)
    for back in minutes:
        minutes.stream(back, age=(6 - back) * 30_000 if back <= 5 else 500)
        minutes.function(back, duration=2400 if back <= 5 else 900)
        minutes.table(back, written if back <= 5 else 2400)
        if back <= 5:
            account.put("AWS/DynamoDB", {"TableName": "orders"}, back, {
                "WriteThrottleEvents": 9000, "WriteKeyRangeThroughputThrottleEvents": 9000,
            })  # fmt: skip


def told(account: Account) -> tuple[str, str, list[str]]:
    (pipeline,) = account.swept()["pipelines"]
    first = pipeline["diagnoses"][0]
    assert account.asked("UpdateTable") == []
    return first["cause"], first["because"], pipeline["advice"]


WARM = {"ReadUnitsPerSecond": 12_000, "WriteUnitsPerSecond": 4000, "Status": "ACTIVE"}


def test_what_it_serves_at_once_is_told_with_the_call_that_raises_it(account: Account) -> None:
    growing(account, written=3900 * 60)
    described(account, WARM)
    cause, because, advice = told(account)
    assert cause == "table-throttled"
    assert "orders serves 4,000 WCU at once (its warm throughput)" in because
    assert any("--warm-throughput WriteUnitsPerSecond" in each for each in advice)


def test_while_it_is_being_raised_a_person_waits(account: Account) -> None:
    growing(account, written=3900 * 60)
    described(account, {**WARM, "Status": "UPDATING"})
    assert any("is being raised: wait" in each for each in told(account)[2])


@pytest.mark.parametrize(
    ("warm", "written"), [(WARM, 900 * 60), (None, 3900 * 60)], ids=["far from it", "not told"]
)
def test_else_throttles_of_a_key_range_are_of_a_hot_key(
    account: Account, warm: dict[str, Any] | None, written: float
) -> None:
    growing(account, written=written)
    described(account, warm)
    cause, because, _ = told(account)
    assert cause == "hot-key"
    assert "warm throughput" not in because
