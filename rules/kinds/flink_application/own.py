"""A pipeline as one of its applications sees it: with the age of what that application reads.

The source's age is that of the reader furthest behind, and says nothing of the others.
"""

from dataclasses import replace

from tidegate.rules.kinds.flink_application.state import FlinkApplication
from tidegate.rules.kinds.signals import Signals
from tidegate.rules.window import Window

__all__ = ["own_signals"]

MINUTE_SECONDS = 60


def own_signals(signals: Signals, application: FlinkApplication) -> Signals:
    """The same signals, with the age of this application's own records alone.

    Where it publishes none, the source's tells of an only reader; else what came in against what
    was read does.
    """
    own = signals.of(application).behind_milliseconds
    shared = signals.series.source.iterator_age_milliseconds
    if not own.present:
        is_only_reader = len(signals.pipeline.processors) == 1
        own = shared if is_only_reader and shared.present else _unread_for(signals, application)
    if own.samples == shared.samples:
        return signals
    source = replace(signals.series.source, iterator_age_milliseconds=own)
    return replace(signals, series=replace(signals.series, source=source))


def _unread_for(signals: Signals, application: FlinkApplication) -> Window:
    """How long the records that came in and were not read would have taken to come in, in
    milliseconds, since the window began.

    A record is counted by each operator that receives it, so that a job may read fewer records
    than are counted, but never more: what is missing is missing for sure. Nothing is told where
    none is missing.
    """
    came = signals.series.source.incoming_records
    read = signals.of(application).records_per_second
    tolerated = signals.thresholds["read-less-than-came"]
    unread, samples = 0.0, list[float | None]()
    for arrived, second in zip(came.samples, read.samples, strict=False):
        if arrived is None or second is None:
            samples.append(None)
            continue
        missing = arrived - second * MINUTE_SECONDS
        is_noise = 0 < missing < tolerated * arrived
        unread = max(0.0, unread + (0.0 if is_noise else missing))
        samples.append(unread / arrived * MINUTE_SECONDS * 1000 if arrived and unread else None)
    return Window(read.metric, came.start, tuple(samples))
