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

HELD_MINUTES = 3
"""Pollers that Lambda restarts show an age of hours for one odd minute."""

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
    found = _newest(_ages(signals, consumer), signals.thresholds["replaying"])
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


def _newest(ages: Window, least_seconds: float) -> _Replay | None:
    """The newest minute whose age is so much higher than the time since the one before allows."""
    points = [(at, each / 1000) for at, each in ages.points()]
    for index in range(len(points) - HELD_MINUTES, 0, -1):
        (before, low), (at, high) = points[index - 1 : index + 1]
        if high - low - (at - before).total_seconds() >= least_seconds:
            return _Replay((before, low), points[index:])
    return None


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
