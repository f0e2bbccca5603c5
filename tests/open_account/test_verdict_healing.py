"""Healing ends: where nothing is under way, or it takes too long, a pipeline is sick."""

from typing import Any

import pytest

from tests.losses.account import PIPELINES, Account
from tests.open_account.records import Minutes, a_second_consumer


def verdict(account: Account, *more: str) -> tuple[int, str, Any]:
    code = account.sweep(PIPELINES, "--dry-run", *more).exit_code
    (pipeline,) = account.swept(PIPELINES, "--dry-run", *more)["pipelines"]
    return code, pipeline["health"], pipeline


def draining(account: Account, age: Any) -> tuple[int, str, Any]:
    account.pipeline(write=100)
    minutes = Minutes(account, 85)
    for back in minutes:
        minutes.stream(back, read=2500, age=age(back))
        minutes.function(back, invocations=25, age=age(back))
        minutes.table(back, 2500)
    return verdict(account)


def test_a_backlog_that_takes_a_day_to_drain_is_sick(account: Account) -> None:
    code, health, pipeline = draining(account, lambda back: 9_000_000 + back * 3600)
    assert (code, health, pipeline["healing"]) == (1, "sick", None)
    told = pipeline["diagnoses"][0]
    assert told["cause"] == "unknown"
    assert "the backlog drains" in told["because"]
    assert "iterator-age-over-objective fires" in told["because"]


def test_one_that_is_gone_in_minutes_is_healing_and_says_when(account: Account) -> None:
    code, health, pipeline = draining(account, lambda back: 60_000 + min(back, 20) * 15_000)
    assert (code, health) == (0, "healing")
    assert pipeline["healing"]["because"]["kind"] == "drains"
    told = account.sweep(PIPELINES, "--dry-run", output="table").stdout
    assert "heals    the backlog drains" in told
    assert "sick if it is not well by" in told
    assert "found    healing at" in told
    assert "reads    order-writer: healing; in 15 min" in told
    assert "rule     iterator-age-over-objective" in told
    assert "healthy" not in told
    assert [each["cause"] for each in pipeline["diagnoses"]] == ["healing"]
    assert [each["health"] for each in pipeline["consumers"]] == ["healing"]


def test_who_reads_in_time_is_healthy_beside_a_consumer_that_is_not(account: Account) -> None:
    """The age of the stream is that of the mailer."""
    account.pipeline(write=100)
    text = a_second_consumer(account, PIPELINES, units=1).replace(", tables: [mails]", "")
    minutes = Minutes(account, 85)
    for back in minutes:
        late = (86 - back) * 6000
        minutes.stream(back, read=4600, age=late)
        minutes.function(back)
        minutes.table(back)
        minutes.function(back, name="mailer", invocations=220, duration=2700, age=late)
    (pipeline,) = account.swept(text, "--dry-run")["pipelines"]
    told = {each["name"]: each["health"] for each in pipeline["consumers"]}
    assert (pipeline["health"], told) == ("sick", {"order-writer": "healthy", "mailer": "sick"})


def test_an_age_that_goes_up_and_down_for_an_hour_is_not_healing(account: Account) -> None:
    _, health, _ = draining(account, lambda back: 600_000 if back % 3 else 500_000)
    assert health != "healing"


@pytest.mark.parametrize(
    "refused",
    [
        lambda back: 30_000 if back % 2 == 0 else 20_000,
        lambda back: int(900_000 * 0.97 ** (85 - back)),
        lambda back: 40_000 if back % 3 == 0 else 25_000,
    ],
    ids=["up and down", "hardly fewer", "every third minute more"],
)
def test_producers_that_are_refused_for_an_hour_are_not_healing(
    account: Account, refused: Any
) -> None:
    account.pipeline(write=1000, factor=10)
    minutes = Minutes(account, 85)
    for back in minutes:
        minutes.stream(back, came=59_000, read=59_000, refused=refused(back))
        minutes.function(back, invocations=590, duration=500)
        minutes.table(back, 59_000)
    _, health, pipeline = verdict(account)
    assert (health, pipeline["diagnoses"][0]["cause"]) == ("sick", "producer-throttled")
    assert "shard_count of orders" in {each["lever"] for each in pipeline["actions"]}


def test_a_consumer_that_no_lever_helps_is_sick_once_its_raise_is_past_its_deadline(
    account: Account,
) -> None:
    """A sweep raises what it can; one that sees the same an hour later has nothing under way."""
    account.pipeline(write=4000, factor=10)
    minutes = Minutes(account, 85)
    for back in minutes:
        late = (86 - back) * 6000
        minutes.stream(back, read=2200, age=late)
        minutes.function(back, invocations=220, duration=2700, age=late)
        minutes.table(back, 2200)
    _, health, pipeline = verdict(account)
    assert (health, pipeline["healing"]) == ("sick", None)
