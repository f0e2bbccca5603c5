"""Functions as diagnosis sees them."""

from dataclasses import replace

import pytest

from tests.builders import Minute, a_pipeline, signals, the_consumer, told, with_consumers
from tidegate.rules.graph import Pipeline
from tidegate.rules.kinds.lambda_mapping.kind import LambdaMappingSignals
from tidegate.rules.kinds.signal_kind import Place

FUNCTIONS = LambdaMappingSignals()


def place(pipeline: Pipeline) -> Place:
    (found,) = FUNCTIONS.places(pipeline, 90)
    return found


@pytest.mark.parametrize(
    ("reserved", "quantity"),
    [
        (None, {"unreserved_concurrency": 1000}),
        (20, {"reserved_concurrency": 20}),
        (0, {}),
    ],
    ids=["shared", "reserved", "none at all"],
)
def test_rules_are_relative_to_what_a_function_may_use(
    reserved: int | None, quantity: dict[str, float]
) -> None:
    found = place(a_pipeline(shards=2, factor=5, reserved_concurrency=reserved))
    assert (found.scope, found.where) == ("consumer", "scorer")
    assert found.quantities == {
        "objective_milliseconds": 90_000,
        "retention_milliseconds": 24 * 3_600_000,
        "timeout_milliseconds": 15_000,
        "concurrency_available": 10,
        **quantity,
    }


def test_a_function_with_two_mappings_is_asked_for_once() -> None:
    pipeline = a_pipeline()
    twice = with_consumers(pipeline, the_consumer(pipeline), the_consumer(pipeline))
    assert list(FUNCTIONS.metrics(twice)) == list(FUNCTIONS.metrics(pipeline))
    windows = told(twice, Minute()).windows()
    assert set(FUNCTIONS.series(twice, windows.__getitem__)) == {"scorer"}


def test_each_consumer_shows_how_it_reads_and_what_of_it_is_busy() -> None:
    pipeline = a_pipeline()
    other = replace(the_consumer(pipeline).function, name="other")
    two = with_consumers(
        pipeline, the_consumer(pipeline), replace(the_consumer(pipeline), function=other)
    )
    seen = signals(two)
    assert len(list(FUNCTIONS.reading_shown(seen))) == len(list(FUNCTIONS.in_use(seen))) == 2
