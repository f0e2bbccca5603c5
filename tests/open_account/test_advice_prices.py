"""Advice that changes the bill says by how much, on the screen, in JSON and in the timeline."""

from typing import Any

import pytest

from tests.losses.account import FIVE_LINES, PIPELINES, Account
from tests.open_account.test_verdict_bad_deploy import changed


def advice(account: Account, file: str = PIPELINES) -> list[str]:
    (pipeline,) = account.swept(file, "--dry-run")["pipelines"]
    found: list[str] = pipeline["advice"]
    return found


def refused_reads(account: Account) -> None:
    for back in range(20, 0, -1):
        late = back <= 5
        account.minutes(since=back, until=back, age=(6 - back) * 30_000 if late else 500)
        refused: dict[str, Any] = {"ReadProvisionedThroughputExceeded": 90 if late else 0}
        account.put("AWS/Kinesis", {"StreamName": "orders"}, back, refused)


@pytest.mark.parametrize(("shards", "usd"), [(1, 11), (4, 44)])
def test_enhanced_fan_out_has_the_price_of_the_stream(
    account: Account, shards: int, usd: int
) -> None:
    account.pipeline(shards=shards, write=400)
    refused_reads(account)
    told = f"(enhanced fan-out costs about ${usd} a month)"
    assert any(told in each for each in advice(account))


def test_a_lever_that_nobody_may_move_has_the_price_of_its_change(account: Account) -> None:
    account.pipeline(write=20)
    account.minutes(since=60, until=11, records=600)
    for back in range(10, 0, -1):
        account.minutes(since=back, until=back, age=(11 - back) * 30_000, units=1200, throttled=900)
    (raised,) = (each for each in advice(account, FIVE_LINES) if each.startswith("raise write"))
    assert "(the change costs about $" in raised
    assert raised.endswith(" a month)")


def test_a_slower_version_has_the_price_of_what_it_takes_longer(account: Account) -> None:
    account.pipeline(write=2500)
    changed(account, 10)
    account.minutes(since=60, until=11)
    account.minutes(since=10, duration=2000)
    (told,) = (each for each in advice(account) if "roll order-writer back" in each)
    assert "(the slower version costs about $" in told


def test_advice_that_changes_no_bill_has_no_price(account: Account) -> None:
    account.pipeline(write=400)
    account.minutes(since=60, until=11)
    account.minutes(since=10, read=0, invocations=0, age=0)
    told = advice(account)
    assert told
    assert not [each for each in told if "$" in each and "EventCount" not in each]
