"""Silence of all layers at once is told as an event of AWS; that of one is not."""

from typing import Any

import pytest

from tests.losses.account import PIPELINES, Account


def verdict(account: Account) -> tuple[int, str, list[str]]:
    result = account.sweep(PIPELINES, "--dry-run")
    (pipeline,) = account.swept(PIPELINES, "--dry-run")["pipelines"]
    causes = [each["cause"] for each in pipeline["diagnoses"]]
    return result.exit_code, pipeline["health"], causes


def test_all_layers_that_stop_in_the_same_minute_are_an_event_of_aws(account: Account) -> None:
    account.pipeline()
    account.minutes(since=60, until=15)
    code, health, causes = verdict(account)
    assert (code, health, causes) == (3, "unknown", ["unknown", "aws-event"])
    assert account.changes == []


def test_a_delay_of_some_minutes_is_none(account: Account) -> None:
    account.pipeline(write=400)
    account.minutes(since=75, until=4)
    _, health, causes = verdict(account)
    assert health == "healthy"
    assert "aws-event" not in causes


@pytest.mark.parametrize("layer", ["AWS/Kinesis", "AWS/Lambda"])
def test_layers_that_stop_one_after_the_other_are_none(account: Account, layer: str) -> None:
    account.pipeline()
    account.minutes(since=60, until=20)
    more: dict[str, tuple[dict[str, str], dict[str, Any]]] = {
        "AWS/Kinesis": ({"StreamName": "orders"}, {"GetRecords.IteratorAgeMilliseconds": 500}),
        "AWS/Lambda": ({"FunctionName": "order-writer"}, {"Invocations": 24}),
    }
    dimensions, values = more[layer]
    for back in range(19, 9, -1):
        account.put(layer, dimensions, back, values)
    assert verdict(account)[2] == ["unknown"]
