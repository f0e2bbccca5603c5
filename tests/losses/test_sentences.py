"""No program reads a sentence: with every reason worded anew, statuses and advice stay."""

from collections.abc import Callable
from typing import Any

import pytest

from tests.losses.account import FIVE_LINES, PIPELINES, Account
from tests.losses.endpoint import SHARDS, TABLE, Endpoint
from tidegate.rules.reason import Reason

OTHER_WORDS = "worded anew"


@pytest.fixture(params=[False, True], ids=["as-worded", "worded-anew"])
def worded_anew(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> bool:
    if request.param:
        monkeypatch.setattr(Reason, "__str__", lambda _: OTHER_WORDS)
    return bool(request.param)


def with_decreases(used: int) -> Callable[..., Any]:
    def answer(_: object, real: Callable[[], Any]) -> Any:
        described = real()
        described["Table"]["ProvisionedThroughput"]["NumberOfDecreasesToday"] = used
        return described

    return answer


def test_a_budget_that_is_spent_is_failed_to_application_auto_scaling(
    endpoint: Endpoint, worded_anew: bool
) -> None:
    endpoint.set_units(300)
    endpoint.account.on("DescribeTable", with_decreases(27))
    assert endpoint.patch(TABLE, 20) == (300, 20, "Failed")
    _, told = endpoint.call("GET", TABLE)
    assert (told["failureReason"] == OTHER_WORDS) == worded_anew


def test_a_stream_that_is_updating_is_waited_for(endpoint: Endpoint, worded_anew: bool) -> None:
    def updating(_: object, real: Callable[[], Any]) -> Any:
        described = real()
        described["StreamDescriptionSummary"]["StreamStatus"] = "UPDATING"
        return described

    endpoint.account.on("DescribeStreamSummary", updating)
    assert endpoint.patch(SHARDS, 3)[2] == "Pending", worded_anew
    assert endpoint.account.changes == []


@pytest.mark.parametrize(
    ("text", "advised"),
    [
        (FIVE_LINES, True),
        (PIPELINES.replace("owner: tidegate", "owner: application-autoscaling"), True),
        (PIPELINES, False),
    ],
    ids=["nobodys", "of-another", "ours"],
)
def test_a_lever_that_is_not_tidegates_to_move_is_advised(
    account: Account, worded_anew: bool, text: str, advised: bool
) -> None:
    account.pipeline(write=50)
    account.minutes(since=30, until=6)
    account.minutes(since=5, throttled=900, units=2990, age=70_000)
    told = account.swept(text)["pipelines"][0]
    assert any("raise write capacity" in words for words in told["advice"]) is advised
    reasons = [
        reason
        for each in told["held"]
        if each["lever"] == "write_capacity of orders"
        for reason in each["reasons"]
    ]
    kinds = {reason["kind"] for reason in reasons}
    assert bool(kinds & {"no-owner", "other-owner"}) is advised
    assert all((reason["words"] == OTHER_WORDS) is worded_anew for reason in reasons)
