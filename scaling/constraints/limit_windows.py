"""The windows that limits depend on, for who moves one lever and reads no other metric."""

from collections.abc import Mapping
from datetime import datetime, timedelta

from tidegate.rules.graph import Pipeline
from tidegate.rules.window import Metric, Window
from tidegate.scaling.model.read_all import read_all
from tidegate.scaling.model.roles import plannings
from tidegate.scaling.ports import Metrics

__all__ = ["limit_windows"]


def limit_windows(pipeline: Pipeline, metrics: Metrics, now: datetime) -> Mapping[Metric, Window]:
    """As much of the past as each kind's limits look at; nothing is read where none does."""
    wanted = {
        metric: seconds
        for planning in plannings(pipeline)
        for metric, seconds in planning.limit_metrics.items()
    }
    end = now.replace(second=0, microsecond=0)
    start = end - timedelta(seconds=max(wanted.values(), default=0))
    return read_all(metrics, tuple(wanted), start, end) if wanted else {}
