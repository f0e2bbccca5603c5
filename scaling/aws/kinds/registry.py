"""The call behind each action."""

from collections.abc import Callable, Mapping
from typing import Any

from tidegate.scaling.aws.clients import Clients
from tidegate.scaling.aws.kinds import (
    dynamodb_table,
    flink_application,
    kinesis_stream,
    lambda_mapping,
)
from tidegate.scaling.model import actions
from tidegate.scaling.model.plan import Action

__all__ = ["CALLS"]

CALLS: Mapping[type[Action], Callable[[Any, Clients], None]] = {
    actions.UpdateShardCount: kinesis_stream.update_shard_count,
    actions.SplitShard: kinesis_stream.split_shard,
    actions.MergeShards: kinesis_stream.merge_shards,
    actions.UpdateRetention: kinesis_stream.set_retention,
    actions.UpdateParallelizationFactor: lambda_mapping.update_factor,
    actions.UpdateBatchingWindow: lambda_mapping.update_batching_window,
    actions.UpdateTableThroughput: dynamodb_table.update_table,
    actions.UpdateApplication: flink_application.update_application,
}
