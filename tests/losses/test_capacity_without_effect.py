"""A capacity that is as it should be says nothing where its resource doesn't work."""

from collections.abc import Callable

import pytest

from tests.losses.endpoint import FACTOR, SHARDS, TABLE, Endpoint

By = Callable[[Endpoint], None]


def of_table(status: str) -> By:
    def change(endpoint: Endpoint) -> None:
        endpoint.account.on(
            "DescribeTable", lambda _, real: {"Table": {**real()["Table"], "TableStatus": status}}
        )

    return change


def deleting_stream(endpoint: Endpoint) -> None:
    key = "StreamDescriptionSummary"
    endpoint.account.on(
        "DescribeStreamSummary", lambda _, real: {key: {**real()[key], "StreamStatus": "DELETING"}}
    )


def never_invoked(endpoint: Endpoint) -> None:
    endpoint.account.client("lambda").put_function_concurrency(
        FunctionName="order-writer", ReservedConcurrentExecutions=0
    )


@pytest.mark.parametrize(
    ("dimension", "change", "reason"),
    [
        (
            TABLE,
            of_table("INACCESSIBLE_ENCRYPTION_CREDENTIALS"),
            "orders is INACCESSIBLE_ENCRYPTION_CREDENTIALS",
        ),
        (TABLE, of_table("ARCHIVED"), "orders is ARCHIVED"),
        (TABLE, of_table("DELETING"), "orders is DELETING"),
        (SHARDS, deleting_stream, "orders is DELETING"),
        (
            FACTOR,
            lambda it: it.set_mapping(Enabled=False),
            "the event source mapping of order-writer is Disabled",
        ),
        (
            FACTOR,
            never_invoked,
            "order-writer has a reserved concurrency of 0 and is never invoked",
        ),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_a_capacity_without_effect_is_failed_with_the_reason_and_refused(
    endpoint: Endpoint, dimension: str, change: By, reason: str
) -> None:
    actual, _, _ = endpoint.get(dimension)
    change(endpoint)
    assert endpoint.get(dimension) == (actual, actual, "Failed")
    assert endpoint.call("GET", dimension)[1]["failureReason"] == reason
    status, words = endpoint.refused(dimension, actual + 2)
    assert (status, words.endswith(reason)) == (400, True)


def test_a_table_that_is_being_changed_by_hand_is_in_progress(endpoint: Endpoint) -> None:
    of_table("UPDATING")(endpoint)
    assert endpoint.get(TABLE) == (20, 20, "InProgress")
