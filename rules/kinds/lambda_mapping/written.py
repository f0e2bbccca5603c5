"""Whether what a consumer writes still arrives: a function that catches its own errors succeeds."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import groupby

from tidegate.rules.kinds.dynamodb_table.state import Table, tables_behind
from tidegate.rules.kinds.lambda_mapping.state import Consumer
from tidegate.rules.kinds.signals import Signals

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
    found = (_unwritten(signals, consumer, table) for table in tables_behind(consumer))
    return next((each for each in found if each is not None), None)


def _unwritten(signals: Signals, consumer: Consumer, table: Table) -> Unwritten | None:
    consumed = signals.of(table.capacity).consumed_write_units
    if any(consumed.samples[-SILENT_MINUTES:]):
        return None
    minutes = list(_working_minutes(signals, consumer, table))
    runs = [(wrote, len(list(run))) for wrote, run in groupby(wrote for _, wrote in minutes)]
    if not runs or runs[-1][0]:
        return None
    silent, before = runs[-1][1], runs[:-1]
    longest = max((length for wrote, length in before if not wrote), default=0)
    with_writes = sum(length for wrote, length in before if wrote)
    if silent < max(SILENT_MINUTES, longest + 1) or with_writes < KNOWN_MINUTES:
        return None
    return Unwritten(table.name, minutes[-silent][0])


def _working_minutes(
    signals: Signals, consumer: Consumer, table: Table
) -> Iterator[tuple[datetime, bool]]:
    """Each minute in which invocations passed, and whether it wrote."""
    series = signals.of(consumer.function)
    consumed: Sequence[float | None] = signals.of(table.capacity).consumed_write_units.samples
    rows = zip(series.invocations.samples, series.errors.samples, consumed, strict=True)
    at = series.invocations.start
    for invocations, errors, units in rows:
        if (invocations or 0.0) > (errors or 0.0):
            yield at, bool(units)
        at += timedelta(seconds=series.invocations.metric.period_seconds)


def written_units(signals: Signals, consumer: Consumer, seconds: int) -> float | None:
    """The units that its tables took in the newest ``seconds``, whoever wrote; None without any."""
    tables = tables_behind(consumer)
    windows = (signals.of(table.capacity).consumed_write_units for table in tables)
    return sum(each.last(seconds).total for each in windows) if tables else None
