"""Scaling policies as Application Auto Scaling evaluates them, written from its documents.

Target tracking guide, step scaling guide, StepScalingPolicyConfiguration and CloudWatch alarms: an
alarm is on when all of its newest data points breach; its action is repeated each minute while it
is; without a data point nothing is scaled; with several policies the largest wins. A cooldown begins
when the capacity is reached: until it ends, what the scale-out added is part of what the next one
wants, so that only a larger one adds anything, and nothing is scaled in.

Target tracking scales in once its metric has been a tenth below the target for a quarter of an hour:
"usually more than 10% lower", says its guide, and the 15 minutes are those of the alarms that it
makes; to the capacity at which the metric would be at its target.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from math import ceil, inf, trunc
from typing import Any

from tidegate.scaling.autoscaling_api.registration import Alarm, Policy, Registration, Target

HIGH_DATA_POINTS, LOW_DATA_POINTS = 3, 15
"""Of the alarms that target tracking makes for itself to scale out and in."""

LOW_SHARE = 0.9
PERIOD = timedelta(minutes=1)

Point = tuple[datetime, float]
Read = Callable[[Mapping[str, Any], datetime, datetime], list[Point]]
"""What CloudWatch has by now of a metric between two minutes; the metric as policies name it."""


def read_from(cloudwatch: Any) -> Read:
    """By a client of boto3's."""

    def read(metric: Mapping[str, Any], start: datetime, end: datetime) -> list[Point]:
        named = {key: metric[key] for key in ("Namespace", "MetricName", "Dimensions")}
        stat = {"Metric": named, "Period": 60, "Stat": metric["Statistic"]}
        answer = cloudwatch.get_metric_data(
            MetricDataQueries=[{"Id": "m", "MetricStat": stat}], StartTime=start, EndTime=end
        )
        (found,) = answer["MetricDataResults"]
        return list(zip(found["Timestamps"], found["Values"], strict=True))

    return read


def _data_points(read: Read, metric: Mapping[str, Any], now: datetime, count: int) -> list[float]:
    """The newest data points, oldest first; fewer than asked for where there are gaps. The newest
    three minutes may not have been delivered yet."""
    end = now.replace(second=0, microsecond=0)
    points = sorted(read(metric, end - (count + 3) * PERIOD, end))
    if not points or end - points[-1][0] > 4 * PERIOD:
        return []
    newest = points[-1][0]
    return [value for at, value in points if at > newest - count * PERIOD]


def adjusted(said: Mapping[str, Any], capacity: int, over: float) -> int:
    """The capacity after the step that a metric is in which is ``over`` the alarm's threshold.

    A change in per cent of more than one is rounded towards zero, a smaller one is one (step scaling
    guide), and none is smaller than MinAdjustmentMagnitude (StepScalingPolicyConfiguration).
    """
    change = next(
        each["ScalingAdjustment"]
        for each in said["StepAdjustments"]
        if each.get("MetricIntervalLowerBound", -inf)
        <= over
        < each.get("MetricIntervalUpperBound", inf)
    )
    if said["AdjustmentType"] == "ExactCapacity":
        return int(change)
    if said["AdjustmentType"] == "PercentChangeInCapacity" and change:
        sign = 1 if change > 0 else -1
        least = max(1, said.get("MinAdjustmentMagnitude", 1))
        change = sign * max(least, trunc(abs(capacity * change / 100)))
    return int(capacity + change)


@dataclass
class Cooldown:
    """After a change from ``before``; it ends ``seconds`` after the new capacity is reached."""

    seconds: int
    before: int
    until: datetime | None = None

    def is_on(self, now: datetime) -> bool:
        """Asked only while no change is under way."""
        self.until = self.until or now + timedelta(seconds=self.seconds)
        return now < self.until


@dataclass
class Policies:
    """The policies of one scalable target; ``asked`` has each capacity asked for and when."""

    target: Target
    policies: tuple[Policy, ...]
    alarms: tuple[Alarm, ...]
    read: Read
    asked: list[tuple[datetime, int]] = field(default_factory=list)
    _cooldown: Cooldown | None = None

    @classmethod
    def of(cls, registration: Registration, read: Read, dimension: str = "") -> "Policies":
        """Those of the one target whose resource id ends in ``dimension``."""
        (target,) = (each for each in registration.targets if each.resource_id.endswith(dimension))
        policies = tuple(
            each for each in registration.policies if each.key[0] == target.resource_id
        )
        return cls(target, policies, registration.alarms, read)

    def wanted(self, capacity: int, now: datetime) -> int | None:
        """The capacity to ask for now, None where it may stay."""
        cools = self._cooldown is not None and self._cooldown.is_on(now)
        before = self._cooldown.before if cools and self._cooldown is not None else capacity
        found = [
            (desired, cooldown)
            for policy in self.policies
            for desired, cooldown in self._of(policy, before, now)
        ]
        if not found:
            return None
        desired, cooldown = max(found)
        desired = min(max(desired, self.target.min), self.target.max)
        if desired == capacity or (cools and desired < capacity):
            return None
        self._cooldown = Cooldown(cooldown, before if desired > capacity else desired)
        self.asked.append((now, desired))
        return desired

    def _of(self, policy: Policy, capacity: int, now: datetime) -> list[tuple[int, int]]:
        if policy.kind == "StepScaling":
            return self._stepping(policy, capacity, now)
        return self._tracking(policy, capacity, now)

    def _tracking(self, policy: Policy, capacity: int, now: datetime) -> list[tuple[int, int]]:
        """In proportion to how far the metric is over its target, or under it."""
        said = policy.configuration
        metric, target = said["CustomizedMetricSpecification"], said["TargetValue"]
        points = _data_points(self.read, metric, now, LOW_DATA_POINTS)
        newest = points[-HIGH_DATA_POINTS:]
        if len(newest) == HIGH_DATA_POINTS and min(newest) > target:
            return [(ceil(capacity * newest[-1] / target), said["ScaleOutCooldown"])]
        is_low = len(points) == LOW_DATA_POINTS and max(points) < LOW_SHARE * target
        if said["DisableScaleIn"] or not is_low:
            return []
        return [(ceil(capacity * newest[-1] / target), said["ScaleInCooldown"])]

    def _stepping(self, policy: Policy, capacity: int, now: datetime) -> list[tuple[int, int]]:
        """The adjustment of the step that the metric is in, counted from the alarm's threshold."""
        alarm = next(each.configuration for each in self.alarms if each.policy == policy.key)
        points = _data_points(self.read, alarm, now, alarm["EvaluationPeriods"])
        threshold = alarm["Threshold"]
        breaches = {
            "GreaterThanOrEqualToThreshold": lambda value: value >= threshold,
            "LessThanThreshold": lambda value: value < threshold,
        }[alarm["ComparisonOperator"]]
        if len(points) < alarm["EvaluationPeriods"] or not all(map(breaches, points)):
            return []
        said = policy.configuration
        return [(adjusted(said, capacity, points[-1] - threshold), said["Cooldown"])]
