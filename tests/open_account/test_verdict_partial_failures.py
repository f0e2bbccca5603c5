"""Batches that fail in part count as successes: only the oldest record tells of them."""

import json
from typing import Any

from tests.losses.account import Account
from tests.open_account.settings import listed_with

REPORTED = {"FunctionResponseTypes": ["ReportBatchItemFailures"]}


def stuck(account: Account, **minutes: Any) -> None:
    """Ten minutes in which the oldest record is the same."""
    for back in range(10, 0, -1):
        account.minutes(since=back, until=back, age=(11 - back) * 60_000, **minutes)


def verdict(account: Account) -> tuple[int, Any]:
    result = account.sweep()
    (pipeline,) = json.loads(result.stdout)["pipelines"]
    return result.exit_code, pipeline


def named(account: Account) -> tuple[int, str, list[str], list[Any]]:
    code, pipeline = verdict(account)
    causes = [each["cause"] for each in pipeline["diagnoses"]]
    return code, pipeline["health"], causes, account.changes


def test_a_batch_that_is_retried_without_an_error_is_a_poison_batch(account: Account) -> None:
    account.pipeline(shards=2, write=400)
    listed_with(account, **REPORTED)
    account.minutes(since=30, until=11, records=6000, invocations=60, duration=300)
    stuck(account, records=6000, read=0, units=0, invocations=380, duration=300)
    assert named(account) == (1, "sick", ["poison-batch"], [])


def test_one_shard_of_eight_that_stands_still_is_enough(account: Account) -> None:
    account.pipeline(shards=8, write=400)
    listed_with(account, **REPORTED)
    account.minutes(since=60, until=11, records=8000, invocations=80, duration=300)
    stuck(account, records=8000, read=7000, invocations=70 + 190, duration=300)
    assert named(account) == (1, "sick", ["poison-batch"], [])


def test_a_retried_batch_is_named_with_one_slow_invocation_at_a_time(account: Account) -> None:
    account.pipeline(write=400)
    listed_with(account, **REPORTED, MaximumRetryAttempts=-1)
    account.minutes(since=60, until=11, records=3000, invocations=30, duration=1900)
    stuck(account, records=3000, read=0, units=300, invocations=30, duration=1990)
    code, pipeline = verdict(account)
    (only,) = pipeline["diagnoses"]
    assert (code, only["cause"]) == (1, "poison-batch")
    assert "ReportBatchItemFailures" in only["because"]
    assert any("MaximumRetryAttempts" in each for each in pipeline["advice"])


def test_a_function_outrun_by_its_load_is_slow_whatever_it_reports(account: Account) -> None:
    """What is read is next to nothing of what comes in, and is read for the first time."""
    account.pipeline(shards=16, write=4000)
    listed_with(account, **REPORTED)
    account.minutes(since=60, until=11, records=6000, invocations=60, duration=16_000)
    for back in range(10, 0, -1):
        account.minutes(since=back, until=back, records=600_000, read=6000, invocations=60,
                        duration=16_000, age=(11 - back) * 59_000)  # fmt: skip
    _, pipeline = verdict(account)
    assert "poison-batch" not in [each["cause"] for each in pipeline["diagnoses"]]


def test_without_the_report_the_same_minutes_are_not_called_so(account: Account) -> None:
    account.pipeline(shards=2, write=400)
    account.minutes(since=30, until=11, records=6000, invocations=60, duration=300)
    stuck(account, records=6000, read=0, units=0, invocations=380, duration=300)
    assert "poison-batch" not in named(account)[2]
