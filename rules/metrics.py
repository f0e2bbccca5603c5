"""The CloudWatch metrics that Tidegate reads, by their AWS names and dimensions."""

from tidegate.rules.window import Metric

__all__ = [
    "account_metric",
    "application_metric",
    "behind_metric",
    "function_metric",
    "shard_metric",
    "stream_metric",
    "table_metric",
    "task_metric",
]


def stream_metric(stream: str, name: str, statistic: str) -> Metric:
    """A stream-level metric of AWS/Kinesis (free, every minute)."""
    return Metric("AWS/Kinesis", name, (("StreamName", stream),), statistic)


def shard_metric(stream: str, shard_id: str, name: str, statistic: str) -> Metric:
    """A shard-level metric of AWS/Kinesis; published only after EnableEnhancedMonitoring."""
    return Metric("AWS/Kinesis", name, (("StreamName", stream), ("ShardId", shard_id)), statistic)


def function_metric(function: str, name: str, statistic: str) -> Metric:
    """A metric of AWS/Lambda. Two mappings on one function share it."""
    return Metric("AWS/Lambda", name, (("FunctionName", function),), statistic)


def account_metric(name: str, statistic: str) -> Metric:
    """A metric of AWS/Lambda over all functions of the account in the region."""
    return Metric("AWS/Lambda", name, (), statistic)


def table_metric(table: str, index: str | None, name: str, statistic: str) -> Metric:
    """A metric of AWS/DynamoDB for a table, which leaves its indexes out, or for one index."""
    dimensions: tuple[tuple[str, str], ...] = (("TableName", table),)
    if index is not None:
        dimensions += (("GlobalSecondaryIndexName", index),)
    return Metric("AWS/DynamoDB", name, dimensions, statistic)


def application_metric(application: str, name: str, statistic: str) -> Metric:
    """A metric of AWS/KinesisAnalytics at the level Application, which every application has."""
    return Metric("AWS/KinesisAnalytics", name, (("Application", application),), statistic)


def task_metric(application: str, task: str, name: str, statistic: str) -> Metric:
    """A metric of one task; published from the metrics level TASK on (cloudwatch-logs-levels)."""
    dimensions = (("Application", application), ("Task", task))
    return Metric("AWS/KinesisAnalytics", name, dimensions, statistic)


def behind_metric(application: str, stream: str, statistic: str) -> Metric:
    """millisBehindLatest of an application on a stream, by the dimensions that AWS's own sample
    scales by (aws-samples/kda-flink-app-autoscaling). -1 means not reported yet."""
    dimensions = (("Application", application), ("Flow", "Input"), ("Id", stream))
    return Metric("AWS/KinesisAnalytics", "millisBehindLatest", dimensions, statistic)
