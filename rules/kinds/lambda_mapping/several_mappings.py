"""Whether each of a function's mappings reads the stream: its metrics are those of all of them."""

from collections.abc import Iterator
from datetime import datetime

from tidegate.rules.cause import Cause, Diagnosis
from tidegate.rules.kinds.lambda_mapping import words
from tidegate.rules.kinds.lambda_mapping.moments import moment_of
from tidegate.rules.kinds.lambda_mapping.reading import has_problem, patience_seconds
from tidegate.rules.kinds.lambda_mapping.state import (
    Consumer,
    EventSourceMapping,
    consumers_of,
)
from tidegate.rules.kinds.signals import RECENT_SECONDS, Signals
from tidegate.rules.reason import Reason

__all__ = ["one_of_several"]

ADVICE = (
    "see the state and the last result of each event source mapping of the function, and delete "
    "one that is not needed; what it does not read is lost when the retention ends"
)


def one_of_several(signals: Signals, consumer: Consumer) -> Iterator[Diagnosis]:
    """NOT_READING where fewer mappings read what came in than share the stream's reads, while the
    age of those that read is well. Which one doesn't is known where its last attempt failed. What
    others read beside them hides it."""
    sharing = [each for each in consumer.mappings if not each.reading.fan_out]
    age = signals.age_seconds
    if len(sharing) < 2 or age is None or age > signals.age_well_seconds:
        return
    source, newest = signals.series.source, 60 + signals.age_well_seconds
    readers = len(sharing) + _others(signals, consumer)
    # So many minutes that one reader fewer shows, whatever of the newest the others have read.
    seconds = patience_seconds(signals, consumer) + newest * readers
    reads, errors = (
        each.last(seconds) for each in (source.read_records, signals.of(consumer.function).errors)
    )
    if None in reads.samples or errors.total or _is_new(sharing, reads.start):
        return
    # A reader whose age is well may not have read the newest yet.
    came = source.incoming_records.last(seconds).total - source.incoming_records.last(newest).total
    if reads.total < readers * came:
        yield Diagnosis(
            Cause.NOT_READING,
            consumer.name,
            (
                words.READ_BY_FEWER(
                    name=consumer.name,
                    mappings=len(sharing),
                    needed=readers * came,
                    read=reads.total,
                    came=came,
                ),
                *_failed(sharing, consumer.name),
            ),
            advice=ADVICE,
        )


def _is_new(mappings: list[EventSourceMapping], since: datetime) -> bool:
    """Whether one was changed in the minutes that are judged."""
    changed = (moment_of(each.modified) for each in mappings)
    return any(each is not None and each > since for each in changed)


def _others(signals: Signals, consumer: Consumer) -> int:
    """The other functions that are seen to share the stream's reads."""
    return sum(
        bool(signals.of(each.function).invocations.last(RECENT_SECONDS).total)
        for each in consumers_of(signals.pipeline)
        if each != consumer
        and not (each.mapping.reading.fan_out or each.mapping.reading.other_sources)
    )


def _failed(mappings: list[EventSourceMapping], name: str) -> Iterator[Reason]:
    for each in mappings:
        if has_problem(each.reading):
            yield words.LAST_RESULT(name=f"{name} ({each.uuid})", result=each.reading.last_result)
