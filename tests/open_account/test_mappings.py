"""Of several event source mappings of a function the one that reads is looked after."""

from typing import Any

import pytest

from tests.losses.account import PIPELINES, Account
from tests.open_account.test_fan_out import pushed


def listed(account: Account, answer: Any) -> None:
    """``answer(mappings, parameters)`` stands for what Lambda lists."""

    def pages(parameters: dict[str, Any], real: Any) -> Any:
        found = answer(real()["EventSourceMappings"], parameters)
        return {"EventSourceMappings": found}

    account.on("ListEventSourceMappings", pages)


def two_mappings(account: Account, **of_the_older: Any) -> str:
    """The older one is listed first and has what is given; the other reads for the alias live,
    with factor 4. The identity of that one."""
    arn = account.stream()
    account.function()
    account.table()
    older, newer = account.mapping(arn)["UUID"], account.mapping(arn)["UUID"]

    def both(mappings: list[dict[str, Any]], _: Any) -> list[dict[str, Any]]:
        for each in mappings:
            if each["UUID"] == older:
                each.update(of_the_older)
            else:
                each["FunctionArn"] += ":live"
                each["ParallelizationFactor"] = 4
        return sorted(mappings, key=lambda each: str(each["UUID"]) != older)

    listed(account, both)
    return str(newer)


@pytest.mark.parametrize("state", ["Disabled", "Deleting", "Disabling"])
def test_a_mapping_that_was_left_behind_hides_none_that_reads(account: Account, state: str) -> None:
    two_mappings(account, State=state)
    account.minutes()
    assert account.swept(PIPELINES, "--dry-run")["pipelines"][0]["health"] == "healthy"


def test_the_factor_is_set_on_the_mapping_that_reads(account: Account) -> None:
    reads = two_mappings(account, State="Disabled")
    account.on("UpdateEventSourceMapping", lambda *_: {})
    account.minutes(since=30, until=6)
    # Four concurrent executions are busy all the time, and the age grows.
    account.minutes(since=5, records=54_000, read=24_000, invocations=240, duration=1000)
    for back in range(5, 0, -1):
        late = {"GetRecords.IteratorAgeMilliseconds": (6 - back) * 60_000}
        account.put("AWS/Kinesis", {"StreamName": "orders"}, back, late)
    account.sweep(PIPELINES.replace("write_capacity: {max: 4000", "write_capacity: {max: 40000"))
    changed = account.asked("UpdateEventSourceMapping")
    assert [each["UUID"] for each in changed] == [reads]
    assert changed[0]["ParallelizationFactor"] > 4


def test_a_mapping_on_the_second_page_is_found(account: Account) -> None:
    account.pipeline()
    account.function("other")

    def pages(parameters: dict[str, Any], real: Any) -> Any:
        (mapping,) = real(Marker="")["EventSourceMappings"]
        if "Marker" in parameters:
            return {"EventSourceMappings": [mapping]}
        of_another = {**mapping, "FunctionArn": mapping["FunctionArn"].replace("order-", "other-")}
        return {"EventSourceMappings": [of_another], "NextMarker": "2"}

    account.on("ListEventSourceMappings", pages)
    account.minutes()
    assert account.swept(PIPELINES, "--dry-run")["pipelines"][0]["health"] == "healthy"


def test_one_that_was_left_behind_hides_none_that_reads_through_a_consumer(
    account: Account,
) -> None:
    account.pipeline()

    def under_its_source(mappings: list[dict[str, Any]], asked: Any) -> list[dict[str, Any]]:
        (own,) = mappings
        fast = {**own, "EventSourceArn": f"{own['EventSourceArn']}/consumer/fast:1700000000"}
        old = {**own, "UUID": "old", "State": "Disabled"}
        source = asked.get("EventSourceArn")
        return [each for each in (old, fast) if source in (None, each["EventSourceArn"])]

    listed(account, under_its_source)
    account.minutes()
    for back in range(30, 0, -1):
        pushed(account, back)
    assert account.swept(PIPELINES, "--dry-run")["pipelines"][0]["health"] == "healthy"


def test_a_mapping_that_was_switched_off_is_still_told_as_that(account: Account) -> None:
    account.pipeline()

    def off(mappings: list[dict[str, Any]], _: Any) -> list[dict[str, Any]]:
        return [{**each, "State": "Disabled"} for each in mappings]

    listed(account, off)
    account.minutes()
    swept = account.sweep(PIPELINES, "--dry-run", output="table")
    assert "the event source mapping of order-writer is Disabled" in swept.stdout


# ---- several that read the same stream


def two_that_read(account: Account, **of_the_second: Any) -> None:
    account.pipeline()
    summary = account.client("kinesis").describe_stream_summary(StreamName="orders")
    arn = summary["StreamDescriptionSummary"]["StreamARN"]
    second = account.mapping(arn)["UUID"]

    def both(mappings: list[dict[str, Any]], _: Any) -> list[dict[str, Any]]:
        for each in mappings:
            if each["UUID"] == second:
                each.update(of_the_second)
        return mappings

    listed(account, both)


def told(account: Account) -> Any:
    (pipeline,) = account.swept(PIPELINES, "--dry-run")["pipelines"]
    return pipeline


def test_two_mappings_of_a_function_are_two_readers_that_the_file_names(account: Account) -> None:
    two_that_read(account)
    account.minutes(read=4800, invocations=48, units=2400)
    pipeline = told(account)
    balance = {key: pipeline["balance"][key] for key in ("readers", "foreign", "unexplained")}
    assert balance == {"readers": 2, "foreign": 0, "unexplained": 0}
    assert pipeline["health"] == "healthy"


@pytest.mark.parametrize(
    ("second", "executions"), [({}, 2), ({"ParallelizationFactor": 2}, 3)], ids=["alike", "wider"]
)
def test_a_slow_function_has_the_executions_of_both_its_mappings(
    account: Account, second: dict[str, Any], executions: int
) -> None:
    two_that_read(account, **second)
    account.minutes(since=30, until=6, read=4800, invocations=48, units=2400)
    for back in range(5, 0, -1):
        late: dict[str, Any] = {
            "age": (6 - back) * 30_000,
            "duration": 1180 * executions,
            "units": 48,
        }
        account.minutes(since=back, until=back, read=4800, records=9600, invocations=48, **late)
    pipeline = told(account)
    (slow,) = (each for each in pipeline["diagnoses"] if each["cause"] == "consumer-too-slow")
    assert f"of {executions} concurrent executions of order-writer are busy" in slow["because"]
    assert "2 event source mappings on this stream" in slow["because"]
    moved = {each["lever"] for each in pipeline["actions"]}
    assert "shard_count of orders" in moved
    assert "parallelization_factor of order-writer" not in moved


def test_a_mapping_on_another_stream_is_no_second_one_on_this(account: Account) -> None:
    account.pipeline()
    account.mapping(account.stream("returns"))
    account.minutes(read=2400, invocations=48)
    pipeline = told(account)
    assert (pipeline["balance"]["readers"], pipeline["balance"]["foreign"]) == (1, 0)
    assert pipeline["health"] == "healthy"
