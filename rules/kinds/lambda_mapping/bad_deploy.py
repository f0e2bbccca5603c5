"""A function that fails, or takes twice as long, from one minute on: what was deployed then is to
be rolled back.

No metric of Lambda's tells an exception from a lack of memory: both are Errors. The log does.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import takewhile
from statistics import median

from tidegate.rules.cause import Cause, Diagnosis
from tidegate.rules.kinds.lambda_mapping import words
from tidegate.rules.kinds.lambda_mapping.concurrency import executions
from tidegate.rules.kinds.lambda_mapping.moments import moment_of
from tidegate.rules.kinds.lambda_mapping.records_dropped import discards
from tidegate.rules.kinds.lambda_mapping.state import Consumer
from tidegate.rules.kinds.signals import RECENT_SECONDS, Signals
from tidegate.rules.kinds.uncut import uncut
from tidegate.rules.reason import Reason
from tidegate.rules.window import LATE_SECONDS

__all__ = ["bad_deploy"]

KNOWN_MINUTES = 10
"""With invocations, before it can be said what was before."""
HELD_MINUTES = 2
FITS_SECONDS = 900
"""From a change of the function to its first failure: the longest invocation of the version before
it goes on so long (Lambda quotas)."""
_FITS = timedelta(seconds=FITS_SECONDS)
_MINUTE = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class _Minute:
    """Of a function that was invoked in it; ``records`` are those read from the stream."""

    at: datetime
    invocations: float
    errors: float
    milliseconds: float
    records: float


@dataclass(frozen=True, slots=True)
class _Failing:
    """Minutes on end in which nearly all invocations failed, to the newest, and those before."""

    minutes: list[_Minute]
    before: list[_Minute]

    @property
    def since(self) -> datetime:
        return self.minutes[0].at


def bad_deploy(signals: Signals, consumer: Consumer) -> Iterator[Diagnosis]:
    """By the newest minutes of the function: what it no longer writes is silent, and is waited for
    as if it were late. Named after two of them where the function was changed just before, else
    when the tables must have told what they throttled.

    Where all fails capacity is pointless; where the function is merely slower more executions
    carry the load until it is rolled back.
    """
    if not _may_be(signals, consumer):
        return
    newest = uncut(signals)
    if newest.is_throttled_downstream(consumer):
        return
    minutes = list(_minutes(newest, consumer))
    failing = _failing(signals, minutes)
    if failing is not None and _is_of_the_function(newest, consumer, failing):
        yield _fails(consumer, failing)
        return
    slower = _slower(consumer, minutes)
    if slower >= signals.thresholds["deploy-slower"]:
        yield _is_slower(consumer, slower)


def _may_be(signals: Signals, consumer: Consumer) -> bool:
    """A first look, which most sweeps are done with."""
    errors, changed = signals.of(consumer.function).errors, moment_of(consumer.function.modified)
    newest = signals.series.windows.get(errors.metric, errors)
    failed = newest.last(RECENT_SECONDS + LATE_SECONDS).latest
    return bool(failed) or (changed is not None and changed > errors.start)


def _minutes(signals: Signals, consumer: Consumer) -> Iterator[_Minute]:
    series = signals.of(consumer.function)
    columns = (
        series.errors.samples,
        series.duration_sum_milliseconds.samples,
        signals.series.source.read_records.samples,
    )
    at = series.invocations.start
    for invocations, *others in zip(series.invocations.samples, *columns, strict=True):
        if invocations and others[0] is not None:
            errors, milliseconds, records = [each or 0.0 for each in others]
            yield _Minute(at, invocations, errors, milliseconds, records)
        at += _MINUTE


def _failing(signals: Signals, minutes: list[_Minute]) -> _Failing | None:
    share, end = signals.thresholds["deploy-failing"], signals.series.source.incoming_records.end
    recent = end - timedelta(seconds=RECENT_SECONDS)
    run = takewhile(lambda each: each.errors >= share * each.invocations, reversed(minutes))
    count = sum(1 for _ in run)
    if count < HELD_MINUTES or minutes[-1].at < recent:
        return None
    found = _Failing(minutes[-count:], minutes[:-count])
    if sum(each.errors for each in found.minutes) < signals.thresholds["deploy-counted"]:
        return None
    known = found.before or found.minutes
    passed_before = _failed(found.before) < signals.thresholds["function-failing"]
    return found if len(known) >= KNOWN_MINUTES and passed_before else None


def _failed(minutes: list[_Minute]) -> float:
    """The share of invocations, 0..1."""
    done = sum(each.invocations for each in minutes)
    return sum(each.errors for each in minutes) / done if done else 0.0


def _is_of_the_function(signals: Signals, consumer: Consumer, failing: _Failing) -> bool:
    """Where there is one batch at a time, a bad record makes every invocation fail as well, unless
    it is given up. What comes near the timeout has that for a cause."""
    if _fits(consumer, failing.since):
        return True
    if len(failing.minutes) * 60 < LATE_SECONDS:
        return False
    longest = signals.of(consumer.function).duration_maximum_milliseconds.last(RECENT_SECONDS).peak
    near = signals.thresholds["duration-near-timeout"] * consumer.function.timeout_seconds * 1000
    is_one = executions(signals, consumer) == 1 and not discards(consumer.mapping)
    return not is_one and (longest or 0.0) < near


def _fits(consumer: Consumer, since: datetime) -> bool:
    changed = moment_of(consumer.function.modified)
    return changed is not None and since - _FITS <= changed < since + _MINUTE


def _slower(consumer: Consumer, minutes: list[_Minute]) -> float:
    """How many times as long a record takes since the function was changed. A batch has to take as
    many times as long: of fewer records in a batch each takes longer, of more the batch does."""
    changed = moment_of(consumer.function.modified)
    if changed is None or consumer.mapping.reading.other_sources:
        return 0.0
    read = [each for each in minutes if each.records and each.milliseconds]
    before = [each for each in read if each.at + _MINUTE <= changed]
    after = [each for each in read if each.at >= changed]
    if len(before) < KNOWN_MINUTES or len(after) < HELD_MINUTES:
        return 0.0
    of_records = [each.milliseconds / each.records for each in before]
    of_batches = [each.milliseconds / each.invocations for each in before]
    return min(
        median(each.milliseconds / each.records for each in after) / median(of_records),
        median(each.milliseconds / each.invocations for each in after) / median(of_batches),
    )


def _fails(consumer: Consumer, failing: _Failing) -> Diagnosis:
    name = consumer.function.name
    told = words.NEARLY_ALL_FAIL(
        name=name,
        failed=_failed(failing.minutes),
        since=failing.since,
        before=_failed(failing.before),
        minutes=len(failing.before),
    )
    if not failing.before:
        told = words.ALL_FAIL_FOR_LONG(
            name=name, failed=_failed(failing.minutes), since=failing.since
        )
    changed = _changed(consumer, failing.since)
    log = (
        f"the log of {name} tells an exception from a lack of memory, for which `tidegate memory "
        f"{name}` has the size"
    )
    rolled = f"roll {name} back to the version before {failing.since:%H:%M}, or what it calls"
    return Diagnosis(Cause.BAD_DEPLOY, name, (told, *changed), advice=f"{rolled}; {log}")


def _is_slower(consumer: Consumer, times: float) -> Diagnosis:
    name, changed = consumer.function.name, moment_of(consumer.function.modified)
    return Diagnosis(
        Cause.BAD_DEPLOY,
        name,
        (words.TAKES_LONGER(name=name, times=times, changed=changed),),
        advice=(
            f"roll {name} back to the version before {changed:%H:%M}, or see what takes longer in "
            f"it: its invocations cost {times:.1f} times as much for each record"
        ),
        holds_raises=False,
    )


def _changed(consumer: Consumer, since: datetime) -> tuple[Reason, ...]:
    """When the function was last changed, where that explains the moment or comes after it."""
    changed = moment_of(consumer.function.modified)
    if changed is None or changed < since - _FITS:
        return ()
    return (words.FUNCTION_CHANGED(name=consumer.function.name, changed=changed),)
