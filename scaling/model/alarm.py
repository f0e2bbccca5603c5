"""The configuration of an alarm as PutMetricAlarm takes it: pure functions."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from tidegate.rules.rule import Comparison
from tidegate.rules.window import Metric

__all__ = ["MISSING", "NOT_BREACHING", "Breach", "NamedAlarm", "math_alarm", "metric_alarm", "part"]

NamedAlarm = tuple[str, dict[str, Any]]
"""The last part of an alarm's name, and its configuration."""

MISSING, NOT_BREACHING = "missing", "notBreaching"

_OPERATORS = {
    Comparison.ABOVE: "GreaterThanThreshold",
    Comparison.AT_LEAST: "GreaterThanOrEqualToThreshold",
    Comparison.BELOW: "LessThanThreshold",
    Comparison.AT_MOST: "LessThanOrEqualToThreshold",
}


@dataclass(frozen=True, slots=True)
class Breach:
    """When an alarm is on: past the threshold in ``m`` of ``n`` minutes; what silence means."""

    threshold: float
    m: int = 3
    n: int = 5
    missing: str = NOT_BREACHING
    comparison: Comparison = Comparison.AT_LEAST


def metric_alarm(words: str, metric: Metric, breach: Breach) -> dict[str, Any]:
    """An alarm on one metric."""
    return {
        **_common(words, breach),
        **_plain(metric),
        "Statistic": metric.statistic,
        "Period": 60,
    }


def math_alarm(
    words: str, metrics: Mapping[str, Metric], expression: str, breach: Breach
) -> dict[str, Any]:
    """An alarm on what is calculated from metrics, each by its name in the expression."""
    queries: list[dict[str, Any]] = [
        {
            "Id": name,
            "MetricStat": {"Metric": _plain(metric), "Period": 60, "Stat": metric.statistic},
            "ReturnData": False,
        }
        for name, metric in metrics.items()
    ]
    judged = {"Id": "judged", "Expression": expression, "ReturnData": True}
    return {**_common(words, breach), "Metrics": [*queries, judged]}


def part(name: str, others: str) -> str:
    """The expression for the part of all, 0..1, that one metric is, by their names in a
    ``math_alarm``: what was refused, of that and what was taken. ``others`` without a data point
    are none."""
    return f"{name} / ({name} + FILL({others}, 0))"


def _common(words: str, breach: Breach) -> dict[str, Any]:
    return {
        "AlarmDescription": words,
        "EvaluationPeriods": breach.n,
        "DatapointsToAlarm": breach.m,
        "Threshold": float(breach.threshold),
        "ComparisonOperator": _OPERATORS[breach.comparison],
        "TreatMissingData": breach.missing,
    }


def _plain(metric: Metric) -> dict[str, Any]:
    dimensions = [{"Name": key, "Value": value} for key, value in metric.dimensions]
    return {"Namespace": metric.namespace, "MetricName": metric.name, "Dimensions": dimensions}
