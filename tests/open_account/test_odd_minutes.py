"""One minute of refusals is named, and pages nobody before a second minute tells of it.

A lever that is Tidegate's moves at once, which nobody is told of either: what is refused is counted,
not inferred.
"""

import json
from typing import Any

import pytest

from tests.losses.account import FIVE_LINES, PIPELINES, Account
from tests.open_account.records import Minutes

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


def test_where_a_lever_is_tidegates_one_minute_moves_it_and_pages_nobody(account: Account) -> None:
    _, pipeline = swept(account, "writes", {1}, PIPELINES)
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
