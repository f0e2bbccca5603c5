"""The calls that change a stream."""

from collections.abc import Callable, Mapping
from typing import Any

from tidegate.scaling.aws.clients import Clients
from tidegate.scaling.aws.errors import asking
from tidegate.scaling.kinds.kinesis_stream.actions import (
    MergeShards,
    SplitShard,
    UpdateRetention,
    UpdateShardCount,
)

__all__ = ["CALLS"]


def _update_shard_count(action: UpdateShardCount, clients: Clients) -> None:
    """Uniform scaling."""
    with asking("kinesis:UpdateShardCount", action.stream):
        clients.once("kinesis").update_shard_count(
            StreamName=action.stream,
            TargetShardCount=action.to_count,
            ScalingType="UNIFORM_SCALING",
        )


def _split_shard(action: SplitShard, clients: Clients) -> None:
    """One shard becomes two."""
    with asking("kinesis:SplitShard", action.stream):
        clients.once("kinesis").split_shard(
            StreamName=action.stream,
            ShardToSplit=action.shard_id,
            NewStartingHashKey=str(action.new_starting_hash_key),
        )


def _merge_shards(action: MergeShards, clients: Clients) -> None:
    """Two adjacent shards become one."""
    with asking("kinesis:MergeShards", action.stream):
        clients.once("kinesis").merge_shards(
            StreamName=action.stream,
            ShardToMerge=action.shard_id,
            AdjacentShardToMerge=action.adjacent_shard_id,
        )


def _set_retention(action: UpdateRetention, clients: Clients) -> None:
    """Up or down; each way is a call of its own."""
    kinesis, hours = clients.once("kinesis"), action.to_hours
    if hours > action.from_hours:
        with asking("kinesis:IncreaseStreamRetentionPeriod", action.stream):
            kinesis.increase_stream_retention_period(
                StreamName=action.stream, RetentionPeriodHours=hours
            )
        return
    with asking("kinesis:DecreaseStreamRetentionPeriod", action.stream):
        kinesis.decrease_stream_retention_period(
            StreamName=action.stream, RetentionPeriodHours=hours
        )


CALLS: Mapping[type, Callable[[Any, Clients], None]] = {
    UpdateShardCount: _update_shard_count,
    SplitShard: _split_shard,
    MergeShards: _merge_shards,
    UpdateRetention: _set_retention,
}
"""The one AWS call that each action is."""
