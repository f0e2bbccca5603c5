"""How many readers share the reads of a stream, by what is read of each record that comes in.

GetRecords.* are sums over all readers with shared throughput, those that no file names included.
"""

from tidegate.rules.kinds.source import SourceSeries
from tidegate.rules.window import Window

__all__ = ["reads_without", "shared_readers"]

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


def reads_without(others: tuple[int, ...], stream: SourceSeries) -> Window:
    """What is read of a stream, minute by minute, without what so many others read, who keep up
    with what comes in. A minute in which they read less tells nothing."""
    read = stream.read_records
    samples = [
        total if not count or total is None or came is None else total - count * came
        for total, came, count in zip(
            read.samples, stream.incoming_records.samples, others, strict=True
        )
    ]
    told = [sample if sample is None or sample >= 0 else None for sample in samples]
    return Window(read.metric, read.start, tuple(told))
