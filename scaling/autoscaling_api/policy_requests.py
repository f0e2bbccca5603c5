"""A file's policies, their alarms and scheduled actions in the words of AWS's calls."""

from collections.abc import Mapping
from typing import Any

from tidegate.scaling.config.scaling_policies import (
    MetricQuery,
    PolicyMetric,
    ScheduledAction,
    StepScaling,
    TargetTracking,
)

__all__ = [
    "Configuration",
    "alarm_configuration",
    "schedule_configuration",
    "stepping_configuration",
    "tracking_configuration",
]

Configuration = Mapping[str, Any]

_COMPARISONS = {
    ">": "GreaterThanThreshold",
    ">=": "GreaterThanOrEqualToThreshold",
    "<": "LessThanThreshold",
    "<=": "LessThanOrEqualToThreshold",
}


def _metric(metric: PolicyMetric) -> dict[str, Any]:
    return {
        "MetricName": metric.metric,
        "Namespace": metric.namespace,
        "Dimensions": _dimensions(metric),
    }


def _dimensions(metric: PolicyMetric) -> list[dict[str, str]]:
    return [{"Name": name, "Value": value} for name, value in sorted(metric.dimensions.items())]


def _query(query: MetricQuery) -> dict[str, Any]:
    told: dict[str, Any] = {"Id": query.id, "ReturnData": query.returns}
    if query.expression is not None:
        return {**told, "Expression": query.expression}
    if query.metric is None:
        return told
    return {
        **told,
        "MetricStat": {"Metric": _metric(query.metric), "Stat": query.metric.statistic},
    }


def tracking_configuration(policy: TargetTracking) -> Configuration:
    """Of a target tracking policy, as PutScalingPolicy takes it. Every setting is given, so that
    what AWS has can be compared with it."""
    specification: dict[str, Any] = {"Metrics": [_query(each) for each in policy.metrics]}
    if policy.metric is not None:
        specification = {**_metric(policy.metric), "Statistic": policy.metric.statistic}
    return {
        "TargetValue": policy.target,
        "CustomizedMetricSpecification": specification,
        "ScaleOutCooldown": policy.scale_out_cooldown_seconds,
        "ScaleInCooldown": policy.scale_in_cooldown_seconds,
        "DisableScaleIn": not policy.scale_in,
    }


def stepping_configuration(policy: StepScaling) -> Configuration:
    """Of a step scaling policy, as PutScalingPolicy takes it."""
    adjustments = []
    for step in policy.steps:
        adjustment: dict[str, float] = {"ScalingAdjustment": step.change}
        if step.lower is not None:
            adjustment["MetricIntervalLowerBound"] = step.lower
        if step.upper is not None:
            adjustment["MetricIntervalUpperBound"] = step.upper
        adjustments.append(adjustment)
    return {
        "AdjustmentType": policy.adjustment,
        "StepAdjustments": adjustments,
        "Cooldown": policy.cooldown_seconds,
        "MetricAggregationType": "Average",
    }


def alarm_configuration(policy: StepScaling) -> Configuration:
    """Of the alarm that sets a step scaling policy off, as PutMetricAlarm takes it."""
    return {
        **_metric(policy.metric),
        "Statistic": policy.metric.statistic,
        "Period": 60,
        "EvaluationPeriods": policy.evaluation_periods,
        "Threshold": policy.threshold,
        "ComparisonOperator": _COMPARISONS[policy.comparison],
        # Silence is neither high nor low: nothing is scaled on it.
        "TreatMissingData": "missing",
    }


def schedule_configuration(action: ScheduledAction) -> Configuration:
    """Of a scheduled action, as PutScheduledAction takes it."""
    bounds = {"MinCapacity": action.min, "MaxCapacity": action.max}
    return {
        "Schedule": action.schedule,
        "Timezone": action.time_zone,
        "ScalableTargetAction": {key: value for key, value in bounds.items() if value is not None},
    }
