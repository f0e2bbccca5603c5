"""The calls that change a stream."""

from tidegate.scaling.aws.clients import Clients
from tidegate.scaling.aws.errors import asking
from tidegate.scaling.model.actions import (
    MergeShards,
    SplitShard,
    UpdateRetention,
    UpdateShardCount,
)

__all__ = ["merge_shards", "set_retention", "split_shard", "update_shard_count"]


def update_shard_count(action: UpdateShardCount, clients: Clients) -> None:
    """Uniform scaling."""
    with asking(action.operation, action.stream):
        clients.kinesis.update_shard_count(
            StreamName=action.stream,
            TargetShardCount=action.to_count,
            ScalingType="UNIFORM_SCALING",
        )


def split_shard(action: SplitShard, clients: Clients) -> None:
    """One shard becomes two."""
    with asking(action.operation, action.stream):
        clients.kinesis.split_shard(
            StreamName=action.stream,
            ShardToSplit=action.shard_id,
            NewStartingHashKey=str(action.new_starting_hash_key),
        )


def merge_shards(action: MergeShards, clients: Clients) -> None:
    """Two adjacent shards become one."""
    with asking(action.operation, action.stream):
        clients.kinesis.merge_shards(
            StreamName=action.stream,
            ShardToMerge=action.shard_id,
            AdjacentShardToMerge=action.adjacent_shard_id,
        )


def set_retention(action: UpdateRetention, clients: Clients) -> None:
    """Up or down; each way is a call of its own."""
    kinesis = clients.kinesis
    is_raise = action.to_hours > action.from_hours
    change = (
        kinesis.increase_stream_retention_period
        if is_raise
        else kinesis.decrease_stream_retention_period
    )
    with asking(action.operation, action.stream):
        change(StreamName=action.stream, RetentionPeriodHours=action.to_hours)
