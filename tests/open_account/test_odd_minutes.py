"""One minute of refusals is named, and pages nobody before a second minute tells of it.

Nor does it move a lever that is Tidegate's, unless another metric confirms it.
"""

import json
from typing import Any

import pytest

from tests.losses.account import FIVE_LINES, PIPELINES, Account
from tests.open_account.records import Minutes

OURS = PIPELINES + "      read_capacity: {max: 4000, owner: tidegate}\n"
NOTICES = '    notices: {sns_topic_arn: "arn:aws:sns:us-east-1:123456789012:on-call"}\n'
TABLE, STREAM = ("AWS/DynamoDB", {"TableName": "orders"}), ("AWS/Kinesis", {"StreamName": "orders"})
REFUSED = {
    "writes": (TABLE, {"WriteThrottleEvents": 400.0}),
    "reads": (TABLE, {"ReadThrottleEvents": 400.0}),
    "writes of an account": (
        TABLE, {"WriteThrottleEvents": 400.0, "WriteAccountLimitThrottleEvents": 400.0},
    ),
    "reads of a key": (
        TABLE, {"ReadThrottleEvents": 90.0, "ReadKeyRangeThroughputThrottleEvents": 90.0},
    ),
    "writes of a key": (
        TABLE, {"WriteThrottleEvents": 400.0, "WriteKeyRangeThroughputThrottleEvents": 400.0},
    ),
    "producers": (STREAM, {"WriteProvisionedThroughputExceeded": 900.0}),
}  # fmt: skip

BY_CAPACITY = [each for each in REFUSED if "key" not in each]


def swept(account: Account, what: str, refused_in: set[int], text: str) -> tuple[str, Any]:
    """After half an hour that was well but for the minutes given, counted back."""
    account.client("sns").create_topic(Name="on-call")
    account.pipeline(write=50)
    minutes = Minutes(account, 30)
    (namespace, dimensions), values = REFUSED[what]
    for back in minutes:
        minutes.stream(back)
        minutes.function(back)
        minutes.table(back)
        if back in refused_in:
            account.put(namespace, dimensions, back, values)
    (pipeline,) = json.loads(account.sweep(text + NOTICES).stdout)["pipelines"]
    return pipeline["diagnoses"][0]["cause"], pipeline


@pytest.mark.parametrize("what", BY_CAPACITY)
def test_one_minute_is_named_and_pages_nobody(account: Account, what: str) -> None:
    cause, pipeline = swept(account, what, {1}, FIVE_LINES)
    assert cause in ("table-throttled", "producer-throttled")
    assert (pipeline["health"], bool(pipeline["advice"])) == ("sick", True)
    assert account.asked("Publish") == []


@pytest.mark.parametrize("what", BY_CAPACITY)
@pytest.mark.parametrize("refused_in", [{1, 2}, {1, 3}], ids=["two", "two of three"])
def test_two_page(account: Account, what: str, refused_in: set[int]) -> None:
    swept(account, what, refused_in, FIVE_LINES)
    assert len(account.asked("Publish")) == 1


@pytest.mark.parametrize("what", ["writes", "reads", "producers"])
def test_one_minute_that_nothing_confirms_moves_no_lever(account: Account, what: str) -> None:
    _, pipeline = swept(account, what, {1}, OURS)
    assert (pipeline["health"], account.changes, account.asked("Publish")) == ("sick", [], [])


@pytest.mark.parametrize(("minutes", "moved"), [(1, []), (2, ["UpdateShardCount"])])
def test_half_a_stream_in_which_one_minute_refuses_producers_keeps_its_shards(
    account: Account, minutes: int, moved: list[str]
) -> None:
    """As many retries as records, which may be of one burst of seconds."""
    account.pipeline(shards=1, write=4000)
    account.minutes(since=30, until=minutes + 1, records=30_000, invocations=300, duration=100)
    account.minutes(since=minutes, records=30_000, invocations=300, duration=100, refused=30_000)
    account.sweep(PIPELINES)
    assert [name for name, _ in account.changes if "Shard" in name] == moved


@pytest.mark.parametrize(("throttled_in", "pages"), [({1}, 0), ({1, 2}, 1)])
def test_one_minute_of_throttled_invocations_pages_nobody(
    account: Account, throttled_in: set[int], pages: int
) -> None:
    """Where nothing else is invoked lately they are the whole of what was tried."""
    account.client("sns").create_topic(Name="on-call")
    account.pipeline(write=50)
    minutes = Minutes(account, 30)
    for back in minutes:
        records = 0 if 1 < back < 5 else 2400
        minutes.stream(back, came=records, read=records)
        minutes.table(back)
        if back in throttled_in:
            account.put("AWS/Lambda", {"FunctionName": "order-writer"}, back, {"Throttles": 5.0})
        elif back > 4:
            minutes.function(back)
    (pipeline,) = json.loads(account.sweep(PIPELINES + NOTICES).stdout)["pipelines"]
    assert pipeline["diagnoses"][0]["cause"] == "concurrency-cap"
    assert len(account.asked("Publish")) == pages


@pytest.mark.sampled(2)
@pytest.mark.parametrize("refused_in", [{1, 2}, {1, 3}], ids=["two", "two of three"])
@pytest.mark.parametrize("what", ["writes", "reads"])
def test_two_minutes_move_it(account: Account, what: str, refused_in: set[int]) -> None:
    _, pipeline = swept(account, what, refused_in, OURS)
    assert (pipeline["health"], account.asked("Publish")) == ("healing", [])
    assert [name for name, _ in account.changes] == ["UpdateTable"]


@pytest.mark.parametrize(
    "more",
    [{"units": 2700}, {"age": 30_000}, {"records": 2500, "read": 2400}],
    ids=["next to no unit left", "records wait", "more come in"],
)
def test_neither_does_one_that_another_metric_confirms_wait(
    account: Account, more: dict[str, Any]
) -> None:
    account.client("sns").create_topic(Name="on-call")
    account.pipeline(write=50)
    account.minutes(since=30, until=2)
    account.minutes(since=1, until=1, throttled=400, **more)
    (pipeline,) = json.loads(account.sweep(PIPELINES + NOTICES).stdout)["pipelines"]
    assert (pipeline["health"], account.asked("Publish")) == ("healing", [])
    assert [name for name, _ in account.changes] == ["UpdateTable"]


@pytest.mark.parametrize(("refused_in", "cause"), [({1}, "healthy"), ({1, 2}, "hot-key")])
@pytest.mark.parametrize("what", ["reads of a key", "writes of a key"])
def test_a_key_is_hot_in_two_minutes_only(
    account: Account, what: str, refused_in: set[int], cause: str
) -> None:
    told, _ = swept(account, what, refused_in, FIVE_LINES)
    assert told == cause
    assert len(account.asked("Publish")) == (cause == "hot-key")
