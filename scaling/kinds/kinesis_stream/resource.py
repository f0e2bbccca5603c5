"""A Kinesis data stream as a type of resource: shard count and retention."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from tidegate.rules.cause import LeverKind
from tidegate.rules.graph import Pipeline
from tidegate.scaling.model.actions import SplitShard, UpdateRetention, UpdateShardCount
from tidegate.scaling.model.aws_limits import SHARDS_MAX
from tidegate.scaling.model.change_record import Lever
from tidegate.scaling.model.resource_type import Changes, Setting, Situation

if TYPE_CHECKING:
    from tidegate.rules.window import Metric
    from tidegate.scaling.model.alarm import NamedAlarm
    from tidegate.scaling.model.bill import Item, Modes, Priced
    from tidegate.scaling.model.dashboard_row import Row
    from tidegate.scaling.model.permission import Permission, PipelineNames
    from tidegate.scaling.model.plan import Constraint
    from tidegate.scaling.model.proposal import Evidence, Lateness, Range
    from tidegate.scaling.model.recommendation import Recommendation
    from tidegate.scaling.model.watched import Watched

__all__ = ["KinesisStream"]


@dataclass(frozen=True, slots=True)
class KinesisStream:
    """``tidegate.scaling.model.resource_type.ResourceType``."""

    levers: tuple[LeverKind, ...] = (LeverKind.SHARD_COUNT, LeverKind.RETENTION_HOURS)

    def capacities(self, pipeline: Pipeline) -> Iterator[Setting]:
        """The shards of a provisioned stream."""
        stream = pipeline.stream
        if stream.is_provisioned:
            yield Lever.of(LeverKind.SHARD_COUNT, stream.name), stream.shard_count

    def other_settings(self, pipeline: Pipeline) -> Iterator[Setting]:
        """The retention."""
        stream = pipeline.stream
        yield Lever.of(LeverKind.RETENTION_HOURS, stream.name), stream.retention_hours

    def statuses(self, pipeline: Pipeline, lever: Lever) -> Sequence[tuple[str, str]]:
        """The stream's."""
        return [(pipeline.stream.name, pipeline.stream.status)]

    def is_changing(self, pipeline: Pipeline, lever: Lever) -> bool:
        """While it is UPDATING."""
        return pipeline.stream.status == "UPDATING"

    def identity(self, pipeline: Pipeline, lever: Lever) -> str:
        """When it was created."""
        return pipeline.stream.created

    def marks(self, pipeline: Pipeline, lever: Lever) -> tuple[str, ...]:
        """The newest shard: a split or a merge makes shards with names of their own."""
        return (max((shard.shard_id for shard in pipeline.stream.open_shards), default=""),)

    def why_useless(self, pipeline: Pipeline, lever: Lever) -> str | None:
        """A stream that works has what its levers say."""
        return None

    def why_undone(self, pipeline: Pipeline, lever: Lever, begun_at: datetime) -> str | None:
        """AWS undoes none of its changes."""
        return None

    def limits(
        self, situation: Situation, recommendation: "Recommendation"
    ) -> Iterator["Constraint"]:
        """The stream's status and mode, and what a call takes."""
        # Imported here: who only reads needs no limits, and a cold start is shorter without.
        from tidegate.scaling.kinds.kinesis_stream.levers import (
            busy_constraints,
            retention_range,
            shard_count_constraints,
        )

        stream = situation.pipeline.stream
        yield from busy_constraints(stream)
        if recommendation.lever.kind is LeverKind.RETENTION_HOURS:
            yield retention_range()
            return
        count_max = SHARDS_MAX if situation.file_max is None else situation.file_max
        yield from shard_count_constraints(
            stream, recommendation.wanted, count_max, situation.history, situation.now
        )

    def actions(
        self, pipeline: Pipeline, changes: Changes
    ) -> Iterator[UpdateRetention | UpdateShardCount | SplitShard]:
        """Retention first: what is written meanwhile must not expire."""
        stream = pipeline.stream
        hours = changes.settings.get(Lever.of(LeverKind.RETENTION_HOURS, stream.name))
        if hours is not None:
            yield UpdateRetention(stream.name, stream.retention_hours, hours)
        shards = changes.settings.get(Lever.of(LeverKind.SHARD_COUNT, stream.name))
        if shards is not None:
            yield changes.split or UpdateShardCount(stream.name, stream.shard_count, shards)

    def alarms(self, watched: "Watched") -> Iterator["NamedAlarm"]:
        """Of the stream; none of a topic."""
        from tidegate.scaling.kinds.kinesis_stream.watch import stream_alarms

        return stream_alarms(watched)

    def rows(self, watched: "Watched") -> Iterator["Row"]:
        """Of the stream; none of a topic."""
        from tidegate.scaling.kinds.kinesis_stream.watch import stream_rows

        return stream_rows(watched)

    def permissions(
        self, pipelines: Sequence["PipelineNames"], *, sweeps: bool
    ) -> Iterator["Permission"]:
        """Only a sweep samples keys and sets the retention."""
        from tidegate.scaling.kinds.kinesis_stream.access import stream_permissions

        return stream_permissions(pipelines, sweeps=sweeps)

    def monthly_usd(self, pipeline: Pipeline, lever: Lever, setting: int) -> float:
        """Of so many shards, or of so long a retention of the shards that there are."""
        from tidegate.scaling.kinds.kinesis_stream.price import stream_monthly_usd

        return stream_monthly_usd(pipeline.stream, lever, setting)

    def billed_metrics(self, pipeline: Pipeline) -> Iterator["Metric"]:
        """What is read."""
        from tidegate.scaling.kinds.kinesis_stream.price import stream_metrics

        return stream_metrics(pipeline)

    def bill(self, priced: "Priced") -> Iterator["Item"]:
        """Of the stream; none of a topic."""
        from tidegate.scaling.kinds.kinesis_stream.price import stream_items

        return stream_items(priced)

    def modes(self, priced: "Priced") -> Iterator["Modes"]:
        """Of the stream; none of a topic."""
        from tidegate.scaling.kinds.kinesis_stream.price import stream_modes

        return stream_modes(priced)

    def proposal_metrics(self, pipeline: Pipeline) -> Iterator["Metric"]:
        """What comes in, is refused and is read, and how old it gets."""
        from tidegate.scaling.kinds.kinesis_stream.proposal import seen_metrics

        return seen_metrics(pipeline)

    def lateness(self, evidence: "Evidence") -> "Lateness":
        """The iterator age."""
        from tidegate.scaling.kinds.kinesis_stream.proposal import seen_lateness

        return seen_lateness(evidence)

    def proposed(self, evidence: "Evidence") -> Iterator["Range"]:
        """Of shards and retention."""
        from tidegate.scaling.kinds.kinesis_stream.proposal import stream_ranges

        return stream_ranges(evidence)
