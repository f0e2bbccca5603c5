"""How Application Auto Scaling is to move a lever that it owns: this part of the pipeline file as
values.
"""

from dataclasses import dataclass, field
from typing import Annotated, Literal

from tidegate.scaling.config.names import MetricName, Namespace, PolicyName, ScheduledActionName
from tidegate.scaling.config.value_limits import Closed, Name, Whole, at_least, more_than, not_empty

__all__ = [
    "MetricQuery",
    "PolicyMetric",
    "ScheduledAction",
    "Step",
    "StepScaling",
    "TargetTracking",
]

Statistic = Literal["Average", "Minimum", "Maximum", "SampleCount", "Sum"]
Adjustment = Literal["ChangeInCapacity", "PercentChangeInCapacity", "ExactCapacity"]


@dataclass(frozen=True, slots=True)
class PolicyMetric(Closed):
    """A CloudWatch metric that a scaling policy follows, minute by minute."""

    namespace: Namespace
    metric: MetricName
    dimensions: dict[str, str] = field(default_factory=dict)
    statistic: Statistic = "Average"


@dataclass(frozen=True, slots=True)
class MetricQuery(Closed):
    """A part of metric math: a metric or an expression over the ids of others; one of them
    ``returns`` what is tracked."""

    id: Name
    metric: PolicyMetric | None = None
    expression: Name | None = None
    returns: bool = False


@dataclass(frozen=True, slots=True)
class TargetTracking(Closed):
    """A target tracking policy of Application Auto Scaling: keeps a metric near ``target``.

    300 s is the default cooldown of custom resources (TargetTrackingScalingPolicyConfiguration,
    API reference).
    """

    name: PolicyName
    target: Annotated[float, more_than(0)]
    metric: PolicyMetric | None = None
    metrics: list[MetricQuery] = field(default_factory=list)
    scale_in: bool = True
    scale_in_cooldown_seconds: Annotated[int, at_least(0)] = 300
    scale_out_cooldown_seconds: Annotated[int, at_least(0)] = 300


@dataclass(frozen=True, slots=True)
class Step(Closed):
    """A step of step scaling: what to change while the metric is from ``lower`` to ``upper``,
    both counted from the threshold, either of them open when left out."""

    change: int
    lower: float | None = None
    upper: float | None = None


@dataclass(frozen=True, slots=True)
class StepScaling(Closed):
    """A step scaling policy of Application Auto Scaling, with the CloudWatch alarm that sets it
    off: the metric compared with ``threshold`` in each of ``evaluation_periods`` minutes."""

    name: PolicyName
    metric: PolicyMetric
    threshold: float
    steps: Annotated[list[Step], not_empty()]
    comparison: Literal[">", ">=", "<", "<="] = ">="
    evaluation_periods: Whole = 3
    adjustment: Adjustment = "ChangeInCapacity"
    cooldown_seconds: Annotated[int, at_least(0)] = 300


@dataclass(frozen=True, slots=True)
class ScheduledAction(Closed):
    """Other bounds from a moment on: ``schedule`` is an at, rate or cron expression of Application
    Auto Scaling in ``time_zone``."""

    name: ScheduledActionName
    schedule: Name
    time_zone: Name = "UTC"
    min: Whole | None = None
    max: Whole | None = None
