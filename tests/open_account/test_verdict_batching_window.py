"""A batching window longer than the objective explains the age."""

import json
from typing import Any

import pytest

from tests.losses.account import PIPELINES, Account
from tests.open_account.settings import listed_with

OWNED = PIPELINES + "      batching_window_seconds: {max: 60, owner: tidegate}\n"


def waiting(account: Account, window: int, *, age: float | None = None, **minutes: Any) -> None:
    """An hour of records that wait for their batch; each minute tells of another wait."""
    account.pipeline(write=100)
    listed_with(account, MaximumBatchingWindowInSeconds=window)
    for back in range(60, 0, -1):
        told = (window - 2) * 1000 if age is None else age
        account.minutes(since=back, until=back, records=600, invocations=0.5,
                        age=told + back % 3 * 500, **minutes)  # fmt: skip


def swept(account: Account, text: str = PIPELINES) -> tuple[int, Any]:
    result = account.sweep(text, "--dry-run")
    (pipeline,) = json.loads(result.stdout)["pipelines"]
    return result.exit_code, pipeline


@pytest.mark.parametrize("window", [120, 300, 62])
def test_a_window_over_the_objective_is_named_and_advised_on(account: Account, window: int) -> None:
    waiting(account, window)
    code, pipeline = swept(account)
    (only,) = pipeline["diagnoses"]
    assert (code, pipeline["health"]) == (1, "sick")
    assert only["cause"] == "batching-window-too-long"
    assert f"the batching window of order-writer is {window} s" in only["because"]
    assert pipeline["actions"] == []
    assert any(f"batching window of order-writer from {window} to 6" in each
               for each in pipeline["advice"])  # fmt: skip


def test_a_window_that_is_ours_is_lowered(account: Account) -> None:
    waiting(account, 120)
    _, pipeline = swept(account, OWNED)
    assert {each["lever"]: each["to"] for each in pipeline["actions"]} == {
        "batching_window_seconds of order-writer": 6
    }


def test_a_window_under_the_objective_with_a_long_invocation_is_named_as_well(
    account: Account,
) -> None:
    """50 s of waiting and 11 s of work are over the objective of 60 s."""
    waiting(account, 50, age=61_000, duration=9000)
    assert swept(account)[1]["diagnoses"][0]["cause"] == "batching-window-too-long"


def test_an_age_far_over_the_window_has_another_cause(account: Account) -> None:
    waiting(account, 120, age=600_000)
    assert "batching-window-too-long" not in [
        each["cause"] for each in swept(account)[1]["diagnoses"]
    ]


def test_a_window_within_the_objective_is_no_illness(account: Account) -> None:
    waiting(account, 30)
    code, pipeline = swept(account)
    assert (code, pipeline["health"]) == (0, "healthy")


@pytest.mark.parametrize(
    ("tumbling", "batching"), [(120, 0), (300, 10), (900, 0)], ids=["2 min", "5 min", "most"]
)
def test_no_record_waits_for_the_end_of_a_tumbling_window(
    account: Account, tumbling: int, batching: int
) -> None:
    """Each batch is an invocation in the window: an age has another cause, whatever its length."""
    account.pipeline(write=100, shards=2)
    listed_with(account, TumblingWindowInSeconds=tumbling, MaximumBatchingWindowInSeconds=batching)
    for back in range(60, 0, -1):
        account.minutes(since=back, until=back, records=600, invocations=0.5,
                        age=(tumbling - 5) * 1000 + back % 3 * 500)  # fmt: skip
    code, pipeline = swept(account, OWNED)
    (only,) = pipeline["diagnoses"]
    assert code != 0
    assert only["cause"] != "batching-window-too-long"
    assert pipeline["actions"] == []
    assert not any("TumblingWindowInSeconds" in each for each in pipeline["advice"])


def test_a_batching_window_explains_no_age_of_a_tumbling_window_s_length(account: Account) -> None:
    account.pipeline(write=100, shards=2)
    listed_with(account, TumblingWindowInSeconds=300, MaximumBatchingWindowInSeconds=70)
    for back in range(60, 0, -1):
        account.minutes(since=back, until=back, records=600, invocations=0.5,
                        age=300_000 + back % 3 * 500)  # fmt: skip
    (only,) = swept(account)[1]["diagnoses"]
    assert only["cause"] != "batching-window-too-long"
