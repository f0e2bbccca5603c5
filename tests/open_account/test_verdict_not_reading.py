"""Health is shown for every consumer, never assumed from silence."""

from typing import Any

import pytest

from tests.losses.account import PIPELINES, Account
from tests.open_account.settings import listed_with

PROBLEM = "PROBLEM: Lambda may not use the key of the stream"
STREAM = {"StreamName": "orders"}
FUNCTION = {"FunctionName": "order-writer"}
TABLE = {"TableName": "orders"}
COMES = {"IncomingRecords": 2400, "IncomingBytes": 700_000}
READ = {"GetRecords.Records": 2400, "GetRecords.IteratorAgeMilliseconds": 500}
UNREAD = {"GetRecords.Records": 0, "GetRecords.IteratorAgeMilliseconds": 0}


def newest(account: Account, since: int, values: dict[str, Any]) -> None:
    """What the stream alone tells of the newest minutes."""
    for back in range(since, 0, -1):
        account.put("AWS/Kinesis", STREAM, back, values)


def verdict(account: Account) -> tuple[int, Any]:
    result = account.sweep(PIPELINES, "--dry-run")
    (pipeline,) = account.swept(PIPELINES, "--dry-run")["pipelines"]
    return result.exit_code, pipeline


def found(account: Account) -> tuple[int, str, str]:
    code, pipeline = verdict(account)
    return code, pipeline["health"], pipeline["diagnoses"][0]["cause"]


def test_a_mapping_that_has_lost_its_key_is_not_reading(account: Account) -> None:
    account.pipeline()
    listed_with(account, LastProcessingResult=PROBLEM)
    account.minutes(since=90, until=31)
    newest(account, 30, COMES)
    code, pipeline = verdict(account)
    (only,) = pipeline["diagnoses"]
    assert (code, pipeline["health"], only["cause"]) == (1, "sick", "not-reading")
    assert PROBLEM in only["because"]
    assert "72,000 records" in only["because"]
    assert pipeline["actions"] == []


def test_silence_is_not_reading_without_a_last_result_as_well(account: Account) -> None:
    account.pipeline()
    account.minutes(since=90, until=31)
    newest(account, 30, COMES)
    assert found(account) == (1, "sick", "not-reading")


def test_another_reader_does_not_hide_that_ours_has_stopped(account: Account) -> None:
    """The stream is read, at a low age, by someone: the table gets nothing."""
    account.pipeline()
    account.minutes(since=90, until=31)
    newest(account, 30, COMES | READ)
    assert found(account) == (1, "sick", "not-reading")


def test_a_second_function_does_not_hide_that_the_first_has_stopped(account: Account) -> None:
    account.pipeline()
    account.function("mailer")
    account.mapping(account.client("kinesis").describe_stream_summary(StreamName="orders")[
        "StreamDescriptionSummary"]["StreamARN"], "mailer")  # fmt: skip
    account.minutes(since=90, until=31)
    newest(account, 30, COMES | READ)
    for back in range(90, 0, -1):
        account.put("AWS/Lambda", {"FunctionName": "mailer"}, back, {
            "Invocations": 24, "Errors": 0, "Throttles": 0, "Duration": (24, 21_600, 720, 1080),
        })  # fmt: skip
    both = PIPELINES.replace("    levers:", "      - {function: mailer}\n    levers:")
    (pipeline,) = account.swept(both, "--dry-run")["pipelines"]
    assert [(each["cause"], each["where"]) for each in pipeline["diagnoses"]] == [
        ("not-reading", "order-writer")
    ]


def test_a_failed_attempt_that_none_follows_is_no_idle_night(account: Account) -> None:
    account.pipeline()
    listed_with(account, LastProcessingResult="PROBLEM: the role may not read the stream")
    newest(account, 60, {"IncomingRecords": 0, "IncomingBytes": 0})
    assert found(account) == (1, "sick", "not-reading")


def test_an_idle_night_with_a_mapping_in_order_is_healthy_and_says_idle(account: Account) -> None:
    account.pipeline(write=1)
    account.minutes(since=90, until=61)
    newest(account, 60, {"IncomingRecords": 0, "IncomingBytes": 0} | UNREAD)
    code, pipeline = verdict(account)
    assert (code, pipeline["health"]) == (0, "healthy")
    assert "idle for order-writer" in pipeline["diagnoses"][0]["because"]


def test_a_filter_that_lets_nothing_through_is_healthy(account: Account) -> None:
    account.pipeline()
    listed_with(account, FilterCriteria={"Filters": [{"Pattern": "{}"}]})
    newest(account, 60, COMES | READ)
    code, pipeline = verdict(account)
    assert (code, pipeline["health"]) == (0, "healthy")
    assert "which its filter may leave out" in pipeline["diagnoses"][0]["because"]


def test_a_function_whose_metrics_alone_are_missing_is_unknown(account: Account) -> None:
    account.pipeline()
    account.minutes(since=90, until=31)
    newest(account, 30, COMES | READ)
    for back in range(30, 0, -1):
        account.put("AWS/DynamoDB", TABLE, back, {"ConsumedWriteCapacityUnits": 2400})
    assert found(account) == (3, "unknown", "unknown")


@pytest.mark.parametrize(
    ("age", "expected"), [(500, (0, "healthy")), (None, (3, "unknown"))], ids=["told", "not told"]
)
def test_an_age_that_the_stream_does_not_tell_is_the_functions(
    account: Account, age: int | None, expected: tuple[int, str]
) -> None:
    """Readers with enhanced fan-out are not in GetRecords.*."""
    account.pipeline()
    newest(account, 60, COMES)
    for back in range(60, 0, -1):
        values: dict[str, Any] = {"Invocations": 24, "Errors": 0, "Throttles": 0}
        values["Duration"] = (24, 21_600, 720, 1080)
        if age is not None:
            values["IteratorAge"] = age
        account.put("AWS/Lambda", FUNCTION, back, values)
    code, pipeline = verdict(account)
    assert (code, pipeline["health"]) == expected


def test_records_that_came_a_moment_ago_may_still_wait(account: Account) -> None:
    """A batching window and a timeout are no fault of the reader."""
    account.pipeline()
    listed_with(account, MaximumBatchingWindowInSeconds=300)
    newest(account, 60, {"IncomingRecords": 0, "IncomingBytes": 0} | UNREAD)
    newest(account, 4, COMES | UNREAD)
    assert found(account)[2] != "not-reading"
