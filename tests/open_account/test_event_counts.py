"""A mapping that does not count its events is offered to, with the call and what that costs."""

from typing import Any

import pytest

from tests.losses.account import Account
from tests.open_account.records import Minutes, counted
from tests.open_account.settings import listed_with

PRICE = "about $2.63 a month"
"""Six metrics each minute of 730 hours, at 0.01 USD for 1,000 (CloudWatch pricing)."""


def offered(account: Account) -> list[str]:
    (pipeline,) = account.swept()["pipelines"]
    return [each for each in pipeline["advice"] if "--metrics-config Metrics=EventCount" in each]


def unseen(account: Account, **settings: Any) -> None:
    """The stream is read and the table written, and no metric of the function is there."""
    account.pipeline()
    listed_with(account, **settings)
    minutes = Minutes(account)
    for back in minutes:
        minutes.stream(back)
        minutes.table(back)


def discarding(account: Account, **settings: Any) -> None:
    """Every batch fails, and is given up after two retries."""
    account.pipeline()
    listed_with(account, MaximumRetryAttempts=2, **settings)
    minutes = Minutes(account)
    for back in minutes:
        minutes.stream(back)
        minutes.function(back, invocations=72, errors=72)


@pytest.mark.parametrize("wrong", [unseen, discarding])
def test_where_it_would_tell_more_it_is_advised(account: Account, wrong: Any) -> None:
    wrong(account)
    (advice,) = offered(account)
    mapping = account.client("lambda").list_event_source_mappings()["EventSourceMappings"][0]
    assert f"--uuid {mapping['UUID']} " in advice
    assert PRICE in advice


@pytest.mark.parametrize("wrong", [unseen, discarding])
def test_a_mapping_that_counts_is_offered_nothing(account: Account, wrong: Any) -> None:
    wrong(account, **counted)
    assert offered(account) == []


def test_a_healthy_pipeline_is_not_told_of_it_each_minute(account: Account) -> None:
    account.pipeline()
    account.minutes()
    assert offered(account) == []


@pytest.mark.parametrize("counts", [True, False])
def test_a_draft_offers_it_beside_the_function(account: Account, counts: bool) -> None:
    account.pipeline()
    account.minutes()
    if counts:
        listed_with(account, **counted)
    written = account.folder / "draft.yaml"
    account.tidegate("init", "--output", str(written))
    text = written.read_text()
    assert ("--metrics-config Metrics=EventCount" in text, PRICE in text) == (not counts,) * 2
    assert account.tidegate("check", str(written)).exit_code == 0


REPORTED = {"FunctionResponseTypes": ["ReportBatchItemFailures"], "MaximumRetryAttempts": 2}
KEPT = {"DestinationConfig": {"OnFailure": {"Destination": "arn:aws:sqs:us-east-1:1:failed"}}}


@pytest.mark.sampled(2)
@pytest.mark.parametrize(
    ("settings", "count"),
    [
        (REPORTED, 1),
        (REPORTED | {"MaximumRetryAttempts": -1, "MaximumRecordAgeInSeconds": 600}, 1),
        (REPORTED | {"MaximumRetryAttempts": -1}, 0),
        (REPORTED | KEPT, 0),
        ({"MaximumRetryAttempts": 2}, 0),
        (REPORTED | counted, 0),
    ],
    ids=["retries", "age", "without a limit", "kept", "not reported", "counted"],
)
def test_a_loss_that_no_other_metric_tells_is_to_be_counted(
    account: Account, settings: dict[str, Any], count: int
) -> None:
    """What a function reports as failed, and its mapping gives up, counts as a success."""
    account.pipeline()
    listed_with(account, **settings)
    account.minutes()
    assert len(offered(account)) == count
