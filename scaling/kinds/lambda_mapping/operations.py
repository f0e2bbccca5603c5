"""Functions and their event source mappings in operation: how they are watched, what they cost and
what they need."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from tidegate.rules.graph import Pipeline
from tidegate.rules.window import Metric
from tidegate.scaling.kinds.lambda_mapping.access import mapping_permissions
from tidegate.scaling.kinds.lambda_mapping.price import function_items
from tidegate.scaling.kinds.lambda_mapping.proposal import (
    mapping_lateness,
    mapping_ranges,
    seen_metrics,
)
from tidegate.scaling.kinds.lambda_mapping.watch import function_alarms, function_rows
from tidegate.scaling.model.alarm import NamedAlarm
from tidegate.scaling.model.bill import Item, Modes, Priced
from tidegate.scaling.model.change_record import Lever
from tidegate.scaling.model.dashboard_row import Row
from tidegate.scaling.model.permission import Permission, PipelineNames, WriteAccess
from tidegate.scaling.model.proposal import Evidence, Lateness, Range
from tidegate.scaling.model.watched import Watched

__all__ = ["MappingOperations"]


@dataclass(frozen=True, slots=True)
class MappingOperations:
    """``tidegate.scaling.model.operations.Operations``."""

    def alarms(self, watched: Watched) -> Iterator[NamedAlarm]:
        """Of the functions, and of the account where they share its concurrency."""
        return function_alarms(watched)

    def rows(self, watched: Watched) -> Iterator[Row]:
        """Of each function."""
        return function_rows(watched)

    def permissions(
        self, pipelines: Sequence[PipelineNames], *, sweeps: bool
    ) -> Iterator[Permission]:
        """The functions, and the mappings of no others."""
        return mapping_permissions(pipelines)

    @property
    def write_access(self) -> WriteAccess | None:
        """Nothing writes to a function."""
        return None

    def billed_metrics(self, pipeline: Pipeline) -> Iterator[Metric]:
        """None: invocations and durations are judged too."""
        return iter(())

    def bill(self, priced: Priced) -> Iterator[Item]:
        """Of each function."""
        return function_items(priced)

    def modes(self, priced: Priced) -> Iterator[Modes]:
        """None."""
        return iter(())

    def proposal_metrics(self, pipeline: Pipeline) -> Iterator[Metric]:
        """Concurrent executions."""
        return seen_metrics(pipeline)

    def lateness(self, evidence: Evidence) -> Lateness:
        """The batching windows."""
        return mapping_lateness(evidence.pipeline)

    def proposed(self, evidence: Evidence) -> Iterator[Range]:
        """Of factor and batching window."""
        return mapping_ranges(evidence)

    def shared_levers(self, pipeline: PipelineNames) -> Iterator[Lever]:
        """None."""
        return iter(())
