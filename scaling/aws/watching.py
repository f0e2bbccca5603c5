"""Dashboards and alarms as CloudWatch has them, read and changed."""

from collections.abc import Mapping, Sequence
from typing import Any

from scaling.alarms import PREFIX, Alarm, Change, prefix_of
from scaling.aws.clients import Clients
from scaling.aws.errors import asking
from scaling.errors import ResourceMissing

__all__ = ["Watching"]


class Watching:
    """CloudWatch's dashboards and alarms. ``owner`` tags the alarms, so that those of a pipeline
    that its file no longer names are found."""

    def __init__(self, clients: Clients, owner: str) -> None:
        self._cloudwatch = clients.cloudwatch
        self._owner = owner

    def dashboard(self, name: str) -> str | None:
        """The body of a dashboard, None where there is none."""
        try:
            with asking("cloudwatch:GetDashboard", name):
                return self._cloudwatch.get_dashboard(DashboardName=name)["DashboardBody"]
        except ResourceMissing:
            return None

    def put_dashboard(self, name: str, body: str) -> None:
        """Create or replace one."""
        with asking("cloudwatch:PutDashboard", name):
            self._cloudwatch.put_dashboard(DashboardName=name, DashboardBody=body)

    def delete_dashboard(self, name: str) -> None:
        """Remove one."""
        with asking("cloudwatch:DeleteDashboards", name):
            self._cloudwatch.delete_dashboards(DashboardNames=[name])

    def alarms(self, pipelines: Sequence[str]) -> tuple[Alarm, ...]:
        """The alarms of these pipelines, and those of others that were put for the same file."""
        own = tuple(prefix_of(each) for each in pipelines)
        found = []
        pages = self._cloudwatch.get_paginator("describe_alarms")
        kinds: Any = ["MetricAlarm", "CompositeAlarm"]
        with asking("cloudwatch:DescribeAlarms", PREFIX):
            for page in pages.paginate(AlarmNamePrefix=PREFIX, AlarmTypes=kinds):
                described: list[Mapping[str, Any]] = [
                    *page.get("MetricAlarms", []),
                    *page.get("CompositeAlarms", []),
                ]
                for each in described:
                    if each["AlarmName"].startswith(own) or self._is_ours(each["AlarmArn"]):
                        found.append(Alarm(each["AlarmName"], each))
        return tuple(found)

    def _is_ours(self, arn: str) -> bool:
        with asking("cloudwatch:ListTagsForResource", arn):
            tags = self._cloudwatch.list_tags_for_resource(ResourceARN=arn)["Tags"]
        return {"Key": "tidegate:file", "Value": self._owner} in tags

    def take(self, change: Change) -> None:
        """One change of an alarm."""
        alarm = change.alarm
        tags: list[Any] = [
            {"Key": "managed-by", "Value": "tidegate"},
            {"Key": "tidegate:file", "Value": self._owner},
        ]
        if change.verb == "remove":
            with asking("cloudwatch:DeleteAlarms", alarm.name):
                self._cloudwatch.delete_alarms(AlarmNames=[alarm.name])
        elif alarm.is_composite:
            with asking("cloudwatch:PutCompositeAlarm", alarm.name):
                self._cloudwatch.put_composite_alarm(
                    AlarmName=alarm.name, Tags=tags, **alarm.configuration
                )
        else:
            with asking("cloudwatch:PutMetricAlarm", alarm.name):
                self._cloudwatch.put_metric_alarm(
                    AlarmName=alarm.name, Tags=tags, **alarm.configuration
                )
