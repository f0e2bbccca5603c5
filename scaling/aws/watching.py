"""Dashboards and alarms as CloudWatch has them, read and changed."""

import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from tidegate.scaling.aws.clients import Clients
from tidegate.scaling.aws.errors import asking
from tidegate.scaling.model.errors import ResourceMissing
from tidegate.scaling.observability.alarm_changes import Change
from tidegate.scaling.observability.alarms import PREFIX, Alarm, prefix_of
from tidegate.scaling.observability.dashboard import DASHBOARD_PREFIX

__all__ = ["Watching"]

TAG_MAX = 256
"""Characters of a tag's value (TagResource, API reference)."""


class Watching:
    """CloudWatch's dashboards and alarms. The path of the pipeline file tags them, so that those of
    a pipeline that the file no longer names are found, and those of a file with the same name
    elsewhere are left alone."""

    def __init__(self, clients: Clients, file: Path) -> None:
        self._cloudwatch = clients.cloudwatch
        path = re.sub(r"[^\w .:/=+@-]", "-", str(file.resolve()))[-TAG_MAX:]
        self._own = {"Key": "tidegate:file", "Value": path}
        self._region = {"Key": "tidegate:region", "Value": self._cloudwatch.meta.region_name}
        self._tags: list[Any] = [{"Key": "managed-by", "Value": "tidegate"}, self._own]

    def dashboard(self, name: str) -> str | None:
        """The body of a dashboard, None where there is none."""
        try:
            with asking("cloudwatch:GetDashboard", name):
                return self._cloudwatch.get_dashboard(DashboardName=name)["DashboardBody"]
        except ResourceMissing:
            return None

    def own_dashboards(self) -> tuple[str, ...]:
        """The names of those that were made for this file from this region, under the names that
        Tidegate gives: dashboards are of an account. One with no region in its tags was made by an
        earlier version, under a name that two regions shared."""
        pages = self._cloudwatch.get_paginator("list_dashboards")
        with asking("cloudwatch:ListDashboards", DASHBOARD_PREFIX):
            listed = [
                each
                for page in pages.paginate(DashboardNamePrefix=DASHBOARD_PREFIX)
                for each in page.get("DashboardEntries", [])
            ]
        return tuple(
            each["DashboardName"] for each in listed if self._is_of_here(each["DashboardArn"])
        )

    def put_dashboard(self, name: str, body: str) -> None:
        """Create or replace one; tags count only when it is made (PutDashboard, API reference)."""
        tags: Any = [*self._tags, self._region]
        with asking("cloudwatch:PutDashboard", name):
            self._cloudwatch.put_dashboard(DashboardName=name, DashboardBody=body, Tags=tags)

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
        return self._own in self._tags_of(arn)

    def _is_of_here(self, arn: str) -> bool:
        tags = self._tags_of(arn)
        elsewhere = any(each["Key"] == self._region["Key"] for each in tags)
        return self._own in tags and (self._region in tags or not elsewhere)

    def _tags_of(self, arn: str) -> list[Any]:
        with asking("cloudwatch:ListTagsForResource", arn):
            return list(self._cloudwatch.list_tags_for_resource(ResourceARN=arn)["Tags"])

    def take(self, change: Change) -> None:
        """One change of an alarm."""
        alarm = change.alarm
        if change.verb == "remove":
            with asking("cloudwatch:DeleteAlarms", alarm.name):
                self._cloudwatch.delete_alarms(AlarmNames=[alarm.name])
        elif alarm.is_composite:
            with asking("cloudwatch:PutCompositeAlarm", alarm.name):
                self._cloudwatch.put_composite_alarm(
                    AlarmName=alarm.name, Tags=self._tags, **alarm.configuration
                )
        else:
            with asking("cloudwatch:PutMetricAlarm", alarm.name):
                self._cloudwatch.put_metric_alarm(
                    AlarmName=alarm.name, Tags=self._tags, **alarm.configuration
                )
