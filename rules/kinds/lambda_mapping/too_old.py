"""Records that are discarded without an attempt, by a mapping with a limit of age whose consumer is
too slow for what comes in. Nothing fails, and the iterator age goes no further than the limit."""

from collections.abc import Iterator
from itertools import pairwise

from tidegate.rules.kinds.lambda_mapping.state import Consumer
from tidegate.rules.kinds.rates import RECENT_SECONDS
from tidegate.rules.kinds.signals import Signals

__all__ = ["discarded_unread"]

HELD_MINUTES = 2
"""One odd minute is no loss: an age may jump to that of the oldest record and back."""
BELOW_LIMIT_SECONDS = 60
"""What is handed on is younger than the limit by what a minute's metrics leave open, and by no more
than half of a short limit."""


Loss = tuple[float, int]
"""Records, and the minutes in which they were lost."""


def discarded_unread(signals: Signals, consumer: Consumer, seconds: int) -> Loss | None:
    """Records of the newest ``seconds`` that were discarded at least, and the minutes in which they
    were: the age stays at the limit, and more came in than the invocations had room for. None where
    the newest minutes don't show it, or beside a filter: what it leaves out is never handed on."""
    if consumer.mapping.maximum_record_age_seconds < 0 or consumer.mapping.reading.has_filter:
        return None
    rows = list(_too_many(signals, consumer, seconds))
    lost = [each for each in rows if each is not None]
    newest = rows[-RECENT_SECONDS // 60 :]
    is_held = sum(each is not None for each in newest) >= HELD_MINUTES
    return (sum(lost), len(lost)) if is_held and sum(lost) > 0 else None


def _too_many(signals: Signals, consumer: Consumer, seconds: int) -> Iterator[float | None]:
    """Minute by minute what came in beyond the room in batches; None where the age is not at the
    limit, or still grows: what waits may still be handed on."""
    limit, source = consumer.mapping.maximum_record_age_seconds, signals.series.source
    near = limit - min(BELOW_LIMIT_SECONDS, limit / 2)
    grown = signals.thresholds["iterator-age-growing"] * 60
    told = source.iterator_age_milliseconds.samples
    ages = [None if each is None else each / 1000 for each in told]
    invoked = signals.of(consumer.function).invocations.samples
    rows = list(zip(pairwise(ages), source.incoming_records.samples[1:], invoked[1:], strict=True))
    for (before, age), came, handed in rows[-seconds // 60 :]:
        if before is None or age is None or came is None or handed is None:
            yield None
        else:
            is_held = age >= near and age - before <= grown
            yield came - handed * consumer.mapping.batch_size if is_held else None
