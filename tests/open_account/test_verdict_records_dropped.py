"""What a mapping gives up is told as a loss: the age stays low, and nothing else shows it."""

from typing import Any

import pytest

from tests.losses.account import PIPELINES, Account
from tests.open_account.settings import listed_with

QUEUE = "arn:aws:sqs:us-east-1:123456789012:failed"
TO_QUEUE: dict[str, Any] = {"DestinationConfig": {"OnFailure": {"Destination": QUEUE}}}
COUNTS = {"MetricsConfig": {"Metrics": ["EventCount"]}}


def verdict(account: Account) -> tuple[int, Any]:
    result = account.sweep(PIPELINES, "--dry-run")
    (pipeline,) = account.swept(PIPELINES, "--dry-run")["pipelines"]
    return result.exit_code, pipeline


def failing(account: Account, errors: float, invocations: float = 24, **settings: Any) -> Any:
    """A quarter of an hour of minutes alike, after an hour in which nothing failed."""
    account.pipeline(write=400)
    listed_with(account, **settings)
    account.minutes(since=75, until=16)
    account.minutes(since=15, errors=errors, invocations=invocations)
    return verdict(account)


def only(account: Account, errors: float, invocations: float = 24, **settings: Any) -> str:
    """What is said first, where records are lost and nothing is moved; where all batches fail from
    one minute on, that is told beside it."""
    code, pipeline = failing(account, errors, invocations, **settings)
    told, *more = pipeline["diagnoses"]
    assert (code, pipeline["health"], told["cause"]) == (1, "sick", "records-dropped")
    assert [each["cause"] for each in more] == ["bad-deploy"] * (errors == invocations)
    assert pipeline["actions"] == []
    assert account.changes == []
    return f"{told['because']}; {'; '.join(pipeline['advice'])}"


@pytest.mark.parametrize("retries", [0, 1, 2])
def test_every_batch_that_fails_to_the_end_is_lost(account: Account, retries: int) -> None:
    count = 24 * (retries + 1)
    told = only(account, errors=count, invocations=count, MaximumRetryAttempts=retries)
    assert "at least" in told
    assert "what it discards is lost" in told


def test_one_batch_of_a_hundred_is_lost_as_well(account: Account) -> None:
    told = only(account, errors=3, invocations=302, MaximumRetryAttempts=2)
    assert "up to 120 records were discarded" in told


def test_a_record_that_gets_too_old_while_it_fails_is_lost(account: Account) -> None:
    told = only(account, errors=24, MaximumRecordAgeInSeconds=120)
    assert "when its records are 120 s old: at least 31,200 records" in told


def test_what_a_destination_keeps_is_not_lost_and_still_told(account: Account) -> None:
    told = only(account, errors=24, MaximumRetryAttempts=0, **TO_QUEUE)
    assert (
        f"destination {QUEUE} is told of each discarded batch, so that its records are not" in told
    )
    assert f"process what {QUEUE} has kept" in told


def test_lambdas_own_count_is_told_where_the_mapping_counts(account: Account) -> None:
    account.pipeline(write=400)
    listed_with(account, MaximumRetryAttempts=0, **COUNTS)
    account.minutes(since=75)
    uuid = account.client("lambda").list_event_source_mappings()["EventSourceMappings"][0]["UUID"]
    account.put("AWS/Lambda", {"EventSourceMappingUUID": uuid}, 3, {"DroppedEventCount": 17})
    code, pipeline = verdict(account)
    assert (code, pipeline["diagnoses"][0]["cause"]) == (1, "records-dropped")
    assert "counted 17 dropped records" in pipeline["diagnoses"][0]["because"]


def test_records_that_expire_are_lost(account: Account) -> None:
    account.pipeline(write=400)
    account.minutes(since=75, age=24 * 3_600_000)
    code, pipeline = verdict(account)
    causes = [each["cause"] for each in pipeline["diagnoses"]]
    assert (code, pipeline["health"]) == (1, "sick")
    assert "records-dropped" in causes


@pytest.mark.parametrize(
    ("errors", "settings"),
    [(1, {}), (2, {"MaximumRetryAttempts": 2}), (1, {"MaximumRecordAgeInSeconds": 3600})],
    ids=["retried for ever", "fewer than the retries", "records stay young"],
)
def test_a_batch_that_passes_when_tried_again_is_no_loss(
    account: Account, errors: float, settings: dict[str, int]
) -> None:
    account.pipeline(write=400)
    listed_with(account, **settings)
    account.minutes(since=75)
    account.put("AWS/Lambda", {"FunctionName": "order-writer"}, 5, {"Errors": errors})
    _, pipeline = verdict(account)
    assert pipeline["health"] == "healthy"
