"""The cloud port over boto3: what is configured now, a sample of keys, and changes."""

from collections import Counter
from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from rules.pipeline import KeySample, Pipeline, Shard, Stream
from scaling.aws.clients import Clients
from scaling.aws.describe import Describer
from scaling.aws.errors import asking
from scaling.plan import (
    Action,
    CapacityTarget,
    MergeShards,
    SplitShard,
    UpdateParallelizationFactor,
    UpdateRetention,
    UpdateShardCount,
    UpdateTableThroughput,
)
from scaling.specification import PipelineSpec

if TYPE_CHECKING:
    from types_boto3_dynamodb.type_defs import ProvisionedThroughputTypeDef

__all__ = ["AwsCloud"]

SAMPLED_RECORDS_MAX = 1000


class AwsCloud:
    """``scaling.ports.Cloud`` over AWS, or whatever AWS_ENDPOINT_URL names."""

    def __init__(self, clients: Clients) -> None:
        self._clients = clients

    def describe(self, spec: PipelineSpec) -> Pipeline:
        """Everything of one pipeline, looked up anew."""
        return Describer(self._clients).pipeline(spec)

    def describe_stream(self, name: str) -> Stream:
        """One stream with its open shards."""
        return Describer(self._clients).stream(name)

    def all_shards(self, name: str) -> tuple[Shard, ...]:
        """Open and closed shards: closed ones stay readable until the retention has passed."""
        return Describer(self._clients).shards(name)

    def shards_left_in_quota(self) -> int:
        """Shards that the account may still open in this region."""
        with asking("kinesis:DescribeLimits", "the account"):
            limits = self._clients.kinesis.describe_limits()
        return limits["ShardLimit"] - limits["OpenShardCount"]

    def enable_shard_metrics(self, name: str) -> None:
        """Switch shard-level IncomingRecords and IncomingBytes on; CloudWatch charges for them."""
        with asking("kinesis:EnableEnhancedMonitoring", name):
            self._clients.kinesis.enable_enhanced_monitoring(
                StreamName=name, ShardLevelMetrics=["IncomingRecords", "IncomingBytes"]
            )

    def sample_keys(self, stream: str, shard_id: str, seconds: int, now: datetime) -> KeySample:
        """The partition keys of at most a thousand records, from one GetRecords call."""
        kinesis = self._clients.kinesis
        with asking("kinesis:GetShardIterator", stream):
            iterator = kinesis.get_shard_iterator(
                StreamName=stream,
                ShardId=shard_id,
                ShardIteratorType="AT_TIMESTAMP",
                Timestamp=now - timedelta(seconds=seconds),
            )["ShardIterator"]
        with asking("kinesis:GetRecords", stream):
            records = kinesis.get_records(ShardIterator=iterator, Limit=SAMPLED_RECORDS_MAX)
        counts = Counter(record["PartitionKey"] for record in records["Records"])
        return KeySample(shard_id, tuple(counts.most_common()))

    def apply(self, action: Action) -> None:
        """One AWS call; what it starts goes on after it returns."""
        match action:
            case UpdateShardCount():
                with asking("kinesis:UpdateShardCount", action.stream):
                    self._clients.kinesis.update_shard_count(
                        StreamName=action.stream,
                        TargetShardCount=action.to_count,
                        ScalingType="UNIFORM_SCALING",
                    )
            case SplitShard():
                with asking("kinesis:SplitShard", action.stream):
                    self._clients.kinesis.split_shard(
                        StreamName=action.stream,
                        ShardToSplit=action.shard_id,
                        NewStartingHashKey=str(action.new_starting_hash_key),
                    )
            case MergeShards():
                with asking("kinesis:MergeShards", action.stream):
                    self._clients.kinesis.merge_shards(
                        StreamName=action.stream,
                        ShardToMerge=action.shard_id,
                        AdjacentShardToMerge=action.adjacent_shard_id,
                    )
            case UpdateParallelizationFactor():
                with asking("lambda:UpdateEventSourceMapping", action.function):
                    self._clients.functions.update_event_source_mapping(
                        UUID=action.mapping_uuid, ParallelizationFactor=action.to_factor
                    )
            case UpdateTableThroughput():
                with asking("dynamodb:UpdateTable", action.table):
                    self._clients.dynamodb.update_table(**_table_update(action))
            case UpdateRetention():
                self._set_retention(action)

    def _set_retention(self, action: UpdateRetention) -> None:
        kinesis = self._clients.kinesis
        raised = action.to_hours > action.from_hours
        operation = "Increase" if raised else "Decrease"
        with asking(f"kinesis:{operation}StreamRetentionPeriod", action.stream):
            change = (
                kinesis.increase_stream_retention_period
                if raised
                else kinesis.decrease_stream_retention_period
            )
            change(StreamName=action.stream, RetentionPeriodHours=action.to_hours)


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


def _table_update(action: UpdateTableThroughput) -> dict[str, Any]:
    request: dict[str, Any] = {"TableName": action.table}
    own = next((target for target in action.targets if target.index is None), None)
    if own is not None:
        request["ProvisionedThroughput"] = _throughput(own)
    indexes = list(_index_updates(action.targets))
    if indexes:
        request["GlobalSecondaryIndexUpdates"] = indexes
    return request
