"""The dashboards that the sweep of a stage has drawn: no stack has them, and they have no tag."""

from typing import Any

import boto3

from tidegate.scaling.observability.dashboard import stage_prefix

__all__ = ["drawn", "remove_drawn"]

AT_ONCE_MAX = 100
"""Dashboards that one call deletes (DeleteDashboards, CloudWatch API reference)."""


def drawn(session: boto3.Session, stack: str) -> tuple[str, ...]:
    """The names of those of the stage in the session's region, found by how they begin."""
    client: Any = session.client("cloudwatch")
    prefix = stage_prefix(stack, client.meta.region_name)
    pages = client.get_paginator("list_dashboards").paginate(DashboardNamePrefix=prefix)
    return tuple(
        each["DashboardName"] for page in pages for each in page.get("DashboardEntries", [])
    )


def remove_drawn(session: boto3.Session, stack: str) -> None:
    """Remove them, once no sweep draws them any more."""
    client: Any = session.client("cloudwatch")
    names = drawn(session, stack)
    for at in range(0, len(names), AT_ONCE_MAX):
        client.delete_dashboards(DashboardNames=[*names[at : at + AT_ONCE_MAX]])
