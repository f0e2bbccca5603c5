"""How old is what a pipeline's own readers read, where others read the same source.

GetRecords.IteratorAgeMilliseconds is the maximum over all readers with shared throughput, foreign
ones included, and it leaves out the shards that Lambda does not poll while it retries a batch of
theirs. The readers' own ages tell both.
"""

from collections.abc import Iterator, Sequence

from tidegate.rules.kinds.readers import BALANCE_MINUTES
from tidegate.rules.kinds.source import SourceSeries
from tidegate.rules.window import Window

__all__ = ["TIP_SECONDS", "age_of_readers", "others_behind"]

BURST_MINUTES = 2
"""As long as it takes to hand on what waited, of which a minute's metrics may have the half."""

TIP_SECONDS = 60
"""Metrics come by the minute: who reads no further back than that reads what comes in."""


def age_of_readers(source: SourceSeries, own: Sequence[Window], readers: int) -> Window:
    """Minute by minute the largest age, but for those in which ``others_behind``: of those the
    readers' own."""
    stream = source.iterator_age_milliseconds
    told = [each for each in own if each.present]
    if not told:
        return stream
    ours = _highest([each.samples for each in told])
    highest = _highest([stream.samples, ours])
    if (stream.peak or 0.0) > 1000 * TIP_SECONDS:
        others = others_behind(source, own, readers)
        columns = zip(highest, ours, others, strict=True)
        highest = tuple([own_age if is_others else age for age, own_age, is_others in columns])
    return Window(stream.metric, stream.start, highest)


def _highest(columns: Sequence[tuple[float | None, ...]]) -> tuple[float | None, ...]:
    """Minute by minute the largest that is told."""
    found, *others = columns
    for samples in others:
        pairs = zip(found, samples, strict=True)
        found = tuple(
            [one if two is None or (one is not None and one >= two) else two for one, two in pairs]
        )
    return found


def others_behind(source: SourceSeries, own: Sequence[Window], readers: int) -> list[bool]:
    """Minute by minute, whether the source's age is that of a reader that the file doesn't name:
    each of the file's ``readers`` tells that it reads what comes in, and more is read than by
    them.

    Until more is read by a minute of records, and the source's age is apart by a minute, it is
    taken for that of the file's readers: for some minutes when another reader begins to fall
    behind, or by up to the readers' own age while it does so slowly. Their own ages don't show it
    alone: a job's stays where it was when a subtask stops to fetch, and what a job counts holds
    each record once for each of its operators. What the job itself tells is held against its own
    past instead, for the verdict (``ReaderHealth.keeps_up``).
    """
    balance: list[tuple[float, float]] = []
    found = []
    for age, highest, came, read in _minutes(source, own, readers):
        at_the_tip = highest is not None and highest <= 1000 * TIP_SECONDS
        if at_the_tip and came is not None:
            balance = [*balance, (came, (read or 0.0) - readers * came)][-BALANCE_MINUTES:]
        is_apart = age is not None and age - (highest or 0.0) > 1000 * TIP_SECONDS
        found.append(at_the_tip and is_apart and _reads_more(balance, readers))
    return found


def _reads_more(balance: Sequence[tuple[float, float]], readers: int) -> bool:
    """By more than a minute's records of each reader, which may have come in the minute before.
    Without the ``BURST_MINUTES`` that have the most: what waited for a batch is read at once."""
    beyond = sum(sorted(each for _, each in balance)[:-BURST_MINUTES])
    return beyond > readers * max((came for came, _ in balance), default=0.0)


def _minutes(
    source: SourceSeries, own: Sequence[Window], readers: int
) -> Iterator[tuple[float | None, float | None, float | None, float | None]]:
    """The source's age, the highest of the readers' where each tells one, what came, what was
    read."""
    rows = zip(
        source.iterator_age_milliseconds.samples,
        source.incoming_records.samples,
        source.read_records.samples,
        *(each.samples for each in own),
        strict=True,
    )
    for age, came, read, *ages in rows:
        told = [each for each in ages if each is not None]
        yield age, max(told) if len(told) == readers else None, came, read
