"""Functions as diagnosis sees them."""

from dataclasses import replace

import pytest

from tests.builders import (
    Minute,
    Reading,
    a_pipeline,
    newest,
    signals,
    the_consumer,
    told,
    with_consumers,
    with_mapping,
)
from tests.flink_builders import JobMinute, a_flink_pipeline, job_signals
from tidegate.rules.graph import Pipeline
from tidegate.rules.kinds.lambda_mapping.kind import LambdaMappingSignals
from tidegate.rules.kinds.lambda_mapping.metrics import memory_metric
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
    assert len(list(FUNCTIONS.readers(seen))) == len(list(FUNCTIONS.in_use(seen))) == 2


def test_each_function_tells_the_age_of_what_it_reads_or_nothing() -> None:
    seen = newest(signals(a_pipeline()), "scorer", iterator_age_milliseconds=[9000, 7000])
    (age,) = FUNCTIONS.ages(seen.series.of["lambda_mapping"])
    assert age.samples[-3:] == (None, 9000, 7000)
    shared = with_mapping(seen.pipeline, reading=Reading(other_sources=("queue",)))
    windows = seen.series.windows
    (untold,) = FUNCTIONS.ages(FUNCTIONS.series(shared, windows.__getitem__))
    assert untold.present == ()


@pytest.mark.parametrize(
    ("seconds_a_minute", "words"), [(54.0, "find the most frequent key"), (53.9, "mapping")]
)
def test_a_busy_execution_points_to_a_key_and_none_to_the_mapping(
    seconds_a_minute: float, words: str
) -> None:
    busy = [seconds_a_minute * 1000] * 3
    late = newest(signals(a_pipeline(factor=4)), iterator_age_milliseconds=[70_000] * 3)
    seen = newest(late, "scorer", duration_sum_milliseconds=busy)
    assert words in (FUNCTIONS.where_to_look(seen) or "")


def test_without_a_consumer_there_is_nowhere_to_look() -> None:
    assert FUNCTIONS.where_to_look(job_signals(a_flink_pipeline(), JobMinute())) is None


def test_no_rule_holds_an_age_of_other_sources_against_the_objective_of_this_one() -> None:
    alone = a_pipeline()
    shared = with_mapping(alone, reading=Reading(other_sources=("queue",)))
    (of_one,), (of_many,) = (list(FUNCTIONS.places(each, 60)) for each in (alone, shared))
    ages = {"objective_milliseconds", "retention_milliseconds"}
    assert of_one.quantities.keys() - of_many.quantities.keys() == ages


def test_only_of_a_mapping_that_counts_its_events_the_counts_are_asked_for() -> None:
    plain = a_pipeline()
    counting = with_mapping(plain, counts_events=True)
    names = [{each.name for each in FUNCTIONS.metrics(of)} for of in (plain, counting)]
    assert "Invocations" in names[0] & names[1]
    assert names[1] - names[0] >= {"PolledEventCount", "InvokedEventCount"}


def test_a_function_fails_with_the_tables_that_it_writes_to() -> None:
    assert FUNCTIONS.fails_with_its_sinks


def test_memory_is_read_of_a_function_with_lambda_insights_alone() -> None:
    pipeline = a_pipeline()
    function = replace(the_consumer(pipeline).function, has_insights=True)
    seen_inside = with_consumers(pipeline, replace(the_consumer(pipeline), function=function))
    more = set(FUNCTIONS.metrics(seen_inside)) - set(FUNCTIONS.metrics(pipeline))
    assert more == {memory_metric("scorer")}
    (series,) = FUNCTIONS.series(pipeline, told(pipeline).windows().__getitem__).values()
    assert series.memory_percent is None
