"""What a pipeline used over a time, added up from minute metrics."""

from collections.abc import Mapping
from datetime import datetime

from tidegate.rules.graph import Pipeline
from tidegate.rules.kinds.signal_series import series_metrics
from tidegate.rules.window import Metric, Window
from tidegate.scaling.model.bill import Usage
from tidegate.scaling.model.resource_type import types_of

__all__ = ["usage_from", "usage_metrics"]


def usage_metrics(pipeline: Pipeline) -> tuple[Metric, ...]:
    """Every metric that the bill and sizing need, each once."""
    billed = (
        metric for each in types_of(pipeline) for metric in each.operations.billed_metrics(pipeline)
    )
    return tuple(dict.fromkeys((*series_metrics(pipeline), *billed)))


def usage_from(windows: Mapping[Metric, Window], end: datetime) -> Usage | None:
    """What was used until ``end``; None where no metric tells of anything."""
    firsts = [next((at for at, _ in window.points()), None) for window in windows.values()]
    start = min((at for at in firsts if at is not None), default=None)
    if start is None:
        return None
    return Usage(start, end, {metric: window.total for metric, window in windows.items()})
