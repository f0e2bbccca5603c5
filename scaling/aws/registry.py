"""What Application Auto Scaling and CloudWatch know of a stage, read and changed."""

from collections.abc import Iterator, Mapping
from typing import Any

from tidegate.scaling.autoscaling_api.registration import (
    OURS,
    Alarm,
    Policy,
    Put,
    Registration,
    Remove,
    Schedule,
    Target,
)
from tidegate.scaling.autoscaling_api.site import Site
from tidegate.scaling.aws.clients import Clients
from tidegate.scaling.aws.errors import asking
from tidegate.scaling.aws.rest_api import STACK_TAG

__all__ = ["Registry"]

NAMESPACE: Any = "custom-resource"
DIMENSION: Any = "custom-resource:ResourceType:Property"
_ALARM_KEYS = (
    "MetricName",
    "Namespace",
    "Dimensions",
    "Statistic",
    "Period",
    "EvaluationPeriods",
    "Threshold",
    "ComparisonOperator",
    "TreatMissingData",
)


class Registry:
    """The registrations of one stage."""

    def __init__(self, clients: Clients, site: Site, stack: str | None = None) -> None:
        """``stack`` is the one that the stage is of: targets are tagged with it, to be found when
        it is gone."""
        self._tags = {"managed-by": "tidegate", **({STACK_TAG: stack} if stack else {})}
        self._scaling = clients.of("application-autoscaling")
        self._cloudwatch = clients.cloudwatch
        self._site = site
        self._policy_arns: dict[tuple[str, ...], str] = {}

    def read(self) -> Registration:
        """Everything of the stage, whoever put it there; policies and scheduled actions that
        aren't Tidegate's are left out."""
        targets = tuple(
            Target(each["ResourceId"], each["MinCapacity"], each["MaxCapacity"])
            for each in self._all("describe_scalable_targets", "ScalableTargets")
        )
        policies = tuple(self._policies())
        schedules = tuple(
            _schedule(each)
            for each in self._all("describe_scheduled_actions", "ScheduledActions")
            if each["ScheduledActionName"].startswith(OURS)
        )
        return Registration(targets, policies, tuple(self._alarms()), schedules)

    def _all(self, operation: str, key: str) -> Iterator[Mapping[str, Any]]:
        words = "".join(part.capitalize() for part in operation.split("_"))
        with asking(f"application-autoscaling:{words}", NAMESPACE):
            for page in self._scaling.get_paginator(operation).paginate(ServiceNamespace=NAMESPACE):
                for each in page[key]:
                    if each["ResourceId"].startswith(self._site.prefix):
                        yield each

    def _policies(self) -> Iterator[Policy]:
        for each in self._all("describe_scaling_policies", "ScalingPolicies"):
            if not each["PolicyName"].startswith(OURS):
                continue
            key = f"{each['PolicyType']}PolicyConfiguration"
            policy = Policy(
                each["ResourceId"], each["PolicyName"], each["PolicyType"], _sorted(each[key])
            )
            self._policy_arns[policy.key] = each["PolicyARN"]
            yield policy

    def _alarms(self) -> Iterator[Alarm]:
        by_arn = {arn: key for key, arn in self._policy_arns.items()}
        pages = self._cloudwatch.get_paginator("describe_alarms")
        with asking("cloudwatch:DescribeAlarms", self._site.alarm_prefix):
            for page in pages.paginate(AlarmNamePrefix=self._site.alarm_prefix):
                for each in page.get("MetricAlarms", []):
                    action = next(iter(each.get("AlarmActions", [])), "")
                    resource_id, name = by_arn.get(action, ("", ""))
                    found: Mapping[str, Any] = each
                    configuration = {key: found[key] for key in _ALARM_KEYS if key in found}
                    yield Alarm(each["AlarmName"], (resource_id, name), _sorted(configuration))

    def take(self, step: Put | Remove) -> None:
        """One step. Raises CloudError."""
        match step:
            case Put(part=Target() as target):
                self._register(target, is_new=step.is_new)
            case Put(part=Policy() as policy):
                self._put_policy(policy)
            case Put(part=Alarm() as alarm):
                self._put_alarm(alarm)
            case Put(part=Schedule() as schedule):
                with asking("application-autoscaling:PutScheduledAction", schedule.name):
                    self._scaling.put_scheduled_action(
                        **_place(schedule.resource_id),
                        ScheduledActionName=schedule.name,
                        **schedule.configuration,
                    )
            case Remove():
                self._remove(step)

    def _register(self, target: Target, *, is_new: bool) -> None:
        tags = {"Tags": self._tags} if is_new else {}
        with asking("application-autoscaling:RegisterScalableTarget", target.resource_id):
            self._scaling.register_scalable_target(
                **_place(target.resource_id),
                MinCapacity=target.min,
                MaxCapacity=target.max,
                **tags,
            )

    def _put_policy(self, policy: Policy) -> None:
        with asking("application-autoscaling:PutScalingPolicy", policy.name):
            put = self._scaling.put_scaling_policy(
                **_place(policy.resource_id),
                PolicyName=policy.name,
                PolicyType=policy.kind,
                **{f"{policy.kind}PolicyConfiguration": policy.configuration},
            )
        self._policy_arns[policy.key] = put["PolicyARN"]

    def _put_alarm(self, alarm: Alarm) -> None:
        with asking("cloudwatch:PutMetricAlarm", alarm.name):
            self._cloudwatch.put_metric_alarm(
                AlarmName=alarm.name,
                AlarmDescription="Sets off a step scaling policy; put by tidegate register",
                AlarmActions=[self._policy_arns[alarm.policy]],
                **alarm.configuration,
            )

    def _remove(self, step: Remove) -> None:
        match step.part:
            case Target(resource_id=resource_id):
                with asking("application-autoscaling:DeregisterScalableTarget", resource_id):
                    self._scaling.deregister_scalable_target(**_place(resource_id))
            case Policy(resource_id=resource_id, name=name):
                with asking("application-autoscaling:DeleteScalingPolicy", name):
                    self._scaling.delete_scaling_policy(**_place(resource_id), PolicyName=name)
            case Schedule(resource_id=resource_id, name=name):
                with asking("application-autoscaling:DeleteScheduledAction", name):
                    self._scaling.delete_scheduled_action(
                        **_place(resource_id), ScheduledActionName=name
                    )
            case Alarm(name=name):
                with asking("cloudwatch:DeleteAlarms", name):
                    self._cloudwatch.delete_alarms(AlarmNames=[name])


def _place(resource_id: str) -> dict[str, Any]:
    return {
        "ServiceNamespace": NAMESPACE,
        "ResourceId": resource_id,
        "ScalableDimension": DIMENSION,
    }


def _schedule(data: Mapping[str, Any]) -> Schedule:
    configuration = {
        "Schedule": data["Schedule"],
        "Timezone": data.get("Timezone", "UTC"),
        "ScalableTargetAction": dict(data.get("ScalableTargetAction", {})),
    }
    return Schedule(data["ResourceId"], data["ScheduledActionName"], configuration)


def _sorted(data: Any) -> Any:
    """The same with dimensions in the order in which Tidegate puts them: AWS keeps none."""
    if isinstance(data, dict):
        return {
            key: sorted(value, key=lambda each: each["Name"]) if key == "Dimensions" else value
            for key, value in ((key, _sorted(each)) for key, each in data.items())
        }
    return [_sorted(each) for each in data] if isinstance(data, list) else data
