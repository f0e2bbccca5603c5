"""From Kinesis' descriptions to a stream, and the calls that change one."""

from collections.abc import Iterator, Mapping
from typing import Any

from tidegate.rules.kinds.kinesis_stream.state import Shard, Stream
from tidegate.scaling.aws.clients import Clients
from tidegate.scaling.aws.errors import asking
from tidegate.scaling.aws.looked import Looked
from tidegate.scaling.aws.moments import as_text
from tidegate.scaling.kinds.kinesis_stream.actions import (
    MergeShards,
    SplitShard,
    UpdateRetention,
    UpdateShardCount,
)
from tidegate.scaling.model.errors import ResourceInUse

__all__ = [
    "described_shards",
    "described_stream",
    "merge_shards",
    "set_retention",
    "split_shard",
    "streams",
    "update_shard_count",
]


def streams(looked: Looked) -> Iterator[Stream]:
    """The stream that something can be sized for: it is read and written only while ACTIVE or
    UPDATING (DescribeStreamSummary, API reference), and has no shard before and after."""
    name = looked.spec.stream
    if not name:
        return
    stream = described_stream(looked.clients, name)
    if not stream.open_shards:
        words = f"the stream is {stream.status} and has no open shard; ask again when it has"
        raise ResourceInUse("kinesis:ListShards", name, words)
    yield stream


def described_stream(clients: Clients, name: str) -> Stream:
    """A stream with its open shards in key order."""
    kinesis = clients.kinesis
    with asking("kinesis:DescribeStreamSummary", name):
        summary = kinesis.describe_stream_summary(StreamName=name)["StreamDescriptionSummary"]
    levels = summary.get("EnhancedMonitoring", [])
    names = {metric for level in levels for metric in level.get("ShardLevelMetrics", [])}
    shards = described_shards(clients, name, open_only=True)
    return Stream(
        name,
        summary["StreamARN"],
        summary["StreamStatus"],
        summary.get("StreamModeDetails", {}).get("StreamMode", "PROVISIONED"),
        tuple(shard for shard in shards if shard.is_open),
        summary["RetentionPeriodHours"],
        bool(names.intersection(("IncomingRecords", "ALL"))),
        as_text(summary.get("StreamCreationTimestamp")),
    )


def described_shards(clients: Clients, name: str, *, open_only: bool = False) -> tuple[Shard, ...]:
    """A stream's shards in key order. Some emulators ignore the filter for open ones."""
    request: dict[str, Any] = {"StreamName": name}
    if open_only:
        request["ShardFilter"] = {"Type": "AT_LATEST"}
    found: list[Shard] = []
    # By hand: a paginator of botocore costs more at a cold start than the call itself.
    while request:
        with asking("kinesis:ListShards", name):
            page = clients.kinesis.list_shards(**request)
        found += [_shard(each) for each in page["Shards"]]
        request = {"NextToken": page["NextToken"]} if "NextToken" in page else {}
    return tuple(sorted(found, key=lambda shard: (shard.starting_hash_key, shard.shard_id)))


def _shard(data: Mapping[str, Any]) -> Shard:
    parents = (data.get("ParentShardId"), data.get("AdjacentParentShardId"))
    return Shard(
        data["ShardId"],
        int(data["HashKeyRange"]["StartingHashKey"]),
        int(data["HashKeyRange"]["EndingHashKey"]),
        tuple(parent for parent in parents if parent),
        is_open="EndingSequenceNumber" not in data["SequenceNumberRange"],
    )


def update_shard_count(action: UpdateShardCount, clients: Clients) -> None:
    """Uniform scaling."""
    with asking("kinesis:UpdateShardCount", action.stream):
        clients.once("kinesis").update_shard_count(
            StreamName=action.stream,
            TargetShardCount=action.to_count,
            ScalingType="UNIFORM_SCALING",
        )


def split_shard(action: SplitShard, clients: Clients) -> None:
    """One shard becomes two."""
    with asking("kinesis:SplitShard", action.stream):
        clients.once("kinesis").split_shard(
            StreamName=action.stream,
            ShardToSplit=action.shard_id,
            NewStartingHashKey=str(action.new_starting_hash_key),
        )


def merge_shards(action: MergeShards, clients: Clients) -> None:
    """Two adjacent shards become one."""
    with asking("kinesis:MergeShards", action.stream):
        clients.once("kinesis").merge_shards(
            StreamName=action.stream,
            ShardToMerge=action.shard_id,
            AdjacentShardToMerge=action.adjacent_shard_id,
        )


def set_retention(action: UpdateRetention, clients: Clients) -> None:
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
