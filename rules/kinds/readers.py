"""How many readers share the reads of a stream, by what is read of each record that comes in.

GetRecords.* are sums over all readers with shared throughput, those that no file names included.
"""

from collections.abc import Iterator

from tidegate.rules.kinds.signal_series import StreamSeries

__all__ = ["shared_readers"]

BALANCE_MINUTES = 15


def shared_readers(stream: StreamSeries, least: int, well_seconds: float) -> tuple[int, ...]:
    """Minute by minute, never fewer than the ``least`` that a file names.

    Where nothing waits each reader gets what comes in. By the sums of the newest such minutes, so
    that records which come in one minute and are read in the next don't matter; a minute in which
    a backlog waits or is drained tells nothing, and those before the first that tells are as it.
    """
    told = list(_told(stream, well_seconds * 1000))
    first = next((readers for readers in told if readers is not None), least)
    return tuple(max(least, first if readers is None else readers) for readers in told)


def _told(stream: StreamSeries, well_milliseconds: float) -> Iterator[int | None]:
    balance: list[tuple[float, float]] = []
    readers: int | None = None
    for came, read, age in zip(
        stream.incoming_records.samples,
        stream.read_records.samples,
        stream.iterator_age_milliseconds.samples,
        strict=True,
    ):
        if came and read is not None and age is not None and age <= well_milliseconds:
            balance.append((came, read))
            all_came, all_read = map(sum, zip(*balance[-BALANCE_MINUTES:], strict=True))
            readers = round(all_read / all_came)
        yield readers
