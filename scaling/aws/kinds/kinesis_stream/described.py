"""From Kinesis' descriptions to a stream."""

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from tidegate.rules.kinds.kinesis_stream.state import Shard, Stream
from tidegate.scaling.aws.clients import Clients
from tidegate.scaling.aws.errors import asking
from tidegate.scaling.aws.looked import Looked
from tidegate.scaling.aws.moments import as_text
from tidegate.scaling.model.errors import ResourceInUse

if TYPE_CHECKING:
    from types_boto3_kinesis import KinesisClient

__all__ = ["described_shards", "described_stream", "service", "stream_alone", "streams"]


def streams(looked: Looked) -> Iterator[Stream]:
    """The stream that something can be sized for: it is read and written only while ACTIVE or
    UPDATING (DescribeStreamSummary, API reference), and has no shard before and after."""
    yield from _usable(looked, with_consumers=True)


def _usable(looked: Looked, *, with_consumers: bool) -> Iterator[Stream]:
    name = looked.spec.stream
    if not name:
        return
    stream = described_stream(looked.clients, name, with_consumers=with_consumers)
    if not stream.open_shards:
        words = f"the stream is {stream.status} and has no open shard; ask again when it has"
        raise ResourceInUse("kinesis:ListShards", name, words)
    yield stream


def stream_alone(looked: Looked, _: str) -> Iterator[Stream]:
    """A pipeline has one stream. Its levers need no list of its registered consumers."""
    return _usable(looked, with_consumers=False)


def service(clients: Clients) -> "KinesisClient":
    """Kinesis Data Streams."""
    client: KinesisClient = clients.of("kinesis")
    return client


def described_stream(clients: Clients, name: str, *, with_consumers: bool = False) -> Stream:
    """A stream with its open shards in key order."""
    kinesis = service(clients)
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
        consumers=_consumers(clients, summary) if with_consumers else (),
    )


def _consumers(clients: Clients, summary: Mapping[str, Any]) -> tuple[str, ...]:
    if not summary.get("ConsumerCount"):
        return ()
    # Imported here: few streams have any, and a cold start is shorter without.
    from tidegate.scaling.aws.kinds.kinesis_stream.fan_out import registered

    return registered(service(clients), summary)


def described_shards(clients: Clients, name: str, *, open_only: bool = False) -> tuple[Shard, ...]:
    """A stream's shards in key order. Some emulators ignore the filter for open ones."""
    request: dict[str, Any] = {"StreamName": name}
    if open_only:
        request["ShardFilter"] = {"Type": "AT_LATEST"}
    found: list[Shard] = []
    # By hand: a paginator of botocore costs more at a cold start than the call itself.
    while request:
        with asking("kinesis:ListShards", name):
            page = service(clients).list_shards(**request)
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
