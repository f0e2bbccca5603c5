"""A desired capacity is known whatever its pipeline is called, and ends, also one that failed."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from tests.losses.account import refusal
from tests.losses.endpoint import FACTOR, SHARDS, TABLE, Endpoint
from tests.losses.test_one_dimension import ALL_AT_MOST, made_by
from tests.orders import SPEC
from tidegate.scaling.config.specification import PipelineSpec

Change = Callable[[PipelineSpec], tuple[PipelineSpec, ...]]


def renamed(spec: PipelineSpec) -> tuple[PipelineSpec, ...]:
    return (replace(spec, name="orders-of-the-shop"),)


def behind_another(spec: PipelineSpec) -> tuple[PipelineSpec, ...]:
    return replace(spec, name="archive", consumers=spec.consumers, levers=spec.levers), spec


@pytest.mark.parametrize("change", [renamed, behind_another])
def test_it_goes_on_under_another_name_of_its_pipeline(endpoint: Endpoint, change: Change) -> None:
    assert endpoint.patch(SHARDS, 16) == (4, 16, "InProgress")
    endpoint.wait()
    assert endpoint.get(SHARDS) == (8, 16, "InProgress")
    (endpoint.spec, *_) = change(SPEC)
    assert endpoint.get(SHARDS) == (8, 16, "InProgress")
    for _ in range(2):
        endpoint.sweep()
        endpoint.wait()
    assert endpoint.get(SHARDS) == (16, 16, "Successful")


REFUSED = [(TABLE, 25, "UpdateTable"), (SHARDS, 5, "UpdateShardCount"),
           (FACTOR, 6, "UpdateEventSourceMapping")]  # fmt: skip


@pytest.mark.parametrize(("dimension", "wanted", "operation"), REFUSED)
def test_one_that_failed_is_told_for_a_day_in_as_many_calls_as_any(
    endpoint: Endpoint, dimension: str, wanted: int, operation: str
) -> None:
    def denied(*_: Any) -> Any:
        raise refusal(operation, "AccessDeniedException")

    endpoint.account.on(operation, denied)
    actual, _, status = endpoint.patch(dimension, wanted)
    assert status == "Failed"
    endpoint.wait(60 * 23)
    assert len(made_by(endpoint, lambda: endpoint.call("GET", dimension))) <= ALL_AT_MOST
    assert endpoint.get(dimension) == (actual, wanted, "Failed")
    endpoint.wait(60 * 2)
    assert endpoint.get(dimension) == (actual, actual, "Successful")
    endpoint.sweep()
    assert endpoint.ledger.all_desired() == {}


def test_one_of_a_stream_that_was_made_anew_is_not_told_of_the_new_one(endpoint: Endpoint) -> None:
    """Which has as many shards as were asked for, and is being made."""
    assert endpoint.patch(SHARDS, 20) == (4, 20, "InProgress")
    kinesis = endpoint.account.client("kinesis")
    kinesis.delete_stream(StreamName="orders", EnforceConsumerDeletion=True)
    kinesis.create_stream(StreamName="orders", ShardCount=6)

    def updating(_: Any, real: Callable[[], Any]) -> Any:
        answer = real()
        told = {**answer["StreamDescriptionSummary"], "StreamStatus": "UPDATING"}
        return {**answer, "StreamDescriptionSummary": told}

    endpoint.account.on("DescribeStreamSummary", updating)
    endpoint.wait()
    assert endpoint.get(SHARDS) == (6, 6, "InProgress")


def test_what_is_asked_for_again_waits_for_a_change_that_leads_away(endpoint: Endpoint) -> None:
    """The step to 9 shows late: 2 is there still, and is not called reached."""
    endpoint.patch(FACTOR, 9)

    def before_the_step(_: Any, real: Callable[[], Any]) -> Any:
        answer = real()
        told = [{**each, "ParallelizationFactor": 2} for each in answer["EventSourceMappings"]]
        return {"EventSourceMappings": told}

    endpoint.account.on("ListEventSourceMappings", before_the_step)
    endpoint.patch(FACTOR, 2)
    assert endpoint.get(FACTOR) == (2, 2, "InProgress")
