"""Bounds of a mapping's levers, each with the reason that it has."""

from dataclasses import replace

from tests.builders import a_pipeline, with_consumers
from tests.scaling.kinds.evidence import evidence
from tidegate.rules.graph import Pipeline
from tidegate.rules.kinds.lambda_mapping.metrics import function_metric
from tidegate.rules.kinds.lambda_mapping.state import consumers_of
from tidegate.scaling.kinds.lambda_mapping.proposal import (
    mapping_lateness,
    mapping_ranges,
    seen_metrics,
)
from tidegate.scaling.kinds.lambda_mapping.sizing import window_at_most
from tidegate.scaling.model.proposal import Lateness, Proposed, coarse

CONCURRENT = function_metric("scorer", "ConcurrentExecutions", "Maximum")


def waiting(seconds: int) -> Pipeline:
    pipeline = a_pipeline()
    (consumer,) = consumers_of(pipeline)
    mapping = replace(consumer.mapping, batching_window_seconds=seconds)
    return with_consumers(pipeline, replace(consumer, mapping=mapping))


def test_the_factor_says_what_was_used_and_what_is_reserved() -> None:
    pipeline = a_pipeline(shards=3, reserved_concurrency=20)
    factor, _ = mapping_ranges(evidence(pipeline, {CONCURRENT: (3.0, 7.0)}))
    assert factor.max == Proposed(
        10,
        "the most that AWS takes; concurrent executions seen: at most 7, 20 reserved for 3 shards",
    )
    unseen, _ = mapping_ranges(evidence(a_pipeline(), {}))
    assert unseen.max.because.endswith("concurrent executions seen: none")


def test_a_window_takes_a_tenth_of_the_objective_or_stays() -> None:
    _, found = mapping_ranges(evidence(waiting(0), {}, objective_seconds=120))
    assert found.max == Proposed(12, "a tenth of the objective's 120 s, for full batches")
    _, found = mapping_ranges(evidence(waiting(30), {}, objective_seconds=120))
    assert found.max == Proposed(30, "as now")


def test_a_window_is_at_least_a_second_unless_that_is_sick_and_never_above_the_limit_of_aws() -> (
    None
):
    longest = [window_at_most(5, 4), window_at_most(5, 0.5), window_at_most(86_400, 80_000)]
    assert longest == [1, 0, 300]


def test_batches_that_wait_by_themselves_are_not_late() -> None:
    assert mapping_lateness(waiting(30)) == Lateness(wait_seconds=30)
    assert mapping_lateness(with_consumers(a_pipeline())) == Lateness()


def test_concurrent_executions_are_asked_for() -> None:
    assert list(seen_metrics(a_pipeline())) == [coarse(CONCURRENT)]
