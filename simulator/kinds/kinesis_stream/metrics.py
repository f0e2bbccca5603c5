"""What a stream tells CloudWatch (Kinesis Data Streams developer guide, monitoring)."""

from dataclasses import dataclass, field

from tidegate.simulator.kinds.kinesis_stream.shard import ShardState
from tidegate.simulator.publisher import Dimensions, Metric, Publisher

__all__ = ["NAMESPACE", "StreamMetrics"]

NAMESPACE = "AWS/Kinesis"
STREAM_METRICS = (
    "WriteProvisionedThroughputExceeded",
    "PutRecords.Success",
    "IncomingRecords",
    "IncomingBytes",
    "GetRecords.IteratorAgeMilliseconds",
    "GetRecords.Success",
    "GetRecords.Records",
    "GetRecords.Bytes",
)


@dataclass(slots=True)
class StreamMetrics:
    """Of one stream."""

    publisher: Publisher
    stream: str
    dimensions: Dimensions = ()
    _metrics: dict[str, Metric] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.dimensions = (("StreamName", self.stream),)
        metric = self.publisher.metric
        self._metrics = {
            name: metric((NAMESPACE, name, self.dimensions)) for name in STREAM_METRICS
        }

    def tell_calls(self, refused: int, success: float, shards: int) -> None:
        """A second of producers: records refused, the shares of each shard's that were not added
        up, and how many shards were called."""
        metrics = self._metrics
        metrics["WriteProvisionedThroughputExceeded"].add(refused, shards)
        metrics["PutRecords.Success"].add(success, shards)

    def tell_incoming(self, accepted: int, record_bytes: int) -> None:
        """The records accepted in that second, unless there were none."""
        self._metrics["IncomingRecords"].add(accepted)
        self._metrics["IncomingBytes"].add(accepted * record_bytes)

    def tell_of_shard(
        self, shard: ShardState, accepted: int, refused: int, record_bytes: int
    ) -> None:
        """The same second of one shard."""
        add, name = self.publisher.add, (*self.dimensions, ("ShardId", shard.shard_id))
        add((NAMESPACE, "IncomingRecords", name), accepted)
        add((NAMESPACE, "IncomingBytes", name), accepted * record_bytes)
        add((NAMESPACE, "WriteProvisionedThroughputExceeded", name), refused)

    def tell_reads(self, records: int, age_seconds: float, record_bytes: int) -> None:
        """A second of a reader: what it got, and how old the oldest unread record is."""
        metrics = self._metrics
        metrics["GetRecords.IteratorAgeMilliseconds"].add(age_seconds * 1000)
        metrics["GetRecords.Success"].add(1)
        if records:
            metrics["GetRecords.Records"].add(records)
            metrics["GetRecords.Bytes"].add(records * record_bytes)

    def tell_pushes(
        self, consumer: str, records: int, age_seconds: float, record_bytes: int
    ) -> None:
        """The same of a reader by a registered consumer, which Kinesis pushes to: GetRecords.*
        leave it out."""
        add, name = self.publisher.add, (*self.dimensions, ("ConsumerName", consumer))
        event = "SubscribeToShardEvent."
        add((NAMESPACE, f"{event}MillisBehindLatest", name), age_seconds * 1000)
        add((NAMESPACE, f"{event}Success", name), 1)
        if records:
            add((NAMESPACE, f"{event}Records", name), records)
            add((NAMESPACE, f"{event}Bytes", name), records * record_bytes)

    def tell_refused_reads(self, calls: float) -> None:
        """GetRecords calls went beyond what shards give their readers."""
        key = (NAMESPACE, "ReadProvisionedThroughputExceeded", self.dimensions)
        self.publisher.add(key, calls)
