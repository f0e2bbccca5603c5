"""Each action as the one AWS call that it is."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from tidegate.scaling.aws.clients import Clients
from tidegate.scaling.aws.errors import asking
from tidegate.scaling.model.actions import (
    CapacityTarget,
    MergeShards,
    SplitShard,
    UpdateApplication,
    UpdateBatchingWindow,
    UpdateParallelizationFactor,
    UpdateRetention,
    UpdateShardCount,
    UpdateTableThroughput,
)
from tidegate.scaling.model.plan import Action

if TYPE_CHECKING:
    from types_boto3_dynamodb.type_defs import ProvisionedThroughputTypeDef

__all__ = ["apply"]


def apply(action: Action, clients: Clients) -> None:
    """Ask for one change. Raises CloudError."""
    match action:
        case UpdateShardCount():
            with asking("kinesis:UpdateShardCount", action.stream):
                clients.kinesis.update_shard_count(
                    StreamName=action.stream,
                    TargetShardCount=action.to_count,
                    ScalingType="UNIFORM_SCALING",
                )
        case SplitShard():
            with asking("kinesis:SplitShard", action.stream):
                clients.kinesis.split_shard(
                    StreamName=action.stream,
                    ShardToSplit=action.shard_id,
                    NewStartingHashKey=str(action.new_starting_hash_key),
                )
        case MergeShards():
            with asking("kinesis:MergeShards", action.stream):
                clients.kinesis.merge_shards(
                    StreamName=action.stream,
                    ShardToMerge=action.shard_id,
                    AdjacentShardToMerge=action.adjacent_shard_id,
                )
        case UpdateParallelizationFactor():
            with asking("lambda:UpdateEventSourceMapping", action.function):
                clients.functions.update_event_source_mapping(
                    UUID=action.mapping_uuid, ParallelizationFactor=action.to_factor
                )
        case UpdateBatchingWindow():
            with asking("lambda:UpdateEventSourceMapping", action.function):
                clients.functions.update_event_source_mapping(
                    UUID=action.mapping_uuid, MaximumBatchingWindowInSeconds=action.to_seconds
                )
        case UpdateTableThroughput():
            with asking("dynamodb:UpdateTable", action.table):
                clients.dynamodb.update_table(**_table_update(action, clients))
        case UpdateApplication():
            with asking("kinesisanalytics:UpdateApplication", action.application):
                clients.flink.update_application(**_application_update(action))
        case UpdateRetention():
            _set_retention(action, clients)


def _set_retention(action: UpdateRetention, clients: Clients) -> None:
    kinesis = clients.kinesis
    raised = action.to_hours > action.from_hours
    operation = "Increase" if raised else "Decrease"
    with asking(f"kinesis:{operation}StreamRetentionPeriod", action.stream):
        change = (
            kinesis.increase_stream_retention_period
            if raised
            else kinesis.decrease_stream_retention_period
        )
        change(StreamName=action.stream, RetentionPeriodHours=action.to_hours)


def _with_units_of_now(action: UpdateTableThroughput, clients: Clients) -> UpdateTableThroughput:
    """The action with the units that it doesn't change as they are now: UpdateTable takes both
    (ProvisionedThroughput), and another owner may have moved them since the pipeline was described.
    """
    with asking("dynamodb:DescribeTable", action.table):
        table = clients.dynamodb.describe_table(TableName=action.table)["Table"]
    units: dict[str | None, Any] = {None: table.get("ProvisionedThroughput", {})}
    for index in table.get("GlobalSecondaryIndexes", []):
        units[index.get("IndexName")] = index.get("ProvisionedThroughput", {})
    return replace(action, targets=tuple(_unmoved_as_now(each, units) for each in action.targets))


def _unmoved_as_now(target: CapacityTarget, units: Mapping[str | None, Any]) -> CapacityTarget:
    now = units.get(target.index, {})
    if target.to_read_units == target.from_read_units:
        target = replace(target, to_read_units=now.get("ReadCapacityUnits", target.to_read_units))
    if target.to_write_units == target.from_write_units:
        write = now.get("WriteCapacityUnits", target.to_write_units)
        target = replace(target, to_write_units=write)
    return target


def _throughput(target: CapacityTarget) -> "ProvisionedThroughputTypeDef":
    return {
        "ReadCapacityUnits": target.to_read_units,
        "WriteCapacityUnits": target.to_write_units,
    }


def _index_updates(targets: tuple[CapacityTarget, ...]) -> Iterator[Mapping[str, Any]]:
    for target in targets:
        if target.index is not None:
            yield {
                "Update": {
                    "IndexName": target.index,
                    "ProvisionedThroughput": _throughput(target),
                }
            }


def _table_update(action: UpdateTableThroughput, clients: Clients) -> dict[str, Any]:
    action = _with_units_of_now(action, clients)
    request: dict[str, Any] = {"TableName": action.table}
    own = next((target for target in action.targets if target.index is None), None)
    if own is not None:
        request["ProvisionedThroughput"] = _throughput(own)
    indexes = list(_index_updates(action.targets))
    if indexes:
        request["GlobalSecondaryIndexUpdates"] = indexes
    return request


def _application_update(action: UpdateApplication) -> dict[str, Any]:
    parallelism: dict[str, Any] = {
        "ConfigurationTypeUpdate": "CUSTOM",
        "ParallelismUpdate": action.to_parallelism,
        "ParallelismPerKPUUpdate": action.to_parallelism_per_kpu,
    }
    if action.ends_autoscaling:
        parallelism["AutoScalingEnabledUpdate"] = False
    flink = {"ParallelismConfigurationUpdate": parallelism}
    return {
        "ApplicationName": action.application,
        "ConditionalToken": action.conditional_token,
        "ApplicationConfigurationUpdate": {"FlinkApplicationConfigurationUpdate": flink},
    }
