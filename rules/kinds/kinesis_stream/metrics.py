"""The metrics of AWS/Kinesis that Tidegate reads."""

from tidegate.rules.kinds.source import Cut, SourceSeries
from tidegate.rules.window import Metric

__all__ = ["shard_metric", "stream_metric", "stream_metrics", "stream_series"]


def stream_metric(stream: str, name: str, statistic: str) -> Metric:
    """A stream-level metric (free, every minute)."""
    return Metric("AWS/Kinesis", name, (("StreamName", stream),), statistic)


def shard_metric(stream: str, shard_id: str, name: str, statistic: str) -> Metric:
    """A shard-level metric; published only after EnableEnhancedMonitoring."""
    return Metric("AWS/Kinesis", name, (("StreamName", stream), ("ShardId", shard_id)), statistic)


def stream_metrics(stream: str) -> tuple[Metric, ...]:
    """Every metric that ``stream_series`` needs."""
    return (
        stream_metric(stream, "IncomingRecords", "Sum"),
        stream_metric(stream, "IncomingBytes", "Sum"),
        stream_metric(stream, "WriteProvisionedThroughputExceeded", "Sum"),
        stream_metric(stream, "ReadProvisionedThroughputExceeded", "Sum"),
        stream_metric(stream, "GetRecords.Records", "Sum"),
        stream_metric(stream, "GetRecords.IteratorAgeMilliseconds", "Maximum"),
        stream_metric(stream, "PutRecord.Success", "Average"),
        stream_metric(stream, "PutRecords.Success", "Average"),
    )


def stream_series(stream: str, cut: Cut) -> SourceSeries:
    """The stream as a source; the age is that of those who read with GetRecords."""
    return SourceSeries(*map(cut, stream_metrics(stream)))
