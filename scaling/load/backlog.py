"""How many records wait to be read, as exactly as the metrics tell."""

from collections.abc import Iterator

from tidegate.rules.kinds.signals import Signals

__all__ = ["records_waiting"]

MINUTE_SECONDS = 60


def records_waiting(signals: Signals) -> float:
    """Records that waited at the end of the newest minute judged, one to three minutes ago. What
    has joined or left them since is in no metric: after a step, or a change of ours, the minutes
    before don't tell how it goes on, so nothing is added for it.

    Two estimates tell it, and the lower is taken, since each is too high where its metrics tell
    less: what came in over the time of the age, as if all shards were as far behind as the one
    furthest behind; and what came in and was not read since the readers were least far behind.

    Within a quarter, or a minute of arrivals where that is more, whether the load or the readers
    change or not (tests/scaling/load/test_backlog_in_worlds.py). Too high, by up to the shards that
    are not behind, where the reads tell nothing: readers that no file names are behind as well, or
    all that came in was read, as it seems. Too low by what a job reads again after a restart.
    Batches that are being processed count as read.
    """
    unread, by_age = _unread(signals), _by_age(signals)
    return by_age if unread is None else min(by_age, unread)


def _by_age(signals: Signals) -> float:
    """What came in over the time of the age. One that falls was at its highest, which is told, as
    the newest minute began: what waited then, and less by what that minute read beyond what came.
    A low age counts before a second minute confirms it, since nothing is decided by it alone."""
    confirmed = signals.age_seconds or 0.0
    newest = signals.series.source.iterator_age_milliseconds.latest
    age = confirmed if newest is None else min(confirmed, newest / 1000)
    _, missing, _ = next(_minutes_back(signals), (None, None, None))
    if missing is None or (age == confirmed and signals.age_growth >= 0):
        return _came_during(signals, age)
    return max(0.0, _came_during(signals, age, minutes_ago=1) + missing)


def _came_during(signals: Signals, seconds: float, minutes_ago: int = 0) -> float:
    """With the part of the first minute that the time reaches into."""
    minutes, part = divmod(seconds / MINUTE_SECONDS, 1)
    first = int(minutes) + minutes_ago
    back = [came or 0.0 for came in reversed(signals.series.source.incoming_records.samples)]
    return sum(back[minutes_ago:first]) + part * sum(back[first : first + 1])


def _unread(signals: Signals) -> float | None:
    """What came in and was not read in the minutes since the one in which the readers were least
    far behind, and what waited then. None where nothing that came in since is missing: then the
    reads don't explain the age, or the age says it all."""
    least, unread, since = None, None, 0.0
    for came, missing, age in _minutes_back(signals):
        if came is not None and age is not None and (least is None or age < least):
            least = age
            unread = since + came * age / MINUTE_SECONDS if since > 0 else None
        if missing is None:
            break
        since += missing
    return unread


def _minutes_back(signals: Signals) -> Iterator[tuple[float | None, float | None, float | None]]:
    """Newest first: what came in, what of it the readers together did not read, and the age in
    seconds."""
    source, readers = signals.series.source, signals.named_readers
    rows = zip(
        source.incoming_records.samples,
        signals.own_reads.samples,
        source.iterator_age_milliseconds.samples,
        strict=True,
    )
    for came, read, age in reversed(list(rows)):
        missing = None if came is None or read is None else readers * came - read
        yield came, missing, None if age is None else age / 1000
