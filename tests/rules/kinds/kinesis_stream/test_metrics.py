"""Metrics of AWS/Kinesis, by the names and dimensions that AWS documents."""

import pytest

from tidegate.rules.kinds.kinesis_stream.metrics import shard_metric, stream_metric
from tidegate.rules.window import Metric


@pytest.mark.parametrize(
    ("metric", "namespace", "name", "dimensions", "statistic"),
    [
        (stream_metric("s", "IncomingRecords", "Sum"), "AWS/Kinesis", "IncomingRecords",
         (("StreamName", "s"),), "Sum"),
        (shard_metric("s", "shard-1", "IncomingBytes", "Sum"), "AWS/Kinesis", "IncomingBytes",
         (("StreamName", "s"), ("ShardId", "shard-1")), "Sum"),
    ],
    ids=lambda value: f"{value.namespace} {value.dimensions}" if isinstance(value, Metric) else "",
)  # fmt: skip
def test_a_metric_is_asked_for_minute_by_minute_as_aws_publishes_it(
    metric: Metric,
    namespace: str,
    name: str,
    dimensions: tuple[tuple[str, str], ...],
    statistic: str,
) -> None:
    assert metric == Metric(namespace, name, dimensions, statistic, period_seconds=60)
