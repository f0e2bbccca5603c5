"""A function that reads through a consumer with enhanced fan-out is looked after as any other.

GetRecords.* leave such a consumer out: SubscribeToShardEvent.* tell what it reads.
"""

import copy
from typing import Any

import pytest

from tests.losses.account import PIPELINES, Account, refusal
from tests.open_account.records import Minutes, a_second_consumer

FAST = {"StreamName": "orders", "ConsumerName": "fast"}


def through_fast(account: Account, alias: str = "", function: str = "order-writer") -> None:
    """The mapping's source is the consumer ``fast``: Lambda lists it under neither the stream, nor
    the function where it is of an alias."""

    found = account.client("lambda").list_event_source_mappings()["EventSourceMappings"]
    for each in found:
        if each["FunctionArn"].endswith(f":{function}"):
            each["EventSourceArn"] += "/consumer/fast:1700000000"
            each["FunctionArn"] += alias

    def listed(asked: dict[str, Any], _: Any) -> Any:
        source, name = asked.get("EventSourceArn"), asked.get("FunctionName")
        under = [
            each
            for each in found
            if source in (None, each["EventSourceArn"])
            and (name is None or each["FunctionArn"].endswith(f":{name}"))
        ]
        return {"EventSourceMappings": copy.deepcopy(under)}

    account.on("ListEventSourceMappings", listed)


def pushed(account: Account, back: int, *, records: float = 2400, behind: float = 0) -> None:
    account.put("AWS/Kinesis", FAST, back, {
        "SubscribeToShardEvent.Records": records,
        "SubscribeToShardEvent.MillisBehindLatest": behind,
    })  # fmt: skip


@pytest.mark.parametrize("alias", ["", ":live", ":7"])
def test_it_is_healthy_with_what_it_reads(account: Account, alias: str) -> None:
    account.pipeline()
    through_fast(account, alias)
    minutes = Minutes(account)
    for back in minutes:
        minutes.stream(back, read=None, age=None)
        pushed(account, back)
        minutes.function(back)
        minutes.table(back)
    (pipeline,) = account.swept()["pipelines"]
    assert (pipeline["health"], pipeline["consumers"][0]["grade"]) == ("healthy", "inferred")
    assert pipeline["balance"]["foreign"] == 0
    assert pipeline["balance"]["read"] == 15 * 2400


def slow(account: Account) -> None:
    """One execution is busy all the time, and gets two thirds of what comes in."""
    account.pipeline(write=4000)
    through_fast(account)
    minutes = Minutes(account)
    for back in minutes:
        late = back <= 8
        came, read = (3600, 2400) if late else (2000, 2000)
        behind = (9 - back) * 20_000 if late else 0
        minutes.stream(back, came=came, read=None, age=None)
        pushed(account, back, records=read, behind=behind)
        minutes.function(back, invocations=24 if late else 20, duration=2490, age=behind)
        minutes.table(back, read)


def test_one_that_is_too_slow_is_named_and_gets_more_executions(account: Account) -> None:
    slow(account)
    account.on("UpdateEventSourceMapping", lambda *_: {})
    (pipeline,) = account.swept()["pipelines"]
    assert pipeline["diagnoses"][0]["cause"] == "consumer-too-slow"
    assert account.asked("UpdateEventSourceMapping")[0]["ParallelizationFactor"] > 1


def test_reads_that_are_refused_to_others_are_none_of_its_business(account: Account) -> None:
    """It has a throughput of its own: no advice to get one, and its own cause is named."""
    slow(account)
    for back in range(1, 86):
        late = max(0, 40 - back) * 1000
        account.put("AWS/Kinesis", {"StreamName": "orders"}, back, {
            "ReadProvisionedThroughputExceeded": 800, "GetRecords.Records": 1200,
            "GetRecords.IteratorAgeMilliseconds": late,
        })  # fmt: skip
    account.on("UpdateEventSourceMapping", lambda *_: {})
    (pipeline,) = account.swept()["pipelines"]
    assert [each["cause"] for each in pipeline["diagnoses"]] == ["consumer-too-slow"]
    assert pipeline["advice"] == []


def test_another_readers_age_is_not_its_own_before_it_is_a_minute_apart(account: Account) -> None:
    account.pipeline()
    through_fast(account)
    minutes = Minutes(account)
    for back in minutes:
        minutes.stream(back, read=2400, age=max(0, 10 - back) * 5000)
        account.put("AWS/Kinesis", {"StreamName": "orders"}, back, {
            "ReadProvisionedThroughputExceeded": 800,
        })  # fmt: skip
        pushed(account, back)
        minutes.function(back)
        minutes.table(back)
    (pipeline,) = account.swept()["pipelines"]
    assert (pipeline["health"], pipeline["advice"]) == ("healthy", [])


def test_one_that_is_pushed_nothing_is_not_reading(account: Account) -> None:
    account.pipeline()
    through_fast(account)
    minutes = Minutes(account)
    for back in minutes:
        stopped = back <= 10
        minutes.stream(back, read=None, age=None)
        if not stopped:
            pushed(account, back)
            minutes.function(back)
            minutes.table(back)
    (pipeline,) = account.swept()["pipelines"]
    assert pipeline["diagnoses"][0]["cause"] == "not-reading"


def test_beside_one_that_shares_the_streams_reads_no_reader_is_foreign(account: Account) -> None:
    """And one more that shares them is told."""
    account.pipeline(write=100)
    text = a_second_consumer(account, PIPELINES)
    through_fast(account, function="mailer")
    minutes = Minutes(account)
    for back in minutes:
        minutes.stream(back, read=2400)
        pushed(account, back)
        for name in ("order-writer", "mailer"):
            minutes.function(back, name=name)
        minutes.table(back)
        minutes.table(back, name="mails")
    (pipeline,) = account.swept(text)["pipelines"]
    assert pipeline["health"] == "healthy"
    assert (pipeline["balance"]["readers"], pipeline["balance"]["foreign"]) == (2, 0)


def test_the_lateness_of_another_reader_is_not_its_own(account: Account) -> None:
    account.pipeline()
    through_fast(account)
    minutes = Minutes(account)
    for back in minutes:
        late = max(0, 40 - back) * 60_000
        minutes.stream(back, read=1200 if late else 2400, age=late)
        pushed(account, back)
        minutes.function(back)
        minutes.table(back)
    (pipeline,) = account.swept()["pipelines"]
    assert pipeline["diagnoses"][0]["cause"] == "other-reader-behind"
    assert account.changes == []


def registered(account: Account, *names: str) -> None:
    kinesis = account.client("kinesis")
    arn = kinesis.describe_stream_summary(StreamName="orders")["StreamDescriptionSummary"]
    for name in names:
        kinesis.register_stream_consumer(StreamARN=arn["StreamARN"], ConsumerName=name)
    summary = {**arn, "ConsumerCount": len(names)}  # moto tells none.
    account.on(
        "DescribeStreamSummary", lambda *_: {"StreamDescriptionSummary": copy.deepcopy(summary)}
    )


def test_those_that_the_file_does_not_name_are_told_by_name_on_every_page(account: Account) -> None:
    account.pipeline()
    through_fast(account)
    registered(account, "fast", "lake", "search")

    def one_a_page(asked: dict[str, Any], real: Any) -> Any:
        at = int(asked.pop("NextToken", 0))
        found = real()["Consumers"]
        more = {"NextToken": str(at + 1)} if at + 1 < len(found) else {}
        return {"Consumers": found[at : at + 1], **more}

    account.on("ListStreamConsumers", one_a_page)
    account.minutes()
    (pipeline,) = account.swept(PIPELINES, "--dry-run")["pipelines"]
    assert pipeline["balance"]["apart"] == ["lake", "search"]
    text = account.sweep(PIPELINES, "--dry-run", output="table").stdout
    assert "whose reads are not among the stream's: lake, search" in text


def test_without_the_permission_it_is_told_that_there_are_some(account: Account) -> None:
    account.pipeline()
    registered(account, "lake", "search")

    def denied(*_: Any) -> Any:
        raise refusal("ListStreamConsumers", "AccessDeniedException")

    account.on("ListStreamConsumers", denied)
    account.minutes()
    (pipeline,) = account.swept(PIPELINES, "--dry-run")["pipelines"]
    assert pipeline["balance"]["apart"] == ["2 without kinesis:ListStreamConsumers"]
    assert pipeline["health"] == "healthy"


def test_a_draft_has_a_function_that_reads_through_one(account: Account) -> None:
    account.pipeline()
    through_fast(account)
    account.minutes()
    written = account.folder / "draft.yaml"
    assert account.tidegate("init", "--output", str(written)).exit_code == 0
    assert "- function: order-writer" in written.read_text()
