"""The policies of AWS's article on Flink, as its sample code configures them.

The article is the AWS Big Data Blog's "Enhanced monitoring and automatic scaling for Apache Flink".
It has no numbers of its own but one minute for millisBehindLatest; the others are those of its
sample code, aws-samples/kda-flink-app-autoscaling: targettracking-scaling.yaml, step-scaling.yaml
and step-scaling/index.py, which moves the thresholds with the capacity.
"""

from benchmarks.flink_worlds import APPLICATION, STREAM, SUBTASK_RECORDS_PER_SECOND
from tidegate.scaling.autoscaling_api.registration import Alarm, Policy

__all__ = ["IN", "MAX", "OUT", "alarms", "tracking"]

MAX = 32
"""MaxKPUs of both samples, and the example's."""

USED_AT_MOST = 0.8
"""The sample asks for the "max throughput per KPU", and scales only where that is passed, so that
a backlog would never drain. examples/flink.yaml counts to 80 % of it, and so do these policies."""

SUBTASK_RECORDS_PER_MINUTE = USED_AT_MOST * 60 * SUBTASK_RECORDS_PER_SECOND
"""In records a minute, as the sample's alarm compares them: of its two queries it returns the sum
of IncomingRecords. Its default of 4,400 is of its own demo."""


def tracking(*, scales_in: bool) -> Policy:
    """KDATargetTracking of targettracking-scaling.yaml; DisableScaleIn isn't set there."""
    dimensions = {"Application": APPLICATION, "Flow": "Input", "Id": STREAM}
    metric = {
        "Namespace": "AWS/KinesisAnalytics",
        "MetricName": "millisBehindLatest",
        "Dimensions": [{"Name": name, "Value": value} for name, value in dimensions.items()],
        "Statistic": "Average",
    }
    said = {
        "TargetValue": 60_000,
        "ScaleOutCooldown": 60,
        "ScaleInCooldown": 60,
        "DisableScaleIn": not scales_in,
        "CustomizedMetricSpecification": metric,
    }
    return Policy("sample", "KDATargetTracking", "TargetTrackingScaling", said)


def _stepping(name: str, steps: list[tuple[float | None, float | None, int]]) -> Policy:
    """KDAScaleOut or KDAScaleIn of step-scaling.yaml, with the bounds of its steps in units of what
    a KPU does, which they are in for its default."""
    adjustments = []
    for lower, upper, change in steps:
        bounds = {"MetricIntervalLowerBound": lower, "MetricIntervalUpperBound": upper}
        known = {
            bound: times * SUBTASK_RECORDS_PER_MINUTE
            for bound, times in bounds.items()
            if times is not None
        }
        adjustments.append({**known, "ScalingAdjustment": change})
    said = {"AdjustmentType": "ChangeInCapacity", "Cooldown": 600, "StepAdjustments": adjustments}
    return Policy("sample", name, "StepScaling", said)


OUT = _stepping("KDAScaleOut", [(0, 1, 1), (1, 2, 2), (2, 3, 4), (3, None, 8)])
IN = _stepping("KDAScaleIn", [(-1, 0, -1), (-2, -1, -2), (-3, -2, -3), (None, -3, -4)])


def alarms(capacity: int) -> tuple[Alarm, ...]:
    """As put_alarms of step-scaling/index.py sets them after each change, to "out" from the
    capacity's throughput on, for a minute, and "in" below that of one KPU fewer, for two."""
    metric = {
        "Namespace": "AWS/Kinesis",
        "MetricName": "IncomingRecords",
        "Dimensions": [{"Name": "StreamName", "Value": STREAM}],
        "Statistic": "Sum",
    }
    high = {
        "Threshold": capacity * SUBTASK_RECORDS_PER_MINUTE,
        "ComparisonOperator": "GreaterThanOrEqualToThreshold",
        "EvaluationPeriods": 1,
    }
    low = {
        "Threshold": (capacity - 1) * SUBTASK_RECORDS_PER_MINUTE,
        "ComparisonOperator": "LessThanThreshold",
        "EvaluationPeriods": 2,
    }
    pairs = ((OUT, high), (IN, low))
    return tuple(
        Alarm(each.name, (each.resource_id, each.name), {**metric, **said}) for each, said in pairs
    )
