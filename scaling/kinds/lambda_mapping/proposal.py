"""Bounds of the levers of event source mappings out of two weeks of metrics: pure functions."""

from collections.abc import Iterator

from tidegate.rules.cause import LeverKind
from tidegate.rules.graph import Pipeline
from tidegate.rules.kinds.kinesis_stream.state import stream_of
from tidegate.rules.kinds.lambda_mapping.metrics import function_metric
from tidegate.rules.kinds.lambda_mapping.state import Consumer, consumers_of
from tidegate.rules.kinds.packs import in_force
from tidegate.rules.window import Metric
from tidegate.scaling.kinds.lambda_mapping.limits import FACTOR_MAX
from tidegate.scaling.kinds.lambda_mapping.sizing import window_at_most
from tidegate.scaling.model.change_record import Lever
from tidegate.scaling.model.proposal import Evidence, Lateness, Proposed, Range, coarse

__all__ = ["mapping_lateness", "mapping_ranges", "seen_metrics"]


def _concurrent(function: str) -> Metric:
    return coarse(function_metric(function, "ConcurrentExecutions", "Maximum"))


def seen_metrics(pipeline: Pipeline) -> Iterator[Metric]:
    """The concurrent executions of each function."""
    return (_concurrent(each.function.name) for each in consumers_of(pipeline))


def mapping_lateness(pipeline: Pipeline) -> Lateness:
    """How long batches wait by themselves."""
    windows = (each.mapping.batching_window_seconds for each in consumers_of(pipeline))
    return Lateness(wait_seconds=max(windows, default=0))


def mapping_ranges(evidence: Evidence) -> Iterator[Range]:
    """The factor as far as AWS takes it, and windows as long as the objective allows."""
    for consumer in consumers_of(evidence.pipeline):
        yield _factor(consumer, evidence)
        yield _batching_window(consumer, evidence.objective_seconds)


def _factor(consumer: Consumer, evidence: Evidence) -> Range:
    name, current = consumer.function.name, consumer.mapping.parallelization_factor
    seen = evidence.present(_concurrent(name))
    used = f"at most {max(seen):,.0f}" if seen else "none"
    reserved = consumer.function.reserved_concurrency
    words = f"the most that AWS takes; concurrent executions seen: {used}"
    if reserved is not None:
        words += f", {reserved} reserved for {stream_of(evidence.pipeline).shard_count} shards"
    return Range(
        Lever.of(LeverKind.PARALLELIZATION_FACTOR, name),
        current,
        Proposed(1, "the least that AWS takes"),
        Proposed(FACTOR_MAX, words),
    )


def _batching_window(consumer: Consumer, objective_seconds: int) -> Range:
    current = consumer.mapping.batching_window_seconds
    near = in_force({})["iterator-age-nearing-objective"] * objective_seconds
    most = window_at_most(objective_seconds, near)
    words = f"a tenth of the objective's {objective_seconds} s, for full batches"
    if current > most:
        most, words = current, "as now"
    return Range(
        Lever.of(LeverKind.BATCHING_WINDOW, consumer.function.name),
        current,
        Proposed(0, "the least that AWS takes"),
        Proposed(most, words),
    )
