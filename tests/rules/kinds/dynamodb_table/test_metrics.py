"""Metrics of AWS/DynamoDB, by the names and dimensions that AWS documents."""

import pytest

from tidegate.rules.kinds.dynamodb_table.metrics import table_metric
from tidegate.rules.window import Metric


@pytest.mark.parametrize(
    ("metric", "namespace", "name", "dimensions", "statistic"),
    [
        (table_metric("t", None, "WriteThrottleEvents", "Sum"), "AWS/DynamoDB",
         "WriteThrottleEvents", (("TableName", "t"),), "Sum"),
        (table_metric("t", "i", "WriteThrottleEvents", "Sum"), "AWS/DynamoDB",
         "WriteThrottleEvents", (("TableName", "t"), ("GlobalSecondaryIndexName", "i")), "Sum"),
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
