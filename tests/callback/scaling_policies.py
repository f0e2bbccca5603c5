"""Scaling policies as Application Auto Scaling evaluates them, written from its documents.

Target tracking guide, step scaling guide, StepScalingPolicyConfiguration and CloudWatch alarms: an
alarm is on when all of its newest data points breach; without a data point nothing is scaled; while
a scale-out cools down only a larger capacity is asked for; with several policies the largest wins.
"""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from math import ceil, inf
from typing import Any

from scaling.registration import Alarm, Policy, Registration, Target

HIGH_DATA_POINTS = 3
"""Of the alarm that target tracking makes for itself to scale out."""

PERIOD = timedelta(minutes=1)


def _data_points(cloudwatch: Any, metric: dict[str, Any], now: datetime, count: int) -> list[float]:
    """The newest data points, oldest first; fewer than asked for where there are gaps. The newest
    three minutes may not have been delivered yet."""
    end = now.replace(second=0, microsecond=0)
    query = {
        "Id": "m",
        "MetricStat": {
            "Metric": {
                "Namespace": metric["Namespace"],
                "MetricName": metric["MetricName"],
                "Dimensions": metric["Dimensions"],
            },
            "Period": 60,
            "Stat": metric["Statistic"],
        },
    }
    answer = cloudwatch.get_metric_data(
        MetricDataQueries=[query], StartTime=end - (count + 3) * PERIOD, EndTime=end
    )
    (found,) = answer["MetricDataResults"]
    points = sorted(zip(found["Timestamps"], found["Values"], strict=True))
    if not points or end - points[-1][0] > 4 * PERIOD:
        return []
    newest = points[-1][0]
    return [value for at, value in points if at > newest - count * PERIOD]


@dataclass
class Policies:
    """The policies of one scalable target; ``asked`` has each capacity asked for and when."""

    target: Target
    policies: tuple[Policy, ...]
    alarms: tuple[Alarm, ...]
    cloudwatch: Any
    asked: list[tuple[datetime, int]] = field(default_factory=list)
    _cools_until: datetime | None = None

    @classmethod
    def of(cls, registration: Registration, cloudwatch: Any) -> "Policies":
        (target,) = registration.targets
        return cls(target, registration.policies, registration.alarms, cloudwatch)

    def wanted(self, capacity: int, now: datetime) -> int | None:
        """The capacity to ask for now, None where it may stay."""
        found = [
            (wish, cooldown)
            for policy in self.policies
            for wish, cooldown in self._of(policy, capacity, now)
        ]
        if not found:
            return None
        wish, cooldown = max(found)
        wish = min(max(wish, self.target.min), self.target.max)
        cooling = self._cools_until is not None and now < self._cools_until
        if wish == capacity or (cooling and wish <= max(each for _, each in self.asked)):
            return None
        self._cools_until = now + timedelta(seconds=cooldown)
        self.asked.append((now, wish))
        return wish

    def _of(self, policy: Policy, capacity: int, now: datetime) -> list[tuple[int, int]]:
        if policy.kind == "StepScaling":
            return self._stepping(policy, capacity, now)
        return self._tracking(policy, capacity, now)

    def _tracking(self, policy: Policy, capacity: int, now: datetime) -> list[tuple[int, int]]:
        """Out in proportion to how far the metric is over its target."""
        said = policy.configuration
        assert said["DisableScaleIn"], "scaling in by target tracking is not emulated"
        metric, target = said["CustomizedMetricSpecification"], said["TargetValue"]
        points = _data_points(self.cloudwatch, metric, now, HIGH_DATA_POINTS)
        if len(points) < HIGH_DATA_POINTS or min(points) <= target:
            return []
        return [(ceil(capacity * points[-1] / target), said["ScaleOutCooldown"])]

    def _stepping(self, policy: Policy, capacity: int, now: datetime) -> list[tuple[int, int]]:
        """The adjustment of the step that the metric is in, counted from the alarm's threshold."""
        alarm = next(each.configuration for each in self.alarms if each.policy == policy.key)
        points = _data_points(self.cloudwatch, alarm, now, alarm["EvaluationPeriods"])
        threshold = alarm["Threshold"]
        breaches = {
            "GreaterThanOrEqualToThreshold": lambda value: value >= threshold,
            "LessThanThreshold": lambda value: value < threshold,
        }[alarm["ComparisonOperator"]]
        if len(points) < alarm["EvaluationPeriods"] or not all(map(breaches, points)):
            return []
        said = policy.configuration
        assert said["AdjustmentType"] == "ExactCapacity"
        over = points[-1] - threshold
        step = next(
            each
            for each in said["StepAdjustments"]
            if each.get("MetricIntervalLowerBound", -inf)
            <= over
            < each.get("MetricIntervalUpperBound", inf)
        )
        return [(step["ScalingAdjustment"], said["Cooldown"])]
