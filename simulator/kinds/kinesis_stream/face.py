"""How AWS shows the streams of a world, to the ports directly and to boto3's clients."""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from random import Random
from typing import TYPE_CHECKING, Any

from tidegate.rules.graph import Resource
from tidegate.rules.kinds.kinesis_stream.state import KeySample, SampleKeys, Shard, Stream
from tidegate.scaling.kinds.kinesis_stream.actions import (
    MergeShards,
    SplitShard,
    UpdateRetention,
    UpdateShardCount,
)
from tidegate.scaling.model.errors import ResourceMissing
from tidegate.simulator.kind import Face
from tidegate.simulator.kinds.kinesis_stream.control import StreamControl
from tidegate.simulator.kinds.kinesis_stream.limits import BYTES_PER_SECOND, RECORDS_PER_SECOND
from tidegate.simulator.kinds.kinesis_stream.stream import StreamState
from tidegate.simulator.kinds.kinesis_stream.topic import TopicState
from tidegate.simulator.manners import Refusal
from tidegate.simulator.participant import Answer, Call
from tidegate.simulator.traffic import rate_at

if TYPE_CHECKING:
    from boto3.session import Session

__all__ = ["StreamFace"]

AGGREGATE = b"\xf3\x89\x9a\xc2"
"""How the data of one begin (Kinesis Producer Library, aggregation format)."""

SAMPLED_RECORDS_MAX = 1000
"""At most, of one look."""


class StreamFace(Face):
    """Of streams; moto and AWS know nothing of topics."""

    def describe(self, spec: Any) -> Iterable[Resource]:
        """The stream that a pipeline reads; of a topic tells who reads it."""
        if spec.topic is not None:
            if self.site.named(TopicState, spec.topic) is None:
                raise ResourceMissing("describe", spec.topic, "there is no such resource")
            return []
        if not spec.stream:
            return []
        described = self.stream(spec.stream)
        if described is None:
            raise ResourceMissing("describe", spec.stream, "there is no such resource")
        return [described]

    def stream(self, name: str) -> Stream | None:
        """A stream by its name, None where there is none."""
        stream = self.site.named(StreamState, name)
        return None if stream is None else _described(stream)

    def answer(self, question: Any) -> KeySample | None:
        """One look at a shard's records."""
        if not isinstance(question, SampleKeys):
            return None
        stream = self._control(question.stream).stream
        asked = (question.shard_id, question.seconds, SAMPLED_RECORDS_MAX)
        counts = Counter(_recent_keys(stream, *asked))
        aggregated = counts.total() if stream.traffic.is_aggregated else 0
        return KeySample(question.shard_id, tuple(counts.most_common()), aggregated)

    def apply(self, action: Any) -> bool:
        """Changes of a stream."""
        match action:
            case UpdateShardCount():
                self._control(action.stream).update_shard_count(action.to_count)
            case SplitShard():
                control = self._control(action.stream)
                control.split_shard(action.shard_id, action.new_starting_hash_key)
            case MergeShards():
                control = self._control(action.stream)
                control.merge_shards(action.shard_id, action.adjacent_shard_id)
            case UpdateRetention():
                self._control(action.stream).set_retention_hours(action.to_hours)
            case _:
                return False
        return True

    def _control(self, name: str) -> StreamControl:
        stream = self.site.named(StreamState, name)
        if stream is None:
            raise Refusal("ResourceNotFoundException", f"no stream {name}")
        return StreamControl(stream)

    def put(self, session: "Session") -> None:
        """The streams, as moto is to have them."""
        for stream in self.site.all(StreamState):
            client = session.client("kinesis")
            client.create_stream(StreamName=stream.name, ShardCount=stream.data.shards)

    def answers(self) -> Mapping[str, Call]:
        """Everything that moto does otherwise."""
        told: dict[str, Callable[[StreamState, Answer], Answer]] = {
            "DescribeStreamSummary": _summary,
            "ListShards": _list_shards,
            "ListStreamConsumers": _list_consumers,
            "UpdateShardCount": _update_shard_count,
            "SplitShard": _split_shard,
            "MergeShards": _merge_shards,
            "IncreaseStreamRetentionPeriod": _set_retention,
            "DecreaseStreamRetentionPeriod": _set_retention,
            "GetShardIterator": _shard_iterator,
        }
        return {
            **{f"kinesis.{name}": self._of_stream(answer) for name, answer in told.items()},
            "kinesis.GetRecords": self._records,
        }

    def _of_stream(self, answer: Callable[[StreamState, Answer], Answer]) -> Call:
        def asked(params: Answer) -> Answer | None:
            name = params.get("StreamName") or params.get("StreamARN", "").rpartition("/")[2]
            stream = self.site.named(StreamState, name)
            return None if stream is None else answer(stream, params)

        return asked

    def _records(self, params: Answer) -> Answer | None:
        name, _, place = params["ShardIterator"].partition("|")
        stream = self.site.named(StreamState, name)
        if stream is None:
            return None
        shard_id, seconds = place.split("/")
        keys = _recent_keys(stream, shard_id, int(seconds), params["Limit"])
        data = AGGREGATE if stream.traffic.is_aggregated else b""
        return {"Records": [{"PartitionKey": key, "Data": data} for key in keys]}


def _recent_keys(stream: StreamState, shard_id: str, seconds: int, most: int) -> tuple[str, ...]:
    """Partition keys of the records lately put to an open shard, as GetRecords gives them."""
    shard = StreamControl(stream).open_shard(shard_id)
    site, traffic = stream.site, stream.traffic
    rate = rate_at(traffic.points, site.second) * (shard.ordinary + shard.hot)
    limit = min(RECORDS_PER_SECOND, BYTES_PER_SECOND // traffic.record_bytes)
    count = min(most, int(min(rate, limit) * seconds))
    random = Random(f"{site.seed}/{site.second}/{shard_id}")
    return stream.keys.sample(traffic, shard.start, shard.end, count, random)


def _status(stream: StreamState) -> str:
    return "UPDATING" if stream.is_updating else "ACTIVE"


def _described(stream: StreamState) -> Stream:
    shards = tuple(
        Shard(each.shard_id, each.start, each.end, each.parents) for each in stream.open_shards
    )
    return Stream(
        stream.name,
        stream.arn,
        _status(stream),
        "PROVISIONED",
        shards,
        stream.retention_hours,
        stream.data.shard_metrics,
        consumers=stream.consumers,
    )


def _summary(stream: StreamState, _: Answer) -> Answer:
    metrics = ["IncomingRecords"] if stream.data.shard_metrics else []
    return {
        "StreamDescriptionSummary": {
            "StreamName": stream.name,
            "StreamARN": stream.arn,
            "StreamStatus": _status(stream),
            "StreamModeDetails": {"StreamMode": "PROVISIONED"},
            "RetentionPeriodHours": stream.retention_hours,
            "EnhancedMonitoring": [{"ShardLevelMetrics": metrics}],
            "OpenShardCount": stream.open_count,
            "ConsumerCount": len(stream.consumers),
        }
    }


def _list_shards(stream: StreamState, _: Answer) -> Answer:
    names = ("ParentShardId", "AdjacentParentShardId")
    return {
        "Shards": [
            {
                "ShardId": shard.shard_id,
                "HashKeyRange": {
                    "StartingHashKey": str(shard.start),
                    "EndingHashKey": str(shard.end),
                },
                "SequenceNumberRange": {"StartingSequenceNumber": "0"},
                **dict(zip(names, shard.parents, strict=False)),
            }
            for shard in stream.open_shards
        ]
    }


def _list_consumers(stream: StreamState, _: Answer) -> Answer:
    return {"Consumers": [{"ConsumerName": each} for each in stream.consumers]}


def _update_shard_count(stream: StreamState, params: Answer) -> Answer:
    current = stream.open_count
    StreamControl(stream).update_shard_count(params["TargetShardCount"])
    return {"CurrentShardCount": current, "TargetShardCount": params["TargetShardCount"]}


def _split_shard(stream: StreamState, params: Answer) -> Answer:
    control = StreamControl(stream)
    control.split_shard(params["ShardToSplit"], int(params["NewStartingHashKey"]))
    return {}


def _merge_shards(stream: StreamState, params: Answer) -> Answer:
    StreamControl(stream).merge_shards(params["ShardToMerge"], params["AdjacentShardToMerge"])
    return {}


def _set_retention(stream: StreamState, params: Answer) -> Answer:
    StreamControl(stream).set_retention_hours(params["RetentionPeriodHours"])
    return {}


def _shard_iterator(stream: StreamState, params: Answer) -> Answer:
    age = (stream.site.now - params["Timestamp"]).total_seconds()
    return {"ShardIterator": f"{stream.name}|{params['ShardId']}/{int(age)}"}
