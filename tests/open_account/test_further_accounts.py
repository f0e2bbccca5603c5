"""Further accounts that hold what the file doesn't say: the right word, and nothing moved for it."""

import copy
from typing import Any

import pytest

from tests.losses.account import PIPELINES, Account
from tests.open_account.records import Minutes


def told(account: Account) -> tuple[int, str, str, Any]:
    code = account.sweep(PIPELINES, "--dry-run").exit_code
    (pipeline,) = account.swept(PIPELINES)["pipelines"]
    return code, pipeline["health"], pipeline["diagnoses"][0]["cause"], pipeline


def moved(pipeline: Any) -> list[str]:
    return [each["lever"] for each in pipeline["actions"]]


@pytest.mark.parametrize("since", [5, 45], ids=["five minutes ago", "at noon"])
def test_a_foreign_reader_that_starts_at_the_oldest_record_is_nothing_of_ours(
    account: Account, since: int
) -> None:
    account.pipeline(write=42)
    minutes = Minutes(account, 85)
    for back in minutes:
        readers = 2 if back <= since else 1
        minutes.stream(back, read=2400 * readers, age=61_000 if back == since else 400)
        minutes.function(back)
        minutes.table(back)
    code, health, cause, pipeline = told(account)
    assert (code, health, cause, moved(pipeline)) == (0, "healthy", "healthy", [])


def test_a_function_on_two_streams_is_no_slower_on_one(account: Account) -> None:
    account.pipeline(write=155)
    account.mapping(account.stream("other"), "order-writer", ParallelizationFactor=2)
    minutes = Minutes(account, 85)
    for back in minutes:
        minutes.stream(back)
        minutes.function(back, invocations=150, duration=2000)
        minutes.table(back, 9000)
    code, health, cause, pipeline = told(account)
    assert (code, health, cause, moved(pipeline)) == (0, "healthy", "healthy", [])


def test_a_filter_that_lets_one_record_in_a_hundred_through_is_healthy(account: Account) -> None:
    account.pipeline(write=50)
    found = account.client("lambda").list_event_source_mappings()["EventSourceMappings"]
    for each in found:
        each["FilterCriteria"] = {"Filters": [{"Pattern": "{}"}]}
    account.on("ListEventSourceMappings", lambda *_: {"EventSourceMappings": copy.deepcopy(found)})
    minutes = Minutes(account, 85)
    for back in minutes:
        is_invoked = back % 3 == 0
        minutes.stream(back)
        minutes.function(back, invocations=is_invoked, age=300 if is_invoked else None)
        if is_invoked:
            minutes.table(back, 24)
    code, health, _, pipeline = told(account)
    assert (code, health, pipeline["consumers"][0]["grade"]) == (0, "healthy", "inferred")


def test_an_idle_night_is_healthy(account: Account) -> None:
    account.pipeline(write=50)
    minutes = Minutes(account, 85)
    for back in minutes:
        if back > 70:
            minutes.stream(back)
            minutes.function(back)
            minutes.table(back)
            continue
        nothing = {"GetRecords.Records": 0, "GetRecords.IteratorAgeMilliseconds": 0}
        account.put("AWS/Kinesis", {"StreamName": "orders"}, back, nothing)
    code, health, _, pipeline = told(account)
    assert (code, health, pipeline["consumers"][0]["grade"]) == (0, "healthy", "idle")


@pytest.mark.parametrize("is_global", [False, True], ids=["one region", "replicas"])
def test_a_table_that_another_accounts_writer_throttles_is_raised_where_it_may_be(
    account: Account, is_global: bool
) -> None:
    account.pipeline(write=50)
    described = account.client("dynamodb").describe_table(TableName="orders")
    if is_global:
        described["Table"]["Replicas"] = [{"RegionName": "eu-west-1", "ReplicaStatus": "ACTIVE"}]
        account.on("DescribeTable", lambda *_: copy.deepcopy(described))
    minutes = Minutes(account, 85)
    for back in minutes:
        late = back <= 12
        minutes.stream(back)
        minutes.function(back, duration=2200 if late else 900)
        minutes.table(back, 3000 if late else 2400)
        if late:
            account.put("AWS/DynamoDB", {"TableName": "orders"}, back, {"WriteThrottleEvents": 900})
    _, health, cause, pipeline = told(account)
    assert cause == "table-throttled"
    assert moved(pipeline) == ([] if is_global else ["write_capacity of orders"])
    assert health == ("sick" if is_global else "healing")
    assert any("is a global table" in each for each in pipeline["advice"]) is is_global


def test_polls_of_an_on_demand_stream_that_are_refused_are_told_with_what_helps(
    account: Account,
) -> None:
    account.pipeline(write=50)
    summary = account.client("kinesis").describe_stream_summary(StreamName="orders")
    summary["StreamDescriptionSummary"]["StreamModeDetails"] = {"StreamMode": "ON_DEMAND"}
    account.on("DescribeStreamSummary", lambda *_: copy.deepcopy(summary))
    minutes = Minutes(account, 85)
    for back in minutes:
        late = back <= 15
        read, age = (1700, (16 - back) * 20_000) if late else (2400, 300)
        minutes.stream(back, read=3 * read, age=age)
        minutes.function(back, invocations=read / 100, age=age)
        minutes.table(back, read)
        if late:
            account.put("AWS/Kinesis", {"StreamName": "orders"}, back, {
                "ReadProvisionedThroughputExceeded": 600,
            })  # fmt: skip
    code, health, cause, pipeline = told(account)
    assert (code, health, cause) == (1, "sick", "stream-too-narrow")
    assert any("enhanced fan-out" in each for each in pipeline["advice"])
    assert [lever for lever in moved(pipeline) if not lever.startswith("write_capacity")] == []
