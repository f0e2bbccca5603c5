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
    from tidegate.scaling.model.plan import Constraint
    from tidegate.scaling.model.recommendation import Recommendation

__all__ = ["KinesisStream"]


@dataclass(frozen=True, slots=True)
class KinesisStream:
    """``tidegate.scaling.model.resource_type.ResourceType``."""

    levers: tuple[LeverKind, ...] = (LeverKind.SHARD_COUNT, LeverKind.RETENTION_HOURS)
    word: str = "stream"

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
