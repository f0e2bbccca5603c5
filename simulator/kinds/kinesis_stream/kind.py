"""Streams, and topics in their place, as kinds of participants."""

from typing import Any

from tidegate.simulator.kind import Kind
from tidegate.simulator.kinds.kinesis_stream.data import (
    StreamData,
    TopicData,
    streams_of,
    topics_of,
)
from tidegate.simulator.kinds.kinesis_stream.face import StreamFace
from tidegate.simulator.kinds.kinesis_stream.metrics import StreamMetrics
from tidegate.simulator.kinds.kinesis_stream.stream import StreamState
from tidegate.simulator.publisher import Publisher
from tidegate.simulator.site import Site
from tidegate.simulator.traffic import Traffic

__all__ = ["STREAMS", "TOPICS"]

NO_TRAFFIC = Traffic(points=((0.0, 0.0),))
"""Of a stream that processors alone write to."""


def _build(site: Site, data: Any) -> StreamState:
    is_topic = isinstance(data, TopicData)
    if isinstance(data, TopicData):
        data = StreamData(data.name, data.partitions, data.retention_hours)
    traffic = next(
        (each for each in site.scenario.all(Traffic) if each.source in ("", data.name)), NO_TRAFFIC
    )
    # CloudWatch hears nothing of a topic.
    publisher = Publisher(site.seed) if is_topic else site.publisher
    stream = StreamState(
        traffic,
        _may_hold_up_one_lane(site, traffic),
        data=data,
        metrics=StreamMetrics(publisher, data.name),
        random=site.random,
        site=site,
        is_topic=is_topic,
        retention_hours=data.retention_hours,
    )
    site.sources[data.name] = site.sinks[stream.key] = stream
    return stream


def _may_hold_up_one_lane(site: Site, traffic: Traffic) -> bool:
    """Whether a hot key or a poisoned batch may fall upon one lane of a shard alone."""
    return traffic.hot_key_share > 0 or any(
        fault.what == "poison" or "hot_key_share" in fault.values for fault in site.scenario.faults
    )


STREAMS = Kind("kinesis_stream", (StreamData,), streams_of, _build, StreamFace)
TOPICS = Kind("kafka_topic", (TopicData,), topics_of, _build)
