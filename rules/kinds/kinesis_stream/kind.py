"""A Kinesis data stream as diagnosis sees it."""

from collections.abc import Iterable, Iterator
from types import ModuleType
from typing import TYPE_CHECKING

from tidegate.rules.graph import Pipeline
from tidegate.rules.kinds.kinesis_stream.metrics import stream_metric, stream_metrics, stream_series
from tidegate.rules.kinds.kinesis_stream.state import (
    PARENTS_SECONDS,
    SHARD_BYTES_PER_SECOND,
    SHARD_RECORDS_PER_SECOND,
    Stream,
    shards_of,
)
from tidegate.rules.kinds.lambda_mapping.state import fan_out_consumers
from tidegate.rules.kinds.signal_kind import Place, SignalKind
from tidegate.rules.kinds.source import Cut, SourceSeries
from tidegate.rules.setting_steps import Setting
from tidegate.rules.window import Metric

if TYPE_CHECKING:
    from tidegate.rules.cause import Diagnosis
    from tidegate.rules.kinds.signals import Signals
    from tidegate.rules.reason import Reason
    from tidegate.rules.setting_steps import EarlierUnits

__all__ = ["KinesisStreamSignals"]


def _fan_out() -> ModuleType:
    """Imported where it is needed: few streams are read so, and a cold start is shorter without."""
    from tidegate.rules.kinds.kinesis_stream import fan_out

    return fan_out


class KinesisStreamSignals(SignalKind):
    """Arrivals, refusals and the iterator age."""

    name = "kinesis_stream"
    pack = "kinesis"

    def metrics(self, pipeline: Pipeline) -> Iterable[Metric]:
        """Of the stream, not of single shards, and of its consumers with enhanced fan-out."""
        for stream in pipeline.all(Stream):
            yield from stream_metrics(stream.name)
            if consumers := fan_out_consumers(pipeline):
                yield from _fan_out().fan_out_metrics(stream.name, consumers)

    def heartbeats(self, pipeline: Pipeline) -> Iterable[Metric]:
        """Arrivals, and the age that any read publishes."""
        for stream in pipeline.all(Stream):
            yield stream_metric(stream.name, "IncomingRecords", "Sum")
            yield stream_metric(stream.name, "GetRecords.IteratorAgeMilliseconds", "Maximum")
            for consumer in fan_out_consumers(pipeline):
                yield _fan_out().fan_out_age(stream.name, consumer)

    def source(self, pipeline: Pipeline, cut: Cut) -> SourceSeries | None:
        """The stream's own series."""
        stream = pipeline.first(Stream)
        if stream is None:
            return None
        own = stream_series(stream.name, cut)
        consumers = fan_out_consumers(pipeline)
        if consumers:
            others = len(consumers) < len(pipeline.processors)
            own = _fan_out().with_fan_out(own, stream.name, consumers, cut, others=others)
        return own

    def shared_ages(self, pipeline: Pipeline) -> Iterable[Metric]:
        """That of all who read with GetRecords."""
        for stream in pipeline.all(Stream):
            yield stream_metric(stream.name, "GetRecords.IteratorAgeMilliseconds", "Maximum")

    def flow(self, pipeline: Pipeline) -> tuple[Metric, Metric, int] | None:
        """Of the stream, or what one consumer with enhanced fan-out alone has read."""
        stream = pipeline.first(Stream)
        if stream is None:
            return None
        came = stream_metric(stream.name, "IncomingRecords", "Sum")
        for consumer in fan_out_consumers(pipeline):
            return came, _fan_out().fan_out_reads(stream.name, consumer), 1
        read = stream_metric(stream.name, "GetRecords.Records", "Sum")
        return came, read, len(pipeline.processors)

    def places(self, pipeline: Pipeline, iterator_age_max_seconds: float) -> Iterator[Place]:
        """The stream."""
        for stream in pipeline.all(Stream):
            quantities = {
                "objective_milliseconds": iterator_age_max_seconds * 1000,
                "retention_milliseconds": stream.retention_hours * 3_600_000,
            }
            set_by: dict[str, tuple[Setting, ...]] = {}
            if stream.is_provisioned:
                shards = stream.shard_count
                quantities["stream_records_per_second"] = shards * SHARD_RECORDS_PER_SECOND
                quantities["stream_bytes_per_second"] = shards * SHARD_BYTES_PER_SECOND
                limits = ("stream_records_per_second", "stream_bytes_per_second")
                set_by = dict.fromkeys(limits, (shards_of(stream),))
            own = (("StreamName", stream.name),)
            yield Place("stream", "AWS/Kinesis", stream.name, own, quantities, set_by)

    def causes(self, signals: "Signals") -> "Iterable[Diagnosis]":
        """Producers throttled, too few shards, a hot shard or key."""
        if signals.pipeline.first(Stream) is None:
            return ()
        # Imported here: who only reads the series, as the endpoint does, needs no causes.
        from tidegate.rules.kinds.kinesis_stream.causes import stream_causes

        return stream_causes(signals)

    def is_catching_up(self, signals: "Signals") -> bool:
        """Whether the parents of a reshard may still be read to their end; a backlog that takes
        longer is not passing."""
        from tidegate.rules.kinds.kinesis_stream.parents import parents_read_since

        changed, judged = parents_read_since(signals), signals.series.judged_until
        return bool(changed and judged and (judged - changed).total_seconds() < PARENTS_SECONDS)

    def settling(self, signals: "Signals") -> "Reason | None":
        """The reshard whose parents are read."""
        from tidegate.rules.kinds.kinesis_stream import words
        from tidegate.rules.kinds.kinesis_stream.parents import parents_read_since

        changed = parents_read_since(signals)
        return None if changed is None else words.PARENTS_ARE_READ(changed_at=changed)

    def earlier_units(self, signals: "Signals") -> "EarlierUnits | None":
        """The shards from before the last reshard."""
        from tidegate.rules.kinds.kinesis_stream.parents import parents_read_for_long

        return parents_read_for_long(signals)
