"""An event source mapping as a type of resource: parallelization factor and batching window."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from tidegate.rules.cause import LeverKind
from tidegate.rules.graph import Pipeline
from tidegate.rules.kinds.kinesis_stream.state import stream_of
from tidegate.rules.kinds.lambda_mapping.state import Consumer, account_of, consumers_of
from tidegate.scaling.kinds.lambda_mapping.limits import LIMITS, SCALABLE
from tidegate.scaling.model.change_record import Lever
from tidegate.scaling.model.resource_type import Changes, Setting, SizedTogether, Status

if TYPE_CHECKING:
    from tidegate.scaling.kinds.lambda_mapping.actions import (
        UpdateBatchingWindow,
        UpdateParallelizationFactor,
    )
    from tidegate.scaling.model.look import Situation
    from tidegate.scaling.model.operations import Operations
    from tidegate.scaling.model.plan import Constraint
    from tidegate.scaling.model.planning import Planning
    from tidegate.scaling.model.recommendation import Recommendation

__all__ = ["LambdaMapping"]

PASSING = ("Creating", "Enabling", "Updating", "Disabling")
"""What ends by itself (EventSourceMappingConfiguration, API reference)."""


@dataclass(frozen=True, slots=True)
class LambdaMapping(SizedTogether):
    """``tidegate.scaling.model.resource_type.ResourceType``; a lever is known by its function."""

    @property
    def levers(self) -> Mapping[LeverKind, tuple[int, int]]:
        """Each with what its call takes."""
        return LIMITS

    @property
    def latency_levers(self) -> Collection[LeverKind]:
        """The batching window."""
        return (LeverKind.BATCHING_WINDOW,)

    def planning(self, pipeline: Pipeline) -> "Planning | None":
        """Of the functions, where there are any."""
        consumers = consumers_of(pipeline)
        if not consumers:
            return None
        from tidegate.scaling.kinds.lambda_mapping.planning import MappingPlanning

        return MappingPlanning(consumers)

    @property
    def scalable_dimensions(self) -> tuple[LeverKind, ...]:
        """The factor; a batching window gives no capacity."""
        return SCALABLE

    def capacities(self, pipeline: Pipeline) -> Iterator[Setting]:
        """The factor of each consumer."""
        for consumer in consumers_of(pipeline):
            factor = Lever.of(LeverKind.PARALLELIZATION_FACTOR, consumer.function.name)
            yield factor, consumer.mapping.parallelization_factor

    def other_settings(self, pipeline: Pipeline) -> Iterator[Setting]:
        """The batching window of each consumer."""
        for consumer in consumers_of(pipeline):
            window = Lever.of(LeverKind.BATCHING_WINDOW, consumer.function.name)
            yield window, consumer.mapping.batching_window_seconds

    def statuses(self, pipeline: Pipeline, lever: Lever) -> Sequence[Status]:
        """The mapping's state."""
        name = f"the event source mapping of {lever.where}"
        states = (consumer.mapping.state for consumer in _consumers(pipeline, lever))
        return [Status.of(name, state, "Enabled", PASSING) for state in states]

    def is_changing(self, pipeline: Pipeline, lever: Lever) -> bool:
        """While it is Updating."""
        return any(each.mapping.state == "Updating" for each in _consumers(pipeline, lever))

    def moves_by_itself(self, pipeline: Pipeline, lever: Lever) -> bool:
        """Lambda sets neither."""
        return False

    def identity(self, pipeline: Pipeline, lever: Lever) -> str:
        """The mapping's UUID."""
        return next((each.mapping.uuid for each in _consumers(pipeline, lever)), "")

    def marks(self, pipeline: Pipeline, lever: Lever) -> tuple[str, ...]:
        """When it was last modified."""
        return tuple(each.mapping.modified for each in _consumers(pipeline, lever))

    def why_useless(self, pipeline: Pipeline, lever: Lever) -> str | None:
        """A function whose reserved concurrency is 0 is never invoked."""
        if lever.kind is not LeverKind.PARALLELIZATION_FACTOR:
            return None
        reserved = (each.function.reserved_concurrency for each in _consumers(pipeline, lever))
        if all(cap != 0 for cap in reserved):
            return None
        return f"{lever.where} has a reserved concurrency of 0 and is never invoked"

    def why_undone(self, pipeline: Pipeline, lever: Lever, begun_at: datetime) -> str | None:
        """AWS undoes none of its changes."""
        return None

    def limits(
        self, situation: "Situation", recommendation: "Recommendation"
    ) -> Iterator["Constraint"]:
        """The mapping's state, and what the call takes."""
        # Imported here: who only reads needs no limits, and a cold start is shorter without.
        from tidegate.scaling.kinds.lambda_mapping.levers import (
            batching_window_constraints,
            factor_constraints,
        )

        pipeline = situation.pipeline
        for consumer in _consumers(pipeline, recommendation.lever)[:1]:
            if recommendation.lever.kind is LeverKind.BATCHING_WINDOW:
                yield from batching_window_constraints(consumer)
            else:
                unreserved = account_of(pipeline).unreserved_concurrency
                yield from factor_constraints(consumer, stream_of(pipeline).shard_count, unreserved)

    def actions(
        self, pipeline: Pipeline, changes: Changes
    ) -> "Iterator[UpdateParallelizationFactor | UpdateBatchingWindow]":
        """One call for each setting."""
        # Imported here: who only reads asks for nothing, and a cold start is shorter without.
        from tidegate.scaling.kinds.lambda_mapping.actions import (
            UpdateBatchingWindow,
            UpdateParallelizationFactor,
        )

        for consumer in consumers_of(pipeline):
            name, mapping = consumer.function.name, consumer.mapping
            factor = changes.settings.get(Lever.of(LeverKind.PARALLELIZATION_FACTOR, name))
            if factor is not None:
                was = mapping.parallelization_factor
                yield UpdateParallelizationFactor(mapping.uuid, name, was, factor)
            window = changes.settings.get(Lever.of(LeverKind.BATCHING_WINDOW, name))
            if window is not None:
                seconds = mapping.batching_window_seconds
                yield UpdateBatchingWindow(mapping.uuid, name, seconds, window)

    def monthly_usd(self, pipeline: Pipeline, lever: Lever, setting: int) -> float:
        """Nothing: Lambda bills the work, and not what may be done at once."""
        return 0.0

    @property
    def operations(self) -> "Operations":
        """What no plan asks for."""
        from tidegate.scaling.kinds.lambda_mapping.operations import MappingOperations

        return MappingOperations()


def _consumers(pipeline: Pipeline, lever: Lever) -> list[Consumer]:
    return [each for each in consumers_of(pipeline) if each.function.name == lever.where]
