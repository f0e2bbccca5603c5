"""What a reshard is asked for, and the shards that this comes to."""

from dataclasses import dataclass
from datetime import UTC, datetime

from tidegate.kinds.kinesis_stream.edge import sample_all
from tidegate.rules.kinds.kinesis_stream.state import Stream
from tidegate.scaling.aws.kinds.kinesis_stream.streams import AwsStreams
from tidegate.scaling.kinds.kinesis_stream.reshard.goals import (
    count_by,
    count_within,
    merge_goal,
    split_goal,
    split_hot_goal,
)
from tidegate.scaling.kinds.kinesis_stream.reshard.planner import Even, Goal

__all__ = ["Asked", "goal_of"]


@dataclass(frozen=True, slots=True)
class Asked:
    """The arguments of the command that say which shards are wanted."""

    stream: str
    to: int | None
    by: str | None
    even: bool
    split: str | None
    into: int
    merge: tuple[str, str] | None
    split_hot: bool
    least: int | None
    most: int | None
    tolerance: float

    @property
    def ways(self) -> int:
        """How many of the ways to say what is wanted were used."""
        said = (self.to is not None, self.by, self.even, self.split, self.merge, self.split_hot)
        return sum(map(bool, said))


def goal_of(asked: Asked, cloud: AwsStreams, stream: Stream) -> Goal:
    """The shards that are asked for, by those that there are. Raises InvalidRequest and
    CloudError."""

    def within(count: int) -> int:
        return count_within(count, asked.least, asked.most)

    now = stream.shard_count
    if asked.split_hot:
        within(now + 1)
        return split_hot_goal(stream, sample_all(cloud, stream, datetime.now(UTC)))
    if asked.split is not None:
        within(now + asked.into - 1)
        return split_goal(cloud.all_shards(stream.name), asked.split, asked.into)
    if asked.merge:
        within(max(1, now - 1))
        return merge_goal(cloud.all_shards(stream.name), *asked.merge)
    count = asked.to if asked.to is not None else now
    return Even(within(count_by(now, asked.by) if asked.by else count), asked.tolerance)
