"""Metrics by the names and dimensions that AWS documents."""

import pytest

from tidegate.rules.metrics import (
    account_metric,
    application_metric,
    behind_metric,
    function_metric,
    shard_metric,
    stream_metric,
    table_metric,
    task_metric,
)
from tidegate.rules.window import Metric


@pytest.mark.parametrize(
    ("metric", "namespace", "name", "dimensions", "statistic"),
    [
        (stream_metric("s", "IncomingRecords", "Sum"), "AWS/Kinesis", "IncomingRecords",
         (("StreamName", "s"),), "Sum"),
        (shard_metric("s", "shard-1", "IncomingBytes", "Sum"), "AWS/Kinesis", "IncomingBytes",
         (("StreamName", "s"), ("ShardId", "shard-1")), "Sum"),
        (function_metric("f", "Errors", "Sum"), "AWS/Lambda", "Errors",
         (("FunctionName", "f"),), "Sum"),
        (account_metric("ConcurrentExecutions", "Maximum"), "AWS/Lambda", "ConcurrentExecutions",
         (), "Maximum"),
        (table_metric("t", None, "WriteThrottleEvents", "Sum"), "AWS/DynamoDB",
         "WriteThrottleEvents", (("TableName", "t"),), "Sum"),
        (table_metric("t", "i", "WriteThrottleEvents", "Sum"), "AWS/DynamoDB",
         "WriteThrottleEvents", (("TableName", "t"), ("GlobalSecondaryIndexName", "i")), "Sum"),
        (application_metric("a", "fullRestarts", "Maximum"), "AWS/KinesisAnalytics",
         "fullRestarts", (("Application", "a"),), "Maximum"),
        (task_metric("a", "Sink", "busyTimeMsPerSecond", "Average"), "AWS/KinesisAnalytics",
         "busyTimeMsPerSecond", (("Application", "a"), ("Task", "Sink")), "Average"),
        (behind_metric("a", "s", "Maximum"), "AWS/KinesisAnalytics", "millisBehindLatest",
         (("Application", "a"), ("Flow", "Input"), ("Id", "s")), "Maximum"),
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
