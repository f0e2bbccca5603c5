"""The consumers with enhanced fan-out through which a pipeline's functions read its stream.

GetRecords.* leave them out, and SubscribeToShardEvent.* tell each apart. Their records are added to
the stream's reads, so that what all read is the sum over all readers, however they read.
"""

from collections.abc import Iterable, Sequence
from dataclasses import replace

from tidegate.rules.kinds.source import Cut, SourceSeries
from tidegate.rules.window import Metric, Window, largest

__all__ = ["fan_out_age", "fan_out_metrics", "fan_out_reads", "with_fan_out"]


def fan_out_reads(stream: str, consumer: str) -> Metric:
    """The records that Kinesis has pushed to a consumer."""
    return _metric(stream, consumer, "SubscribeToShardEvent.Records", "Sum")


def fan_out_age(stream: str, consumer: str) -> Metric:
    """How far a consumer is behind the tip of the stream."""
    return _metric(stream, consumer, "SubscribeToShardEvent.MillisBehindLatest", "Maximum")


def _metric(stream: str, consumer: str, name: str, statistic: str) -> Metric:
    own = (("StreamName", stream), ("ConsumerName", consumer))
    return Metric("AWS/Kinesis", name, own, statistic)


def fan_out_metrics(stream: str, consumers: Iterable[str]) -> Iterable[Metric]:
    """Every metric that ``with_fan_out`` needs."""
    for consumer in consumers:
        yield fan_out_reads(stream, consumer)
        yield fan_out_age(stream, consumer)


def with_fan_out(
    source: SourceSeries, stream: str, consumers: Sequence[str], cut: Cut, *, others: bool
) -> SourceSeries:
    """The stream with what its fan-out consumers read, and the age of the one furthest behind.
    Without ``others`` of the pipeline, who poll, the age of those that do and the calls that are
    refused to them are none of the pipeline's."""
    reads = (cut(fan_out_reads(stream, each)) for each in consumers)
    ages = [cut(fan_out_age(stream, each)) for each in consumers]
    source = replace(source, read_records=_sum((source.read_records, *reads)))
    if others:
        ages.insert(0, source.iterator_age_milliseconds)
    else:
        source = replace(source, read_throttles=source.read_throttles.silenced())
    return replace(source, iterator_age_milliseconds=largest(ages))


def _sum(windows: tuple[Window, ...]) -> Window:
    """Minute by minute; None where none of them tells."""
    rows = zip(*(each.samples for each in windows), strict=True)
    told = [[sample for sample in row if sample is not None] for row in rows]
    samples = tuple([sum(row) if row else None for row in told])
    return Window(windows[0].metric, windows[0].start, samples)
