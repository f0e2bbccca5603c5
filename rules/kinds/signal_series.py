"""The metrics that diagnosis and sizing read, lined up minute by minute."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from tidegate.rules.graph import Pipeline
from tidegate.rules.kinds.ages import age_of_readers
from tidegate.rules.kinds.source import Cut, SourceSeries
from tidegate.rules.window import LATE_SECONDS, Metric, Window, largest

__all__ = ["SignalSeries", "series_from", "series_metrics"]


@dataclass(frozen=True, slots=True)
class SignalSeries:
    """All vital windows, cut at ``judged_until``: the newest minute that no layer is late for.

    ``judged_until`` is None where there is no fresh data at all; ``last_seen`` is then the end
    of the newest minute of any layer, or None when nothing was ever seen. ``of`` has the series of
    each kind's resources by ``Measured.series_key``. ``unread`` has the windows that CloudWatch
    failed to read, ``windows`` all of them uncut.
    """

    source: SourceSeries
    judged_until: datetime | None
    last_seen: datetime | None
    of: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    unread: tuple[Window, ...] = ()
    windows: Mapping[Metric, Window] = field(default_factory=dict)


def series_metrics(pipeline: Pipeline) -> tuple[Metric, ...]:
    """Every metric that ``series_from`` needs of a pipeline, each once."""
    found: list[Metric] = []
    for kind in pipeline.kinds.signals:
        found += kind.metrics(pipeline)
    return tuple(dict.fromkeys(found))


def _end_of_newest(window: Window) -> datetime | None:
    newest = max((at for at, _ in window.points()), default=None)
    if newest is None:
        return None
    return newest + timedelta(seconds=window.metric.period_seconds)


def _cut(window: Window, end: datetime) -> Window:
    kept = int((end - window.start).total_seconds()) // window.metric.period_seconds
    return Window(window.metric, window.start, window.samples[: max(0, kept)])


def _judged_until(
    pipeline: Pipeline, windows: Mapping[Metric, Window], now: datetime
) -> tuple[datetime | None, datetime | None]:
    ends = [
        end
        for kind in pipeline.kinds.signals
        for metric in kind.heartbeats(pipeline)
        if (end := _end_of_newest(windows[metric])) is not None
    ]
    if not ends:
        return None, None
    newest = max(ends)
    if now - newest > timedelta(seconds=LATE_SECONDS + 120):
        return None, newest
    late = timedelta(seconds=LATE_SECONDS)
    return min(end for end in ends if newest - end <= late), newest


def series_from(
    pipeline: Pipeline, windows: Mapping[Metric, Window], now: datetime
) -> SignalSeries:
    """Line the windows of ``series_metrics`` up and cut them where the slowest layer has reported.

    Judging a minute that one layer has not reported yet would blame the layer that reports first.
    """
    judged_until, last_seen = _judged_until(pipeline, windows, now)
    end = judged_until or last_seen or now

    def cut(metric: Metric) -> Window:
        return _cut(windows[metric], end)

    of = {kind.name: kind.series(pipeline, cut) for kind in pipeline.kinds.signals}
    return SignalSeries(
        source=_source_series(pipeline, cut, of, end),
        judged_until=judged_until,
        last_seen=last_seen,
        of=of,
        unread=tuple(each for each in windows.values() if each.unread is not None),
        windows=windows,
    )


_NONE = Metric("", "", (), "Maximum")
"""Of what was described alone no source is known."""


def _source_series(
    pipeline: Pipeline, cut: Cut, of: Mapping[str, Mapping[str, Any]], end: datetime
) -> SourceSeries:
    """The source's own, with the age of the pipeline's reader furthest behind. Of a source without
    metrics, as a topic is, only what its readers publish of the age is known."""
    ages = [age for kind in pipeline.kinds.signals for age in kind.ages(of[kind.name])]
    for kind in pipeline.kinds.signals:
        own: SourceSeries | None = kind.source(pipeline, cut)
        if own is not None:
            age = age_of_readers(own, ages, len(pipeline.processors))
            return replace(own, iterator_age_milliseconds=age)
    age = largest(ages or [Window(_NONE, end, ())])
    silent = age.silenced()
    return SourceSeries(silent, silent, silent, silent, silent, age)
