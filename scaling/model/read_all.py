"""Metric windows for who can't go on with a part of them."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Protocol

from tidegate.rules.window import Metric, Window
from tidegate.scaling.model.errors import Unreachable

__all__ = ["read_all"]


class Reading(Protocol):
    """Who reads metrics (``tidegate.scaling.ports.Metrics``)."""

    def read(
        self, metrics: Sequence[Metric], start: datetime, end: datetime
    ) -> Mapping[Metric, Window]:
        """The window of each metric."""
        ...


def read_all(
    metrics: Reading, wanted: Sequence[Metric], start: datetime, end: datetime
) -> Mapping[Metric, Window]:
    """The windows of all, for who can't go on with a part: raises Unreachable where one of them
    could not be read."""
    windows = metrics.read(wanted, start, end)
    failed = next((each for each in windows.values() if each.unread is not None), None)
    if failed is not None:
        where = "/".join(value for _, value in failed.metric.dimensions)
        words = f"{failed.metric.name} could not be read: {failed.unread}"
        raise Unreachable("cloudwatch:GetMetricData", where, words)
    return windows
