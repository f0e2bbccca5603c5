"""A Kinesis data stream in operation: how it is watched, what it costs and what it needs."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from tidegate.rules.cause import LeverKind
from tidegate.rules.graph import Pipeline
from tidegate.rules.window import Metric
from tidegate.scaling.kinds.kinesis_stream.access import stream_permissions
from tidegate.scaling.kinds.kinesis_stream.price import stream_items, stream_metrics, stream_modes
from tidegate.scaling.kinds.kinesis_stream.proposal import (
    seen_lateness,
    seen_metrics,
    stream_ranges,
)
from tidegate.scaling.kinds.kinesis_stream.watch import stream_alarms, stream_rows
from tidegate.scaling.model.alarm import NamedAlarm
from tidegate.scaling.model.bill import Item, Modes, Priced
from tidegate.scaling.model.change_record import Lever
from tidegate.scaling.model.dashboard_row import Row
from tidegate.scaling.model.permission import Permission, PipelineNames, WriteAccess
from tidegate.scaling.model.proposal import Evidence, Lateness, Range
from tidegate.scaling.model.watched import Watched

__all__ = ["StreamOperations"]


@dataclass(frozen=True, slots=True)
class StreamOperations:
    """``tidegate.scaling.model.operations.Operations``."""

    def alarms(self, watched: Watched) -> Iterator[NamedAlarm]:
        """Of the stream; none of a topic."""
        return stream_alarms(watched)

    def rows(self, watched: Watched) -> Iterator[Row]:
        """Of the stream; none of a topic."""
        return stream_rows(watched)

    def permissions(
        self, pipelines: Sequence[PipelineNames], *, sweeps: bool
    ) -> Iterator[Permission]:
        """Only a sweep samples keys and sets the retention."""
        return stream_permissions(pipelines, sweeps=sweeps)

    @property
    def write_access(self) -> WriteAccess | None:
        """What functions write to streams is no part of a pipeline yet."""
        return None

    def billed_metrics(self, pipeline: Pipeline) -> Iterator[Metric]:
        """What is read."""
        return stream_metrics(pipeline)

    def bill(self, priced: Priced) -> Iterator[Item]:
        """Of the stream; none of a topic."""
        return stream_items(priced)

    def modes(self, priced: Priced) -> Iterator[Modes]:
        """Of the stream; none of a topic."""
        return stream_modes(priced)

    def proposal_metrics(self, pipeline: Pipeline) -> Iterator[Metric]:
        """What comes in, is refused and is read, and how old it gets."""
        return seen_metrics(pipeline)

    def lateness(self, evidence: Evidence) -> Lateness:
        """The iterator age."""
        return seen_lateness(evidence)

    def proposed(self, evidence: Evidence) -> Iterator[Range]:
        """Of shards and retention."""
        return stream_ranges(evidence)

    def shared_levers(self, pipeline: PipelineNames) -> Iterator[Lever]:
        """The shards: ``tidegate reshard`` changes them for no pipeline."""
        if pipeline.stream:
            yield Lever.of(LeverKind.SHARD_COUNT, pipeline.stream)
