"""A Kinesis data stream as a type of resource: shard count and retention."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from tidegate.rules.cause import LeverKind
from tidegate.rules.graph import Pipeline
from tidegate.rules.kinds.kinesis_stream.state import Stream, has_stream, stream_of
from tidegate.scaling.kinds.kinesis_stream.limits import LIMITS, SCALABLE, SHARDS_MAX
from tidegate.scaling.model.change_record import Lever
from tidegate.scaling.model.resource_type import Changes, Setting, SizedTogether, Status

if TYPE_CHECKING:
    from tidegate.scaling.model.look import Look, Situation
    from tidegate.scaling.model.operations import Operations
    from tidegate.scaling.model.plan import Action, Constraint
    from tidegate.scaling.model.planning import Planning
    from tidegate.scaling.model.recommendation import Recommendation

__all__ = ["KinesisStream"]

PASSING = ("CREATING", "UPDATING")
"""What ends by itself (StreamDescriptionSummary, API reference)."""


@dataclass(frozen=True, slots=True)
class KinesisStream(SizedTogether):
    """``tidegate.scaling.model.resource_type.ResourceType``."""

    @property
    def levers(self) -> Mapping[LeverKind, tuple[int, int]]:
        """Each with what its call takes."""
        return LIMITS

    @property
    def scalable_dimensions(self) -> tuple[LeverKind, ...]:
        """The shards; a retention gives no capacity."""
        return SCALABLE

    def capacities(self, pipeline: Pipeline) -> Iterator[Setting]:
        """The shards of a provisioned stream."""
        for stream in pipeline.all(Stream):
            if stream.is_provisioned:
                yield Lever.of(LeverKind.SHARD_COUNT, stream.name), stream.shard_count

    def other_settings(self, pipeline: Pipeline) -> Iterator[Setting]:
        """The retention."""
        for stream in pipeline.all(Stream):
            yield Lever.of(LeverKind.RETENTION_HOURS, stream.name), stream.retention_hours

    def statuses(self, pipeline: Pipeline, lever: Lever) -> Sequence[Status]:
        """The stream's."""
        stream = stream_of(pipeline)
        return [Status.of(stream.name, stream.status, "ACTIVE", PASSING)]

    def is_changing(self, pipeline: Pipeline, lever: Lever) -> bool:
        """While it is UPDATING."""
        return stream_of(pipeline).status == "UPDATING"

    def moves_by_itself(self, pipeline: Pipeline, lever: Lever) -> bool:
        """No service sets them by itself."""
        return False

    def identity(self, pipeline: Pipeline, lever: Lever) -> str:
        """When it was created."""
        return stream_of(pipeline).created

    def marks(self, pipeline: Pipeline, lever: Lever) -> tuple[str, ...]:
        """The newest shard: a split or a merge makes shards with names of their own."""
        return (max((shard.shard_id for shard in stream_of(pipeline).open_shards), default=""),)

    def why_useless(self, pipeline: Pipeline, lever: Lever) -> str | None:
        """A stream that works has what its levers say."""
        return None

    def why_undone(self, pipeline: Pipeline, lever: Lever, begun_at: datetime) -> str | None:
        """AWS undoes none of its changes."""
        return None

    def limits(
        self, situation: "Situation", recommendation: "Recommendation"
    ) -> Iterator["Constraint"]:
        """The stream's status and mode, and what a call takes."""
        # Imported here: who only reads needs no limits, and a cold start is shorter without.
        from tidegate.scaling.kinds.kinesis_stream.levers import (
            busy_constraints,
            retention_range,
            shard_count_constraints,
        )
        from tidegate.scaling.kinds.kinesis_stream.tumbling_windows import closed_windows

        stream = stream_of(situation.pipeline)
        yield from busy_constraints(stream)
        if recommendation.lever.kind is LeverKind.RETENTION_HOURS:
            yield retention_range()
            return
        is_scale_out = recommendation.wanted > recommendation.current
        yield from closed_windows(situation.pipeline, situation.said, is_scale_out=is_scale_out)
        bounds = situation.said.bounds(recommendation.lever)
        count_max = SHARDS_MAX if bounds is None else bounds.max
        yield from shard_count_constraints(
            stream, recommendation.wanted, count_max, situation.history, situation.now
        )

    def actions(self, pipeline: Pipeline, changes: Changes) -> Iterator["Action"]:
        """Retention first: what is written meanwhile must not expire."""
        if not has_stream(pipeline):
            return
        # Imported here: who only reads asks for nothing, and a cold start is shorter without.
        from tidegate.scaling.kinds.kinesis_stream.actions import UpdateRetention, UpdateShardCount

        stream = stream_of(pipeline)
        hours = changes.settings.get(Lever.of(LeverKind.RETENTION_HOURS, stream.name))
        if hours is not None:
            yield UpdateRetention(stream.name, stream.retention_hours, hours)
        lever = Lever.of(LeverKind.SHARD_COUNT, stream.name)
        shards = changes.settings.get(lever)
        if shards is not None:
            update = UpdateShardCount(stream.name, stream.shard_count, shards)
            yield changes.instead.get(lever, update)

    def monthly_usd(self, pipeline: Pipeline, lever: Lever, setting: int) -> float:
        """Of so many shards, or of so long a retention of the shards that there are."""
        from tidegate.scaling.kinds.kinesis_stream.price import stream_monthly_usd

        return stream_monthly_usd(stream_of(pipeline), lever, setting)

    def recommendations(self, look: "Look") -> "Iterator[Recommendation]":
        """Of the retention; the shards are sized with what reads them."""
        if has_stream(look.signals.pipeline):
            from tidegate.scaling.kinds.kinesis_stream.retention import retention_recommendation

            yield retention_recommendation(look.signals, look.history)

    def planning(self, pipeline: Pipeline) -> "Planning | None":
        """Of the shards, which are sized with what reads them."""
        if not has_stream(pipeline):
            return None
        from tidegate.rules.kinds.lambda_mapping.state import fan_out_consumers
        from tidegate.scaling.kinds.kinesis_stream.planning import StreamPlanning

        pushed = len(fan_out_consumers(pipeline))
        is_polled = not pushed or pushed < len(pipeline.processors)
        return StreamPlanning(stream_of(pipeline), pushed, is_polled)

    @property
    def operations(self) -> "Operations":
        """What no plan asks for."""
        from tidegate.scaling.kinds.kinesis_stream.operations import StreamOperations

        return StreamOperations()
