"""Streams, and topics in place of them, as scenarios give them."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from tidegate.simulator.kind import entries
from tidegate.simulator.traffic import traffic_of

__all__ = ["StreamData", "TopicData", "streams_of", "topics_of"]


@dataclass(frozen=True, slots=True)
class StreamData:
    """A stream as the scenario begins."""

    name: str
    shards: int = 1
    retention_hours: int = 24
    shard_metrics: bool = False


@dataclass(frozen=True, slots=True)
class TopicData:
    """A Kafka topic instead of a stream; here a partition takes what a shard takes, and costs
    nothing."""

    name: str
    partitions: int = 1
    retention_hours: int = 168


def streams_of(file: Mapping[str, Any]) -> Iterator[Any]:
    """The streams of a scenario file, each with the traffic that its producers bring."""
    return _read(file, "stream", "kinesis_stream", StreamData)


def topics_of(file: Mapping[str, Any]) -> Iterator[Any]:
    """Its topics, likewise."""
    return _read(file, "topic", "kafka_topic", TopicData)


def _read(
    file: Mapping[str, Any], section: str, kind: str, data: Callable[..., Any]
) -> Iterator[Any]:
    """The one with a section of its own, whose traffic has one too, and then the others."""
    if section in file:
        yield data(**file[section])
        yield traffic_of(file["traffic"], file[section]["name"])
    for entry in entries(file, kind):
        traffic = entry.pop("traffic", None)
        yield data(**entry)
        if traffic is not None:
            yield traffic_of(traffic, entry["name"])
