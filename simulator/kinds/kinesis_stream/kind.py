"""Streams, and topics in their place, as kinds of participants."""

from typing import TypeVar

from tidegate.simulator.kind import Kind
from tidegate.simulator.kinds.kinesis_stream.data import (
    StreamData,
    TopicData,
    streams_of,
    topics_of,
)
from tidegate.simulator.kinds.kinesis_stream.face import StreamFace
from tidegate.simulator.kinds.kinesis_stream.metrics import StreamMetrics
from tidegate.simulator.kinds.kinesis_stream.source import SourceState
from tidegate.simulator.kinds.kinesis_stream.stream import StreamState
from tidegate.simulator.kinds.kinesis_stream.topic import TopicState
from tidegate.simulator.publisher import Publisher
from tidegate.simulator.site import Site
from tidegate.simulator.traffic import Traffic

__all__ = ["STREAMS", "TOPICS"]

S = TypeVar("S", bound=SourceState)

NO_TRAFFIC = Traffic(points=((0.0, 0.0),))
"""Of a stream that processors alone write to."""


def _stream(site: Site, data: StreamData) -> StreamState:
    return _built(StreamState, site, data, site.publisher)


def _topic(site: Site, data: TopicData) -> TopicState:
    # CloudWatch hears nothing of what it publishes.
    alike = StreamData(data.name, data.partitions, data.retention_hours)
    return _built(TopicState, site, alike, Publisher(site.seed))


def _built(of: type[S], site: Site, data: StreamData, publisher: Publisher) -> S:
    traffic = next(
        (each for each in site.scenario.all(Traffic) if each.source in ("", data.name)), NO_TRAFFIC
    )
    source = of(
        traffic,
        _may_hold_up_one_lane(site, traffic),
        data=data,
        metrics=StreamMetrics(publisher, data.name),
        random=site.random,
        site=site,
        retention_hours=data.retention_hours,
    )
    site.sources[data.name] = site.sinks[source.key] = source
    return source


def _may_hold_up_one_lane(site: Site, traffic: Traffic) -> bool:
    """Whether a hot key or a poisoned batch may fall upon one lane of a shard alone."""
    return (
        traffic.is_aggregated
        or traffic.hot_key_share > 0
        or any(
            fault.what == "poison" or "hot_key_share" in fault.values
            for fault in site.scenario.faults
        )
    )


STREAMS = Kind("kinesis_stream", (StreamData,), streams_of, _stream, StreamFace)
TOPICS = Kind("kafka_topic", (TopicData,), topics_of, _topic)
