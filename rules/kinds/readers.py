"""How many readers share the reads of a stream, by what is read of each record that comes in.

GetRecords.* are sums over all readers with shared throughput, those that no file names included.
"""

from collections.abc import Sequence
from math import ceil

from tidegate.rules.kinds.source import SourceSeries
from tidegate.rules.window import Window

__all__ = ["reads_of_named", "shared_readers"]

BALANCE_MINUTES = 15


def shared_readers(stream: SourceSeries, least: int, well_seconds: float) -> tuple[int, ...]:
    """Minute by minute, never fewer than the ``least`` that a file names.

    Where nothing waits each reader gets what comes in. By the sums of the newest such minutes, so
    that records which come in one minute and are read in the next don't matter; a minute in which
    a backlog waits or is drained tells nothing, and those before the first that tells are as it.
    """
    told = _told(stream, well_seconds * 1000)
    first = next((readers for readers in told if readers is not None), least)
    known = [first if readers is None else readers for readers in told]
    return tuple([least if readers < least else readers for readers in known])


def _told(stream: SourceSeries, well_milliseconds: float) -> list[int | None]:
    balance: list[tuple[float, float]] = []
    all_came = all_read = 0.0
    told: list[int | None] = []
    readers: int | None = None
    for came, read, age in zip(
        stream.incoming_records.samples,
        stream.read_records.samples,
        stream.iterator_age_milliseconds.samples,
        strict=True,
    ):
        if came and read is not None and age is not None and age <= well_milliseconds:
            balance += [(came, read)]
            all_came, all_read = all_came + came, all_read + read
            for old_came, old_read in balance[:-BALANCE_MINUTES]:
                all_came, all_read = all_came - old_came, all_read - old_read
            balance = balance[-BALANCE_MINUTES:]
            readers = int(all_read / all_came + 1 / 2)
        told += [readers]
    return told


def reads_of_named(
    stream: SourceSeries, readers: Sequence[int], named: int, well_seconds: float
) -> Window:
    """What the ``named`` of a stream's ``readers`` read, minute by minute.

    Where nothing waits, all read the same. While records wait for those that a file names, the
    others keep up with what comes in, and what they leave of all reads is the named ones'. An even
    share would credit those with records that they are behind with. Where the others are behind as
    well, it is as much as the age shows. A minute that shows neither tells nothing.
    """
    read, ages = stream.read_records, stream.iterator_age_milliseconds.samples
    samples: list[float | None] = []
    for at, (total, count) in enumerate(zip(read.samples, readers, strict=True)):
        others, came = count - named, stream.incoming_records.samples[at]
        if total is None or others <= 0:
            samples += [total]
        elif came is None or (ages[at] or 0.0) <= well_seconds * 1000:
            samples += [total * named / count]
        else:
            left = max(total - others * came, named * _read_by_age(stream, at))
            samples += [min(left, total) if left > 0 else None]
    return Window(read.metric, read.start, tuple(samples))


def _read_by_age(stream: SourceSeries, at: int) -> float:
    """Records that a reader whose age does not fall reads in a minute at least: of the fewest that
    came in a minute since its oldest, those of the time by which it has come forward."""
    came, period = stream.incoming_records.samples, stream.incoming_records.metric.period_seconds
    before, age = (
        stream.iterator_age_milliseconds.samples[each] if each >= 0 else None
        for each in (at - 1, at)
    )
    if before is None or age is None or age < before:
        return 0.0
    since = max(0, at - ceil(age / 1000 / period))
    forward = max(0.0, 1 - (age - before) / 1000 / period)
    return forward * min(each or 0.0 for each in came[since : at + 1])
