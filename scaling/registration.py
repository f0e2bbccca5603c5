"""What Application Auto Scaling is to know of a file: scalable targets, policies, their alarms and
scheduled actions, and the steps from what it knows now.

The decision is pure; ``scaling.aws.registry`` reads and writes. Everything Tidegate makes is known
by the stage's URL in its resource id or alarm name, so that nothing else is ever touched.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from scaling.callback import Dimension, dimensions
from scaling.errors import ConfigurationError, Mistake
from scaling.levers import lever_spec
from scaling.policies import MetricQuery, PolicyMetric, ScheduledAction, StepScaling, TargetTracking
from scaling.specification import LeverSpec, PipelineSpec

__all__ = [
    "Alarm",
    "Policy",
    "Put",
    "Registration",
    "Remove",
    "Schedule",
    "Site",
    "Target",
    "steps",
    "wanted",
]

RESOURCE_ID_MAX = 1600
"""Characters of a resource id (RegisterScalableTarget, API reference)."""

OURS = "tidegate-"
"""Policies and scheduled actions of this prefix are Tidegate's to remove; others are left alone."""

_COMPARISONS = {
    ">": "GreaterThanThreshold",
    ">=": "GreaterThanOrEqualToThreshold",
    "<": "LessThanThreshold",
    "<=": "LessThanOrEqualToThreshold",
}
Configuration = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Site:
    """A deployed stage, ``https://API.execute-api.REGION.amazonaws.com/STAGE``."""

    url: str

    @classmethod
    def at(cls, url: str) -> "Site":
        """The stage of a URL. Raises ConfigurationError for anything but https."""
        trimmed = url.rstrip("/")
        if not trimmed.startswith("https://") or len(trimmed) < len("https://x"):
            words = f"{url!r} is not the URL of a stage: https://API.execute-api.REGION..."
            raise ConfigurationError((Mistake("--api", 1, 1, words),))
        return cls(trimmed)

    @property
    def prefix(self) -> str:
        """What the resource id of every dimension begins with."""
        return f"{self.url}/scalableTargetDimensions/"

    @property
    def alarm_prefix(self) -> str:
        """What the name of every alarm begins with."""
        return f"tidegate/{self.url.removeprefix('https://')}/"

    def resource_id(self, dimension: Dimension) -> str:
        """The resource id of a dimension. Raises ConfigurationError past AWS's length."""
        found = self.prefix + dimension.dimension_id
        if len(found) > RESOURCE_ID_MAX:
            words = f"{found[:60]}... has {len(found)} characters; {RESOURCE_ID_MAX} are allowed"
            raise ConfigurationError((Mistake("--api", 1, 1, words),))
        return found


@dataclass(frozen=True, slots=True)
class Target:
    """A scalable target with its bounds."""

    resource_id: str
    min: int
    max: int

    @property
    def key(self) -> tuple[str, ...]:
        """What makes it the same one."""
        return (self.resource_id,)

    def __str__(self) -> str:
        return f"scalable target {_short(self.resource_id)} within {self.min:,}..{self.max:,}"


@dataclass(frozen=True, slots=True)
class Policy:
    """A scaling policy; ``configuration`` as PutScalingPolicy takes it."""

    resource_id: str
    name: str
    kind: str
    configuration: Configuration

    @property
    def key(self) -> tuple[str, ...]:
        """What makes it the same one."""
        return (self.resource_id, self.name)

    def __str__(self) -> str:
        return f"{self.kind} policy {self.name} of {_short(self.resource_id)}"


@dataclass(frozen=True, slots=True)
class Alarm:
    """The CloudWatch alarm that sets a step scaling policy off."""

    name: str
    policy: tuple[str, str]
    configuration: Configuration

    @property
    def key(self) -> tuple[str, ...]:
        """What makes it the same one."""
        return (self.name,)

    def __str__(self) -> str:
        return f"alarm {self.name}"


@dataclass(frozen=True, slots=True)
class Schedule:
    """A scheduled action; ``configuration`` as PutScheduledAction takes it."""

    resource_id: str
    name: str
    configuration: Configuration

    @property
    def key(self) -> tuple[str, ...]:
        """What makes it the same one."""
        return (self.resource_id, self.name)

    def __str__(self) -> str:
        when = self.configuration["Schedule"]
        return f"scheduled action {self.name} of {_short(self.resource_id)}: {when}"


Part = Target | Policy | Alarm | Schedule


@dataclass(frozen=True, slots=True)
class Registration:
    """All of it, in the order in which it is put; it is removed in the opposite one."""

    targets: tuple[Target, ...] = ()
    policies: tuple[Policy, ...] = ()
    alarms: tuple[Alarm, ...] = ()
    schedules: tuple[Schedule, ...] = ()

    @property
    def parts(self) -> tuple[Part, ...]:
        """Every part, targets first."""
        return (*self.targets, *self.policies, *self.alarms, *self.schedules)


@dataclass(frozen=True, slots=True)
class Put:
    """Register, create or change a part; ``is_new`` when nothing with its key was there."""

    part: Part
    is_new: bool

    def __str__(self) -> str:
        return f"{'create' if self.is_new else 'change'} {self.part}"


@dataclass(frozen=True, slots=True)
class Remove:
    """Remove a part that the file no longer names."""

    part: Part

    def __str__(self) -> str:
        return f"remove {self.part}"


def _short(resource_id: str) -> str:
    return resource_id.rsplit("/", 1)[-1]


def wanted(specs: Sequence[PipelineSpec], site: Site) -> Registration:
    """What the file asks for: every lever that it gives to Application Auto Scaling."""
    targets: list[Target] = []
    policies: list[Policy] = []
    alarms: list[Alarm] = []
    schedules: list[Schedule] = []
    for dimension in dimensions(specs):
        said = lever_spec(dimension.spec, dimension.lever)
        if said is None or said.owner != "application-autoscaling":
            continue
        resource_id = site.resource_id(dimension)
        targets.append(Target(resource_id, said.min, said.max))
        policies += _policies(said, resource_id)
        alarms += (_alarm(each, resource_id, site) for each in said.step_scaling)
        schedules += (_schedule(each, resource_id) for each in said.scheduled)
    return Registration(tuple(targets), tuple(policies), tuple(alarms), tuple(schedules))


def _policies(said: LeverSpec, resource_id: str) -> Iterator[Policy]:
    for tracking in said.target_tracking:
        configuration = _tracking(tracking)
        yield Policy(resource_id, OURS + tracking.name, "TargetTrackingScaling", configuration)
    for stepping in said.step_scaling:
        yield Policy(resource_id, OURS + stepping.name, "StepScaling", _stepping(stepping))


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


def _tracking(policy: TargetTracking) -> Configuration:
    """Every setting is given, so that what AWS has can be compared with it."""
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


def _stepping(policy: StepScaling) -> Configuration:
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


def _alarm(policy: StepScaling, resource_id: str, site: Site) -> Alarm:
    dimension_id = _short(resource_id)
    configuration = {
        **_metric(policy.metric),
        "Statistic": policy.metric.statistic,
        "Period": 60,
        "EvaluationPeriods": policy.evaluation_periods,
        "Threshold": policy.threshold,
        "ComparisonOperator": _COMPARISONS[policy.comparison],
        # Silence is neither high nor low: nothing is scaled on it.
        "TreatMissingData": "missing",
    }
    name = f"{site.alarm_prefix}{dimension_id}/{policy.name}"
    return Alarm(name, (resource_id, OURS + policy.name), configuration)


def _schedule(action: ScheduledAction, resource_id: str) -> Schedule:
    bounds = {"MinCapacity": action.min, "MaxCapacity": action.max}
    configuration = {
        "Schedule": action.schedule,
        "Timezone": action.time_zone,
        "ScalableTargetAction": {key: value for key, value in bounds.items() if value is not None},
    }
    return Schedule(resource_id, OURS + action.name, configuration)


def steps(have: Registration, want: Registration) -> tuple[Put | Remove, ...]:
    """From what is there to what is wanted; empty when it is the same.

    Removals come first, so that a name can change its kind, alarms before the policies they set
    off, and a target after what hangs on it.
    """
    there = {(type(part), part.key): part for part in have.parts}
    keys = {(type(part), part.key) for part in want.parts}
    changed_kinds = {
        part.key
        for part in want.policies
        if isinstance(old := there.get((Policy, part.key)), Policy) and old.kind != part.kind
    }
    removals = [
        Remove(part)
        for part in reversed(have.parts)
        if (type(part), part.key) not in keys
        or (isinstance(part, Policy) and part.key in changed_kinds)
    ]
    gone = {(type(step.part), step.part.key) for step in removals}
    puts = [
        Put(part, is_new=key not in there or key in gone)
        for part in want.parts
        if there.get(key := (type(part), part.key)) != part or key in gone
    ]
    return (*removals, *puts)
