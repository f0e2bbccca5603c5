"""Whether what a consumer writes still arrives: a function that catches its own errors succeeds."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import groupby

from tidegate.rules.kinds.lambda_mapping.state import Consumer
from tidegate.rules.kinds.signals import Signals
from tidegate.rules.kinds.sinks import written
from tidegate.rules.window import Window

__all__ = ["Unwritten", "unwritten", "written_units"]

SILENT_MINUTES = 5
KNOWN_MINUTES = 10
"""In which the function was invoked, without writes, and with them before."""


@dataclass(frozen=True, slots=True)
class Unwritten:
    """A sink that nothing was written to since a moment, while its function was invoked."""

    where: str
    since: datetime


def unwritten(signals: Signals, consumer: Consumer) -> Unwritten | None:
    """The first sink of the file that was written whenever the function worked, and is no more, for
    longer than ever in the windows. None of a function that other sources invoke as well."""
    if consumer.mapping.reading.other_sources:
        return None
    for sink, units in written(signals, consumer).items():
        since = _unwritten_since(signals, consumer, units)
        if since is not None:
            return Unwritten(sink, since)
    return None


def _unwritten_since(signals: Signals, consumer: Consumer, units: Window) -> datetime | None:
    if any(units.samples[-SILENT_MINUTES:]):
        return None
    minutes = list(_working_minutes(signals, consumer, units))
    runs = [(wrote, len(list(run))) for wrote, run in groupby(wrote for _, wrote in minutes)]
    if not runs or runs[-1][0]:
        return None
    silent, before = runs[-1][1], runs[:-1]
    longest = max((length for wrote, length in before if not wrote), default=0)
    with_writes = sum(length for wrote, length in before if wrote)
    if silent < max(SILENT_MINUTES, longest + 1) or with_writes < KNOWN_MINUTES:
        return None
    return minutes[-silent][0]


def _working_minutes(
    signals: Signals, consumer: Consumer, units: Window
) -> Iterator[tuple[datetime, bool]]:
    """Each minute in which invocations passed, and whether it wrote."""
    series = signals.of(consumer.function)
    rows = zip(series.invocations.samples, series.errors.samples, units.samples, strict=True)
    at = series.invocations.start
    for invocations, errors, wrote in rows:
        if (invocations or 0.0) > (errors or 0.0):
            yield at, bool(wrote)
        at += timedelta(seconds=series.invocations.metric.period_seconds)


def written_units(signals: Signals, consumer: Consumer, seconds: int) -> float | None:
    """The units that its sinks took in the newest ``seconds``, whoever wrote; None without any."""
    windows = written(signals, consumer).values()
    return sum(each.last(seconds).total for each in windows) if windows else None
