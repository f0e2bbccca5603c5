"""What operators say of a pipeline: when it may change, rules of their own, who is told of what."""

from dataclasses import dataclass, field
from datetime import date, time
from typing import Annotated, Literal

from tidegate.scaling.config.names import EventBus, Label, MetricName, Namespace, SnsTopicArn
from tidegate.scaling.config.value_limits import Closed, Name, at_least

__all__ = ["ChangeWindow", "NoticeSpec", "Suppression", "UserRule"]

Weekday = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]


@dataclass(frozen=True, slots=True)
class ChangeWindow(Closed):
    """A weekly time in which nothing is changed (``none``), or capacity only goes up (``up``).

    ``start`` and ``end`` are times of day in ``time_zone``; an end before the start is the next
    day. Without days it is every day, and the days are those on which it starts.
    """

    start: time
    end: time
    allow: Literal["none", "up"] = "none"
    days: list[Weekday] = field(default_factory=list)
    time_zone: Name = "UTC"


@dataclass(frozen=True, slots=True)
class UserRule(Closed):
    """A rule on any CloudWatch metric, for instance memory from the CloudWatch agent."""

    name: Label
    namespace: Namespace
    metric: MetricName
    threshold: float
    dimensions: dict[str, str] = field(default_factory=dict)
    statistic: Name = "Average"
    period_seconds: Annotated[int, at_least(60)] = 60
    comparison: Literal[">", ">=", "<", "<="] = ">"
    hold_seconds: Annotated[int, at_least(0)] = 300
    severity: Literal["info", "warning", "critical"] = "warning"
    missing_data: Literal["unknown", "ok", "firing"] = "unknown"
    unit: str = ""
    source: str = "pipeline file"


@dataclass(frozen=True, slots=True)
class NoticeSpec(Closed):
    """Where an incident is notified: an SNS topic, an OpsItem in Systems Manager, an EventBridge
    bus (``default`` is the account's own)."""

    sns_topic_arn: SnsTopicArn | None = None
    ops_items: bool = False
    event_bus: EventBus | None = None


@dataclass(frozen=True, slots=True)
class Suppression(Closed):
    """An incident without notifications until a day is over (UTC), and why; without a cause,
    whatever the incident."""

    until: date
    reason: Name
    cause: Name | None = None
