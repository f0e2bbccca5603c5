"""Minutes before a change are judged by what was set in them, whoever has changed it since."""

from typing import Any

from tests.losses.account import FIVE_LINES, PIPELINES, Account
from tidegate.rules.cause import Cause


def a_full_stream(account: Account) -> None:
    """One shard that refuses producers since five minutes ago, read without delay."""
    account.pipeline(write=3000, shards=1, factor=10)
    account.minutes(since=85, until=6, records=40_000, invocations=300)
    account.minutes(since=5, records=60_000, invocations=600, refused=9000)


def swept(account: Account, text: str = PIPELINES) -> dict[str, Any]:
    (told,) = account.swept(text)["pipelines"]
    found: dict[str, Any] = told
    return found


def firing(told: dict[str, Any]) -> set[str]:
    return {each["rule"] for each in told["findings"] if each["verdict"] == "firing"}


def test_a_stream_that_was_just_raised_was_full_in_the_minutes_before(account: Account) -> None:
    a_full_stream(account)
    first, second = swept(account), swept(account)
    assert [each["to"] for each in first["actions"]] == [2]
    assert second["actions"] == []
    for told in (first, second):
        (cause,) = told["diagnoses"]
        assert cause["cause"] == Cause.PRODUCER_THROTTLED.value
        assert "100% of the stream's limit (1 x 1,000 records/s per shard)" in cause["because"]
        assert "single shards" not in cause["because"]
        assert "records-near-shard-limit" in firing(told)


def test_so_was_one_that_someone_else_has_raised(account: Account) -> None:
    a_full_stream(account)
    swept(account, FIVE_LINES)
    account.client("kinesis").update_shard_count(
        StreamName="orders", TargetShardCount=2, ScalingType="UNIFORM_SCALING"
    )
    told = swept(account, FIVE_LINES)
    (cause,) = told["diagnoses"]
    assert "100% of the stream's limit (1 x 1,000 records/s per shard)" in cause["because"]
    assert "records-near-shard-limit" in firing(told)


def test_units_that_a_table_has_just_got_are_not_held_against_what_it_consumed_before(
    account: Account,
) -> None:
    account.pipeline(write=50)
    account.minutes(since=30, until=6)
    account.minutes(since=5, throttled=900, units=2990, age=700)
    first, second = swept(account), swept(account)
    (raised,) = [each for each in first["actions"] if each["lever"].startswith("write_capacity")]
    because = second["diagnoses"][0]["because"]
    assert f"is provisioned for {raised['to']:,} WCU since " in because
    assert "and consumed" not in because
