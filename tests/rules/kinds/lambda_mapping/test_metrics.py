"""Metrics of AWS/Lambda, by the names and dimensions that AWS documents."""

import pytest

from tidegate.rules.kinds.lambda_mapping.metrics import account_metric, function_metric
from tidegate.rules.window import Metric


@pytest.mark.parametrize(
    ("metric", "namespace", "name", "dimensions", "statistic"),
    [
        (function_metric("f", "Errors", "Sum"), "AWS/Lambda", "Errors",
         (("FunctionName", "f"),), "Sum"),
        (account_metric("ConcurrentExecutions", "Maximum"), "AWS/Lambda", "ConcurrentExecutions",
         (), "Maximum"),
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
