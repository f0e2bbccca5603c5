"""The action that carries out one operation of a reshard."""

from tidegate.scaling.kinds.kinesis_stream.actions import MergeShards, SplitShard, UpdateShardCount
from tidegate.scaling.kinds.kinesis_stream.reshard.planner import Merge, Operation, Split, Uniform
from tidegate.scaling.kinds.kinesis_stream.reshard.shard_map import ShardMap
from tidegate.scaling.model.plan import Action

__all__ = ["action_for"]


def action_for(stream: str, shape: ShardMap, operation: Operation) -> Action:
    """The operation with the shards that it concerns as they are now."""
    match operation:
        case Uniform(count):
            return UpdateShardCount(stream, shape.count, count)
        case Split(at):
            return SplitShard(stream, shape.at(at).shard_id, at, shape.count)
        case Merge(at):
            left, right = shape.at(at - 1), shape.at(at)
            return MergeShards(stream, left.shard_id, right.shard_id, shape.count)
