"""What Application Auto Scaling is to know of a file: scalable targets, policies, their alarms and
scheduled actions, and the steps from what it knows now.

The decision is pure; ``tidegate.scaling.aws.registry`` reads and writes. Everything Tidegate makes
is known by the stage's URL in its resource id or alarm name, so that nothing else is ever touched.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from tidegate.scaling.autoscaling_api.dimensions import dimensions
from tidegate.scaling.autoscaling_api.policy_requests import (
    Configuration,
    alarm_configuration,
    schedule_configuration,
    stepping_configuration,
    tracking_configuration,
)
from tidegate.scaling.autoscaling_api.site import Site
from tidegate.scaling.config.levers import lever_spec
from tidegate.scaling.config.scaling_policies import ScheduledAction, StepScaling
from tidegate.scaling.config.specification import LeverSpec, PipelineSpec

__all__ = [
    "Alarm",
    "Policy",
    "Put",
    "Registration",
    "Remove",
    "Schedule",
    "Target",
    "steps",
    "wanted",
]

OURS = "tidegate-"
"""Policies and scheduled actions of this prefix are Tidegate's to remove; others are left alone."""


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
        configuration = tracking_configuration(tracking)
        yield Policy(resource_id, OURS + tracking.name, "TargetTrackingScaling", configuration)
    for stepping in said.step_scaling:
        configuration = stepping_configuration(stepping)
        yield Policy(resource_id, OURS + stepping.name, "StepScaling", configuration)


def _alarm(policy: StepScaling, resource_id: str, site: Site) -> Alarm:
    name = f"{site.alarm_prefix}{_short(resource_id)}/{policy.name}"
    return Alarm(name, (resource_id, OURS + policy.name), alarm_configuration(policy))


def _schedule(action: ScheduledAction, resource_id: str) -> Schedule:
    return Schedule(resource_id, OURS + action.name, schedule_configuration(action))


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
