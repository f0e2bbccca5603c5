from dataclasses import replace
from typing import Any

import pytest

from tests.builders import Consumer, Function, Reading, a_pipeline, the_consumer
from tidegate.scaling.kinds.lambda_mapping import words
from tidegate.scaling.kinds.lambda_mapping.levers import (
    batching_window_constraints,
    factor_constraints,
)
from tidegate.scaling.model.plan import Constraint, Prohibition, Range

ALLOWED = Range(1, 10, words.FACTOR_RANGE(limit_factor=10))


def consumer(reserved: int | None = None, **mapping: Any) -> Consumer:
    seen = the_consumer(a_pipeline(factor=2))
    function = Function("scorer", 15, 512, reserved)
    return replace(seen, function=function, mapping=replace(seen.mapping, **mapping))


def shared(limit: int, cap: int, shards: int, plural: str = "s") -> Range:
    return Range(1, limit, words.SHARED_CONCURRENCY(
        limit_factor=limit, unreserved_executions=cap, shards=shards, plural=plural))  # fmt: skip


def reserved(limit: int, cap: int, shards: int) -> Range:
    return Range(1, limit, words.RESERVED_CONCURRENCY(
        limit_factor=limit, reserved_executions=cap, name="scorer", shards=shards,
        plural="s"))  # fmt: skip


@pytest.mark.parametrize(
    ("own", "shards", "unreserved", "found"),
    [
        (None, 4, 20, shared(5, 20, 4)),
        (None, 4, 19, shared(4, 19, 4)),
        (None, 1, 19, shared(19, 19, 1, "")),
        (None, 4, 3, shared(1, 3, 4)),
        (12, 4, 1_000, reserved(3, 12, 4)),
        (0, 4, 1_000, reserved(1, 0, 4)),
    ],
    ids=["shared", "rounded-down", "one-shard", "too-few", "reserved", "nothing-reserved"],
)
def test_a_factor_has_no_more_executions_than_the_function_may_have_on_all_shards(
    own: int | None, shards: int, unreserved: int, found: Constraint
) -> None:
    assert list(factor_constraints(consumer(own), shards, unreserved)) == [ALLOWED, found]


def test_with_a_tumbling_window_a_higher_factor_is_not_allowed() -> None:
    reading = Reading(tumbling_window_seconds=30)
    limits = list(factor_constraints(consumer(reading=reading), 1, 10))
    held = Range(1, 2, words.ONE_BATCH_A_SHARD(window=30))
    assert limits == [ALLOWED, held, shared(10, 10, 1, "")]


@pytest.mark.parametrize("state", ["Updating", "Disabled", "Creating"])
def test_a_mapping_that_is_not_enabled_takes_neither_change(state: str) -> None:
    busy = Prohibition(words.RESOURCE_BUSY(name="scorer", state=state))
    seen = consumer(state=state)
    assert list(factor_constraints(seen, 1, 10)) == [ALLOWED, busy, shared(10, 10, 1, "")]
    assert list(batching_window_constraints(seen))[1:] == [busy]


def test_a_batching_window_is_at_most_five_minutes() -> None:
    assert list(batching_window_constraints(consumer())) == [
        Range(0, 300, words.WINDOW_RANGE(limit_seconds=300))
    ]
