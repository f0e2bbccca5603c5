"""What AWS says of a mapping and its function by itself is the cause, and its reason the evidence."""

from typing import Any

import pytest

from tests.losses.account import PIPELINES, Account


def told(account: Account) -> tuple[list[tuple[str, str]], str]:
    (pipeline,) = account.swept(PIPELINES, "--dry-run")["pipelines"]
    words = "; ".join(each["because"] for each in pipeline["diagnoses"])
    return [(each["cause"], each["where"]) for each in pipeline["diagnoses"]], words


def mapped(account: Account, **changes: Any) -> None:
    """The pipeline's mapping as Lambda lists it with these fields."""
    account.pipeline()
    account.minutes(since=30, until=6)
    account.minutes(since=5, read=0, invocations=0, age=0)

    def listed(_: dict[str, str], real: Any) -> Any:
        mappings = real()["EventSourceMappings"]
        return {"EventSourceMappings": [{**each, **changes} for each in mappings]}

    account.on("ListEventSourceMappings", listed)


@pytest.mark.parametrize("state", ["Disabled", "Disabling", "Deleting"])
def test_a_mapping_that_is_switched_off_is_told_with_the_reason(
    account: Account, state: str
) -> None:
    mapped(account, State=state, StateTransitionReason="User action")
    causes, words = told(account)
    assert causes[0] == ("not-reading", "order-writer")
    assert f"is {state} and reads no records" in words
    assert "AWS gives as the reason of that state of order-writer: User action" in words


def test_a_filter_that_can_not_be_decrypted_hands_nothing_on(account: Account) -> None:
    error = {"ErrorCode": "KMSAccessDeniedException", "Message": "Lambda may not use the key"}
    mapped(account, FilterCriteriaError=error)
    causes, words = told(account)
    assert causes[0] == ("not-reading", "order-writer")
    assert "Lambda may not use the key" in words


@pytest.mark.sampled(2)
@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"State": "Failed", "StateReason": "The image was deleted"}, "The image was deleted"),
        ({"State": "Failed", "StateReasonCode": "ImageAccessDenied"}, "ImageAccessDenied"),
        ({"State": "Failed"}, "no reason given"),
    ],
)
def test_a_function_that_failed_can_not_be_invoked(
    account: Account, fields: dict[str, str], words: str
) -> None:
    mapped(account)
    account.on("GetFunctionConfiguration", lambda _, real: {**real(), **fields})
    causes, found = told(account)
    assert causes[0] == ("not-reading", "order-writer")
    assert f"is in the state Failed and can't be invoked: {words}" in found


@pytest.mark.parametrize("state", ["Active", "Pending", "Inactive"])
def test_in_every_other_state_a_function_is_judged_by_what_it_does(
    account: Account, state: str
) -> None:
    account.pipeline()
    account.minutes()
    account.on("GetFunctionConfiguration", lambda _, real: {**real(), "State": state})
    assert told(account)[0] == [("healthy", "orders")]


@pytest.mark.parametrize(
    "newest",
    [{"invocations": 60}, {"invocations": 0, "read": 0}, {"invocations": 0, "records": 0}],
    ids=["metrics are late", "nothing is read", "nothing comes in"],
)
def test_a_function_without_concurrency_is_told_before_any_throttle(
    account: Account, newest: dict[str, Any]
) -> None:
    account.pipeline()
    account.client("lambda").put_function_concurrency(
        FunctionName="order-writer", ReservedConcurrentExecutions=0
    )
    account.minutes(since=60, until=2)
    account.minutes(since=1, **newest)
    causes, words = told(account)
    assert causes[0] == ("concurrency-cap", "order-writer")
    assert "the limit is the reserved concurrency of order-writer, 0" in words
    assert "Lambda throttled" not in words
