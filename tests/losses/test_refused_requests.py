"""A request that was answered 4xx or 5xx leaves nothing behind, and is not done later."""

import pytest

from tests.losses.account import refusal
from tests.losses.endpoint import FACTOR, SHARDS, TABLE, Endpoint


def test_a_capacity_refused_while_the_table_was_on_demand_is_never_set(endpoint: Endpoint) -> None:
    endpoint.bill("PAY_PER_REQUEST")
    status, words = endpoint.refused(TABLE, 3000)
    assert (status, "on demand" in words) == (404, True)
    endpoint.bill("PROVISIONED", 20)
    made = len(endpoint.account.changes)
    for _ in range(3):
        endpoint.wait()
        assert endpoint.get(TABLE) == (20, 20, "Successful")
        endpoint.sweep()
    assert len(endpoint.account.changes) == made


@pytest.mark.parametrize(
    ("dimension", "wanted", "status"),
    [
        (TABLE, 4001, 400),
        (TABLE, 9, 400),
        (SHARDS, 65, 400),
        (f"{TABLE}~late", 300, 404),
        (f"{TABLE}~{'x' * 2000}", 300, 404),
        (f"read_capacity~orders~{'y' * 1000}", 300, 404),
        ("shard_count~payments", 4, 404),
    ],
    ids=lambda value: str(value)[:40],
)
def test_a_refused_request_leaves_nothing_in_the_ledger(
    endpoint: Endpoint, dimension: str, wanted: float, status: int
) -> None:
    assert endpoint.refused(dimension, wanted)[0] == status


@pytest.mark.parametrize(("dimension", "wanted"), [(TABLE, 300), (SHARDS, 8), (FACTOR, 5)])
def test_a_request_that_could_not_be_written_down_is_not_done_later(
    endpoint: Endpoint, dimension: str, wanted: float
) -> None:
    def denied(*_: object) -> object:
        raise refusal("TransactWriteItems", "AccessDeniedException", "not authorized")

    before, _, _ = endpoint.get(dimension)
    endpoint.account.on("TransactWriteItems", denied)
    assert endpoint.call("PATCH", dimension, {"desiredCapacity": wanted})[0] == 500
    endpoint.account.hooks.clear()
    for _ in range(2):
        endpoint.wait()
        assert endpoint.get(dimension) == (before, before, "Successful")
        endpoint.sweep()
    assert endpoint.account.changes == []


def test_a_refused_request_leaves_the_one_before_it_under_way(endpoint: Endpoint) -> None:
    endpoint.patch(SHARDS, 20)
    endpoint.wait()
    assert endpoint.refused(SHARDS, 65)[0] == 400
    for _ in range(2):
        endpoint.sweep()
        endpoint.wait()
    assert endpoint.get(SHARDS) == (20, 20, "Successful")
