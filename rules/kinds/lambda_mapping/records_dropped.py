"""Records that Lambda gives up: a mapping with a limit of retries or of age discards a batch that
goes on failing, and the iterator age, which a blocked shard would raise, stays low.

Where the mapping counts its events, the number is AWS's own. Elsewhere invocations tell it between
two bounds: a batch that passed had at most all of its retries fail, and one that is discarded fails
once more than it has retries.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import timedelta
from itertools import groupby
from math import ceil

from tidegate.rules.cause import Cause, Diagnosis
from tidegate.rules.kinds.kinesis_stream.state import stream_of
from tidegate.rules.kinds.lambda_mapping import words
from tidegate.rules.kinds.lambda_mapping.concurrency import executions
from tidegate.rules.kinds.lambda_mapping.state import Consumer, EventSourceMapping
from tidegate.rules.kinds.lambda_mapping.too_old import discarded_unread
from tidegate.rules.kinds.signals import Signals
from tidegate.rules.reason import Reason
from tidegate.rules.window import Window

__all__ = ["discards", "records_dropped"]

DROPPED_SECONDS = 900
"""How far back a loss is told: it is past when nothing was lost for a quarter of an hour."""
_RECENT = timedelta(seconds=DROPPED_SECONDS)


@dataclass(frozen=True, slots=True)
class _Loss:
    """Records discarded in the newest minutes: at least, and at most, where every failure was of a
    batch that failed to the end."""

    least: float = 0.0
    most: float = 0.0


def records_dropped(signals: Signals, consumer: Consumer) -> Iterator[Diagnosis]:
    """Loss, told whatever else explains the failures. A mapping without a limit discards nothing.
    Failures of a function with other event sources may be theirs: there only the mapping's own
    count tells."""
    mapping = consumer.mapping
    if not discards(mapping):
        return
    counted = _counted(signals, consumer) if mapping.counts_events else None
    if counted is not None:
        yield from counted
        return
    if mapping.reading.other_sources:
        return
    ways = (_by_retries(signals, consumer), _by_age(signals, consumer))
    loss = _Loss(max(each.least for each in ways), max(each.most for each in ways))
    # While the age grows a failing batch is still retried: that is a poison batch. No older than
    # the mapping lets them get, records are given up.
    retried = signals.age_is_sick and not _is_at_its_age_limit(signals, consumer)
    records = loss.least or (0.0 if retried else loss.most)
    if records >= signals.thresholds["records-dropped"]:
        yield _diagnosis(signals, consumer, _evidence(signals, consumer, loss))
        return
    unread = discarded_unread(signals, consumer, DROPPED_SECONDS)
    if unread is not None and unread[0] >= signals.thresholds["records-dropped"]:
        yield _unread(signals, consumer, *unread)


def discards(mapping: EventSourceMapping) -> bool:
    """Whether Lambda gives a batch up that goes on failing."""
    return mapping.maximum_retry_attempts >= 0 or mapping.maximum_record_age_seconds >= 0


def _counted(signals: Signals, consumer: Consumer) -> tuple[Diagnosis, ...] | None:
    """By the mapping's own metrics; None where they tell nothing."""
    series = signals.of(consumer.function)
    if series.dropped_events is None or series.kept_events is None:
        return None
    newest = series.dropped_events.last(DROPPED_SECONDS)
    if not newest.present and not series.kept_events.last(DROPPED_SECONDS).present:
        return None
    dropped, kept = newest.total, series.kept_events.last(DROPPED_SECONDS).total
    if dropped + kept < signals.thresholds["records-dropped"]:
        return ()
    told = words.DROPPED_COUNTED(
        name=consumer.function.name, dropped=dropped, kept=kept, minutes=len(newest.samples)
    )
    return (_diagnosis(signals, consumer, told),)


def _diagnosis(signals: Signals, consumer: Consumer, told: Reason) -> Diagnosis:
    destination, name = consumer.mapping.on_failure_destination, consumer.function.name
    if destination is None:
        fate = words.NOTHING_KEEPS_THEM(name=name)
        advice = (
            f"set an on-failure destination on the event source mapping of {name} and correct what "
            "fails in its log; discarded records can be read again until the retention ends, by a "
            "mapping that starts at their time"
        )
    else:
        hours = stream_of(signals.pipeline).retention_hours
        fate = words.DESTINATION_KEEPS_THEM(destination=destination, hours=hours)
        advice = (
            f"correct what fails in the log of {name}, then process what {destination} has kept"
        )
    return Diagnosis(Cause.RECORDS_DROPPED, name, (told, fate), advice=advice, holds_raises=False)


def _unread(signals: Signals, consumer: Consumer, records: float, minutes: int) -> Diagnosis:
    """What fails is in no log: the consumer is too slow, or the limit of age too short for it."""
    name, limit = consumer.function.name, consumer.mapping.maximum_record_age_seconds
    told = words.DISCARDED_UNREAD(name=name, records=records, minutes=minutes, limit_seconds=limit)
    found = _diagnosis(signals, consumer, told)
    advice = (
        f"raise MaximumRecordAgeInSeconds of the event source mapping of {name} until it keeps up; "
        "discarded records can be read again until the retention ends, by a mapping that starts at "
        "their time"
    )
    return replace(found, advice=advice)


def _evidence(signals: Signals, consumer: Consumer, loss: _Loss) -> Reason:
    if loss.least:
        return words.DROPPED_AT_LEAST(failing=_failing(signals, consumer), records=loss.least)
    return words.DROPPED_AT_MOST(failing=_failing(signals, consumer), records=loss.most)


def _failing(signals: Signals, consumer: Consumer) -> Reason:
    series = signals.of(consumer.function)
    errors = series.errors.last(DROPPED_SECONDS)
    return words.FAILED_AND_DISCARDED(
        failed=errors.total,
        invocations=series.invocations.last(DROPPED_SECONDS).total,
        name=consumer.function.name,
        minutes=len(errors.samples),
        limit=_limit(consumer.mapping),
    )


def _limit(mapping: EventSourceMapping) -> str:
    attempts, age = mapping.maximum_retry_attempts + 1, mapping.maximum_record_age_seconds
    told = []
    if attempts:
        told.append(f"after {attempts} failed attempt{'' if attempts == 1 else 's'}")
    if age >= 0:
        told.append(f"when its records are {age} s old")
    return " or ".join(told)


def _by_retries(signals: Signals, consumer: Consumer) -> _Loss:
    """A batch that passed has at most its retries behind it, as has one that is being tried."""
    series, retries = signals.of(consumer.function), consumer.mapping.maximum_retry_attempts
    if retries < 0:
        return _Loss()
    errors = series.errors.last(DROPPED_SECONDS)
    failed, passed = errors.total, _passed(signals, consumer)
    surely = failed - retries * (passed + executions(signals, consumer))
    least = max(0, ceil(surely / (retries + 1)))
    most = max(least, sum(int(each.total // (retries + 1)) for each in _runs(errors)))
    size = _records_in_a_batch(signals, consumer, passed + most)
    return _Loss(least * size, most * size)


def _by_age(signals: Signals, consumer: Consumer) -> _Loss:
    """Where nothing passes, all that came in so long ago is discarded. Where something does, it is
    failures that last as long as records may get old, with records that did."""
    series, limit = signals.of(consumer.function), consumer.mapping.maximum_record_age_seconds
    runs = [each for each in _runs(series.errors) if series.errors.end - each.end <= _RECENT]
    if limit < 0 or not runs:
        return _Loss()
    run = runs[-1]
    seconds = (run.end - run.start).total_seconds()
    tried = Window(run.metric, run.start, _within(series.invocations, run))
    if seconds > limit and run.total >= tried.total:
        came = signals.series.source.incoming_records
        told = Window(came.metric, run.start, _within(came, run))
        old = told.samples[: int((seconds - limit) // told.metric.period_seconds)]
        return _Loss(sum(each or 0.0 for each in old), told.total)
    oldest = _oldest_seconds(signals, consumer) + run.metric.period_seconds
    if len(run.samples) == 1 or seconds < limit or oldest < limit:
        return _Loss()
    failed = series.errors.last(DROPPED_SECONDS).total
    batches = failed + _passed(signals, consumer)
    return _Loss(0.0, failed * _records_in_a_batch(signals, consumer, batches))


def _is_at_its_age_limit(signals: Signals, consumer: Consumer) -> bool:
    limit = consumer.mapping.maximum_record_age_seconds
    return 0 <= limit <= _oldest_seconds(signals, consumer)


def _oldest_seconds(signals: Signals, consumer: Consumer) -> float:
    """How old a record was at most when it was read, or handed on."""
    stream, own = signals.series.source, signals.of(consumer.function)
    ages = (stream.iterator_age_milliseconds.peak, own.iterator_age_milliseconds.peak)
    return max(age or 0.0 for age in ages) / 1000


def _runs(errors: Window) -> Iterator[Window]:
    """The failures of minutes on end, oldest first: the attempts of a batch follow each other."""
    at = errors.start
    for fails, minutes in groupby(errors.samples, key=bool):
        run = Window(errors.metric, at, tuple(minutes))
        at = run.end
        if fails:
            yield run


def _within(window: Window, run: Window) -> tuple[float | None, ...]:
    first = int((run.start - window.start).total_seconds()) // window.metric.period_seconds
    return window.samples[first : first + len(run.samples)]


def _passed(signals: Signals, consumer: Consumer) -> float:
    series = signals.of(consumer.function)
    done = series.invocations.last(DROPPED_SECONDS).total
    return max(0.0, done - series.errors.last(DROPPED_SECONDS).total)


def _records_in_a_batch(signals: Signals, consumer: Consumer, batches: float) -> float:
    """Of those that came in, as many as fall to each batch. One where that may be too many: of a
    batch that is bisected Lambda discards single records, and a filter leaves some out."""
    mapping = consumer.mapping
    is_bisected = mapping.bisect_batch_on_function_error and _passed(signals, consumer)
    if is_bisected or mapping.reading.has_filter or not batches:
        return 1.0
    came = signals.series.source.incoming_records.last(DROPPED_SECONDS).total
    return min(float(mapping.batch_size), max(1.0, came / batches))
