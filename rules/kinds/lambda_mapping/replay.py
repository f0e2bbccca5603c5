"""A consumer that reads records again: its mapping was made anew, and starts at older ones.

The age of the oldest record can't grow faster than time passes unless reading begins further back.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from tidegate.rules.cause import Cause, Diagnosis
from tidegate.rules.kinds.lambda_mapping import words
from tidegate.rules.kinds.lambda_mapping.moments import moment_of
from tidegate.rules.kinds.lambda_mapping.state import Consumer
from tidegate.rules.kinds.signals import Signals
from tidegate.rules.reason import Reason
from tidegate.rules.window import LATE_SECONDS, Window

__all__ = ["replay"]

HELD_MINUTES, HELD_MINUTES_AFTER_CHANGE = 3, 2
"""Pollers that Lambda restarts show an age of hours for one odd minute. That the mapping was made
or changed just before is evidence of its own; where more is read than came in as well, one minute
is enough."""

BEFORE_SECONDS = 900
"""A mapping that was changed begins to read within so long: it is Creating for minutes."""

_Point = tuple[datetime, float]


@dataclass(frozen=True, slots=True)
class _Replay:
    """The ages in seconds before it, and from its first minute on."""

    before: _Point
    since: list[_Point]

    @property
    def gained_seconds(self) -> float:
        """What was done by its first minute, and of the age since then: negative while it grows."""
        return self.since[0][1] - self.since[-1][1]


def replay(signals: Signals, consumer: Consumer) -> Iterator[Diagnosis]:
    """By the newest jump of a consumer that was up to date, while the age is over the objective. As
    long as it falls again no capacity is needed; where it doesn't, the load is too high with the
    old records in it."""
    found = _newest(signals, consumer)
    most = signals.iterator_age_max_seconds
    if found is None or not _was_up_to_date(signals, found):
        return
    if min(age for _, age in found.since) <= most:
        return
    (at, age), name = found.since[0], consumer.function.name
    evidence = words.READS_AGAIN(
        name=name, at=at, before=found.before[1], age=age, since=at - timedelta(seconds=age)
    )
    yield Diagnosis(
        Cause.REPLAY,
        name,
        (evidence, *_changed(consumer, at), *_until(found)),
        advice=(
            f"let it come to its end, or start the mapping of {name} at LATEST if nobody wanted "
            f"it; what {name} writes is written again"
        ),
        holds_raises=found.gained_seconds >= 0,
    )


def _was_up_to_date(signals: Signals, found: _Replay) -> bool:
    """Whether nothing was late before. A shard that is not read at all is in the stream's age, and
    in the consumer's own only once it is."""
    before, own = found.before
    stream = signals.series.source.iterator_age_milliseconds.points()
    late = max([own, *(age / 1000 for at, age in stream if at == before)])
    return late <= signals.iterator_age_max_seconds


def _ages(signals: Signals, consumer: Consumer) -> Window:
    """The consumer's own, which other readers have no part in; or else the stream's where nobody
    else reads it: a function with other sources tells none of this one."""
    own = signals.of(consumer.function).own_age_milliseconds
    if own.present:
        return own
    stream = signals.series.source.iterator_age_milliseconds
    return stream if max(signals.shared_readers, default=1) == 1 else stream.silenced()


def _newest(signals: Signals, consumer: Consumer) -> _Replay | None:
    """The newest minute whose age is so much higher than the time since the one before allows."""
    points = [(at, each / 1000) for at, each in _ages(signals, consumer).points()]
    least_seconds = signals.thresholds["replaying"]
    for index in range(len(points) - 1, 0, -1):
        (before, low), (at, high) = points[index - 1 : index + 1]
        if high - low - (at - before).total_seconds() < least_seconds:
            continue
        if len(points) - index >= _held_minutes(signals, consumer, at):
            return _Replay((before, low), points[index:])
    return None


def _held_minutes(signals: Signals, consumer: Consumer, at: datetime) -> int:
    if not _changed(consumer, at):
        return HELD_MINUTES
    return 1 if _reads_more_than_came(signals, at) else HELD_MINUTES_AFTER_CHANGE


def _reads_more_than_came(signals: Signals, at: datetime) -> bool:
    """Whether each reader was given more in a minute than came in within it and the one before:
    with nothing late before, there is no more that is new."""
    source, readers = signals.series.source, max(signals.shared_readers, default=1)
    came = [count for moment, count in source.incoming_records.points() if moment <= at]
    read = [count for moment, count in source.read_records.points() if moment == at]
    return sum(read) > readers * sum(came[-2:])


def _changed(consumer: Consumer, at: datetime) -> tuple[Reason, ...]:
    """When the mapping was made or changed, where that explains it."""
    changed = moment_of(consumer.mapping.modified)
    if changed is None or not at - timedelta(seconds=BEFORE_SECONDS) <= changed <= at + timedelta(
        seconds=LATE_SECONDS
    ):
        return ()
    return (words.MAPPING_CHANGED(name=consumer.function.name, changed=changed),)


def _until(found: _Replay) -> tuple[Reason, ...]:
    """When it comes to its end if it goes on as it has."""
    (first, _), (last, age) = found.since[0], found.since[-1]
    seconds = (last - first).total_seconds()
    if found.gained_seconds <= 0:
        return ()
    left = timedelta(seconds=age * seconds / found.gained_seconds)
    return (words.CAUGHT_UP_AT(at=last + left, minutes=left.total_seconds() / 60),)
