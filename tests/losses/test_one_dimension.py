"""A scalable dimension depends on its own resource alone, and costs few calls of AWS."""

from collections.abc import Callable
from typing import Any

import pytest

from tests.losses.account import MUTATIONS, Account
from tests.losses.endpoint import FACTOR, SHARDS, TABLE, Endpoint
from tests.losses.test_flink import Application
from tidegate.pipeline_file import load_value
from tidegate.scaling.sweep import sweep

LEDGER = {"GetItem", "PutItem", "Query", "UpdateItem", "DeleteItem", "Scan", "TransactWriteItems",
          "BatchGetItem"}  # fmt: skip
ALL_AT_MOST = 3
"""Calls of a GET, the ledger's included (issue 22: two or three, not eight)."""


def made_by(endpoint: Endpoint, request: Callable[[], object]) -> list[str]:
    """All calls of a request, in order."""
    before = len(endpoint.account.calls)
    request()
    return [operation for operation, _ in endpoint.account.calls[before:]]


def asked_by(endpoint: Endpoint, request: Callable[[], object]) -> list[str]:
    """The calls that look at resources, in order."""
    return [each for each in made_by(endpoint, request) if each not in LEDGER | MUTATIONS]


@pytest.mark.parametrize(
    ("dimension", "calls"),
    [
        (TABLE, ["DescribeTable"]),
        (SHARDS, ["DescribeStreamSummary", "ListShards"]),
        (FACTOR, ["ListEventSourceMappings", "GetFunctionConcurrency"]),
    ],
)
def test_a_get_asks_the_ledger_once_and_looks_at_one_resource_in_two_calls_at_most(
    endpoint: Endpoint, dimension: str, calls: list[str]
) -> None:
    assert made_by(endpoint, lambda: endpoint.call("GET", dimension)) == ["GetItem", *calls]


def test_consumers_with_enhanced_fan_out_cost_a_get_of_the_shards_nothing(
    endpoint: Endpoint,
) -> None:
    kinesis = endpoint.account.client("kinesis")
    arn = kinesis.describe_stream_summary(StreamName="orders")["StreamDescriptionSummary"]
    kinesis.register_stream_consumer(StreamARN=arn["StreamARN"], ConsumerName="apart")

    def counted(_: Any, real: Callable[[], Any]) -> Any:
        """As AWS has it; moto leaves the count out."""
        answer = real()
        summary = answer["StreamDescriptionSummary"]
        return {**answer, "StreamDescriptionSummary": {**summary, "ConsumerCount": 1}}

    endpoint.account.on("DescribeStreamSummary", counted)
    made = made_by(endpoint, lambda: endpoint.call("GET", SHARDS))
    assert made == ["GetItem", "DescribeStreamSummary", "ListShards"]


def test_the_tasks_of_a_job_cost_a_get_of_its_parallelism_nothing(account: Account) -> None:
    Application(account, 8, metrics_level="TASK")
    entry = {
        "name": "clicks",
        "stream": "clicks",
        "applications": [{"application": "counter"}],
        "levers": {"parallelism": {"max": 64, "owner": "application-autoscaling"}},
    }
    (spec,) = load_value({"pipelines": [entry]}, "pipelines.yaml").pipelines
    endpoint = Endpoint.of(account, spec=spec)
    made = made_by(endpoint, lambda: endpoint.call("GET", "parallelism~counter"))
    assert made == ["GetItem", "DescribeApplication", "ListApplicationOperations"]
    assert endpoint.get("parallelism~counter") == (8, 8, "Successful")


def shows_updating(endpoint: Endpoint) -> None:
    """Every resource in a state that ends by itself."""

    def status_in(whole: str, field: str) -> Callable[[Any, Callable[[], Any]], Any]:
        def told(_: Any, real: Callable[[], Any]) -> Any:
            answer = real()
            return {**answer, whole: {**answer[whole], field: "UPDATING"}}

        return told

    def listed(_: Any, real: Callable[[], Any]) -> Any:
        mappings = real()["EventSourceMappings"]
        return {"EventSourceMappings": [{**each, "State": "Updating"} for each in mappings]}

    account = endpoint.account
    account.on("DescribeTable", status_in("Table", "TableStatus"))
    account.on("DescribeStreamSummary", status_in("StreamDescriptionSummary", "StreamStatus"))
    account.on("ListEventSourceMappings", listed)


@pytest.mark.parametrize(("dimension", "wanted"), [(TABLE, 25), (SHARDS, 5), (FACTOR, 6)])
@pytest.mark.parametrize("under_way", [True, False])
def test_so_does_each_poll_of_what_was_asked_for(
    endpoint: Endpoint, dimension: str, wanted: int, under_way: bool
) -> None:
    endpoint.patch(dimension, wanted)
    if under_way:
        shows_updating(endpoint)
    assert len(made_by(endpoint, lambda: endpoint.call("GET", dimension))) <= ALL_AT_MOST
    status = "InProgress" if under_way else "Successful"
    assert endpoint.get(dimension) == (wanted, wanted, status)


@pytest.mark.parametrize(("dimension", "wanted"), [(TABLE, 25), (SHARDS, 5), (FACTOR, 6)])
def test_what_somebody_else_ended_takes_one_call_more(
    endpoint: Endpoint, dimension: str, wanted: int
) -> None:
    endpoint.patch(dimension, wanted)
    by_hand = {
        TABLE: lambda: endpoint.set_units(300),
        SHARDS: lambda: endpoint.set_shards(8),
        FACTOR: lambda: endpoint.set_mapping(ParallelizationFactor=9),
    }
    by_hand[dimension]()
    made = made_by(endpoint, lambda: endpoint.call("GET", dimension))
    assert made[-1] == "Query"
    assert len(made) <= ALL_AT_MOST + 1
    actual, desired, status = endpoint.get(dimension)
    assert (actual, status) == (desired, "Successful")


@pytest.mark.parametrize(
    ("dimension", "wanted", "calls"),
    [
        # Once more just before the call, which has to name the units that it doesn't change.
        (TABLE, 25, ["DescribeScalableTargets", "DescribeTable", "DescribeTable"]),
        # Once for tumbling windows, which the change may not close.
        (SHARDS, 5, ["DescribeStreamSummary", "ListShards", "ListEventSourceMappings"]),
    ],
)
def test_so_does_a_patch_and_each_get_after_it(
    endpoint: Endpoint, dimension: str, wanted: int, calls: list[str]
) -> None:
    assert asked_by(endpoint, lambda: endpoint.patch(dimension, wanted)) == calls
    assert len(asked_by(endpoint, lambda: endpoint.call("GET", dimension))) <= 2


def delete_function(endpoint: Endpoint) -> None:
    endpoint.account.client("lambda").delete_function(FunctionName="order-writer")


def delete_mapping(endpoint: Endpoint) -> None:
    functions = endpoint.account.client("lambda")
    (mapping,) = functions.list_event_source_mappings()["EventSourceMappings"]
    functions.delete_event_source_mapping(UUID=mapping["UUID"])


def delete_stream(endpoint: Endpoint) -> None:
    endpoint.account.client("kinesis").delete_stream(StreamName="orders")


def delete_table(endpoint: Endpoint) -> None:
    endpoint.account.client("dynamodb").delete_table(TableName="orders")


@pytest.mark.parametrize(
    ("dimension", "wanted", "gone"),
    [
        (TABLE, 25, delete_function),
        (TABLE, 25, delete_mapping),
        (TABLE, 25, delete_stream),
        (SHARDS, 5, delete_function),
        (SHARDS, 5, delete_table),
    ],
)
def test_what_lies_beside_a_lever_may_be_gone(
    endpoint: Endpoint, dimension: str, wanted: int, gone: Callable[[Endpoint], None]
) -> None:
    gone(endpoint)
    before = endpoint.get(dimension)
    assert before[0] == before[1]
    assert before[2] == "Successful"
    endpoint.patch(dimension, wanted)
    endpoint.wait()
    assert endpoint.get(dimension) == (wanted, wanted, "Successful")


@pytest.mark.parametrize("gone", [delete_table, delete_stream])
def test_a_factor_is_told_without_what_lies_beside_it(
    endpoint: Endpoint, gone: Callable[[Endpoint], None]
) -> None:
    gone(endpoint)
    assert endpoint.get(FACTOR) == (2, 2, "Successful")


def test_a_sweep_closes_what_was_reached_while_the_function_is_gone(endpoint: Endpoint) -> None:
    endpoint.patch(TABLE, 25)
    delete_function(endpoint)
    endpoint.wait()
    report = sweep([endpoint.spec], endpoint.edges, endpoint.now, holder="sweep")
    assert [each.name for each in report.unreached] == ["orders"]
    assert endpoint.ledger.all_desired() == {}


@pytest.mark.parametrize(
    ("gone", "dimension"),
    [(delete_table, TABLE), (delete_stream, SHARDS), (delete_mapping, FACTOR)],
)
def test_a_lever_whose_own_resource_is_gone_is_not_found(
    endpoint: Endpoint, gone: Callable[[Endpoint], None], dimension: str
) -> None:
    gone(endpoint)
    assert endpoint.call("GET", dimension)[0] == 404
    assert endpoint.call("PATCH", dimension, {"desiredCapacity": 10})[0] == 404


def test_the_mapping_that_reads_is_told_where_an_alias_has_it(endpoint: Endpoint) -> None:
    """An older mapping of the function itself is left behind, switched off."""
    functions, account = endpoint.account.client("lambda"), endpoint.account
    (old,) = functions.list_event_source_mappings()["EventSourceMappings"]
    functions.update_event_source_mapping(UUID=old["UUID"], Enabled=False)

    def listed(parameters: dict[str, str], real: Callable[[], Any]) -> Any:
        """Lambda lists the mapping of an alias under the stream, and not under the function."""
        found = [{**each, "State": "Disabled"} for each in real()["EventSourceMappings"]]
        arn = f"{old['FunctionArn']}:live"
        alias = {**old, "FunctionArn": arn, "ParallelizationFactor": 7, "State": "Enabled"}
        return {"EventSourceMappings": [*found, *([] if "FunctionName" in parameters else [alias])]}

    account.on("ListEventSourceMappings", listed)
    assert endpoint.get(FACTOR) == (7, 7, "Successful")


def test_a_stream_of_that_name_in_another_account_is_not_taken_for_ours(
    endpoint: Endpoint,
) -> None:
    """The function reads both, the other one with a factor of 9, and Lambda lists that first."""
    account = endpoint.account

    def listed(parameters: dict[str, str], real: Callable[[], Any]) -> Any:
        found = real()["EventSourceMappings"]
        arn = found[0]["EventSourceArn"].replace("123456789012", "999999999999")
        other = {**found[0], "EventSourceArn": arn, "UUID": "other", "ParallelizationFactor": 9}
        by_source = "EventSourceArn" in parameters
        return {"EventSourceMappings": found if by_source else [other, *found]}

    account.on("ListEventSourceMappings", listed)
    assert endpoint.get(FACTOR) == (2, 2, "Successful")
