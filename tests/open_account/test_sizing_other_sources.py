"""A function with another event source: what it does for that is not this stream's load."""

import json
from typing import Any

from tests.losses.account import PIPELINES, Account


def another_source(account: Account) -> str:
    """A second stream that the function reads."""
    source = account.stream("instruments", shards=10)
    account.mapping(source)
    return source


def swept(account: Account) -> tuple[Any, dict[str, int]]:
    (pipeline,) = json.loads(account.sweep(PIPELINES, "--dry-run").stdout)["pipelines"]
    return pipeline, {each["lever"]: each["to"] for each in pipeline["actions"]}


def steady(account: Account, since: int = 90, until: int = 1, **minutes: Any) -> None:
    for back in range(since, until - 1, -1):
        records = 2400 + back % 5 * 40
        account.minutes(since=back, until=back, records=records, **minutes)


def test_the_factor_of_a_healthy_stream_stays(account: Account) -> None:
    account.pipeline(write=45)
    another_source(account)
    steady(account, invocations=24 + 540)
    pipeline, moved = swept(account)
    assert (pipeline["health"], moved) == ("healthy", {})


def test_it_stays_when_the_other_source_grows(account: Account) -> None:
    account.pipeline(write=45)
    another_source(account)
    steady(account, until=11, invocations=24 + 60)
    steady(account, since=10, invocations=24 + 900)
    pipeline, moved = swept(account)
    assert (pipeline["health"], moved) == ("healthy", {})


def test_the_other_source_shows_not_that_this_one_is_read(account: Account) -> None:
    account.pipeline(write=45)
    another_source(account)
    steady(account, until=31, invocations=24 + 540)
    steady(account, since=30, read=0, units=0, age=0, invocations=540)
    pipeline, moved = swept(account)
    assert (pipeline["health"], moved) == ("sick", {})
    assert pipeline["diagnoses"][0]["cause"] == "not-reading"


def test_a_stream_that_is_late_is_sized_by_what_its_own_lanes_read(account: Account) -> None:
    """One lane reads 40 records a second with all its time: 120 a second need several."""
    account.pipeline(write=4000)
    another_source(account)
    steady(account, until=11, invocations=24 + 240)
    for back in range(10, 0, -1):
        account.minutes(since=back, until=back, records=7200, read=2400, invocations=24 + 240,
                        duration=2500, age=(11 - back) * 40_000)  # fmt: skip
    pipeline, moved = swept(account)
    (only,) = pipeline["diagnoses"]
    assert only["cause"] == "consumer-too-slow"
    assert "has other event sources (1)" in only["because"]
    assert 3 <= moved["parallelization_factor of order-writer"] <= 10


def test_a_source_that_is_switched_off_invokes_nothing(account: Account) -> None:
    account.pipeline(write=45)
    source = account.stream("instruments", shards=10)
    account.mapping(source, Enabled=False)
    steady(account, invocations=24, duration=900)
    pipeline, _ = swept(account)
    assert "inferred for order-writer: it was invoked" in pipeline["diagnoses"][0]["because"]
