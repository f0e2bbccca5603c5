"""Metrics of all layers that stop at once: a fault of CloudWatch, or of the region, and of no part
of the pipeline. Producers, readers and tables that stop take each other along one by one.
"""

from collections.abc import Iterator
from datetime import datetime, timedelta

from tidegate.rules.cause import Cause, Diagnosis
from tidegate.rules.diagnosis import words
from tidegate.rules.kinds.signals import Signals
from tidegate.rules.window import Window

__all__ = ["aws_event"]

LAYERS_MIN = 2
SPREAD = timedelta(minutes=2)
"""Metrics come one to three minutes late (CloudWatch guide): those that stop at once are seen to
end so far apart."""
STEADY_SECONDS = 600


def aws_event(signals: Signals) -> Iterator[Diagnosis]:
    """By the layers that told something in every minute until they fell silent."""
    ends: dict[str, datetime] = {}
    for window in _heartbeats(signals):
        layer, end = window.metric.namespace, _end_if_steady(window)
        if end is not None:
            ends[layer] = max(end, ends.get(layer, end))
    if len(ends) < LAYERS_MIN or max(ends.values()) - min(ends.values()) > SPREAD:
        return
    since, until = min(ends.values()), max(ends.values())
    is_one = f"{since:%H:%M}" == f"{until:%H:%M}"
    when = (
        words.SILENT_AT(since=since) if is_one else words.SILENT_BETWEEN(since=since, until=until)
    )
    yield Diagnosis(
        Cause.AWS_EVENT,
        signals.pipeline.name,
        (words.LAYERS_SILENT_AT_ONCE(layers=", ".join(sorted(ends)), when=when),),
        advice="see the AWS Health Dashboard for CloudWatch and these services in the region",
    )


def _heartbeats(signals: Signals) -> Iterator[Window]:
    pipeline, windows = signals.pipeline, signals.series.windows
    for kind in pipeline.kinds.signals:
        yield from (windows[each] for each in kind.heartbeats(pipeline) if each in windows)


def _end_if_steady(window: Window) -> datetime | None:
    """The end of the last minute that it told of, where it told of all those before."""
    last = len(window.samples)
    while last and window.samples[last - 1] is None:
        last -= 1
    told = Window(window.metric, window.start, window.samples[:last])
    steady = told.last(STEADY_SECONDS)
    is_steady = len(steady.samples) * window.metric.period_seconds >= STEADY_SECONDS
    return told.end if last and is_steady and steady.coverage == 1 else None
