"""A function that fails, or takes twice as long, from one minute on: what was deployed then is to
be rolled back.
"""

from collections.abc import Iterator
from datetime import timedelta
from statistics import median

from tidegate.rules.cause import Cause, Diagnosis
from tidegate.rules.kinds.lambda_mapping import words
from tidegate.rules.kinds.lambda_mapping.concurrency import executions
from tidegate.rules.kinds.lambda_mapping.failing_run import (
    HELD_MINUTES,
    KNOWN_MINUTES,
    FailingRun,
    Minute,
    changed_words,
    failed_share,
    failing_run,
    fits,
    how_many_fail,
    minutes_of,
)
from tidegate.rules.kinds.lambda_mapping.moments import moment_of
from tidegate.rules.kinds.lambda_mapping.out_of_memory import exception_or_memory
from tidegate.rules.kinds.lambda_mapping.records_dropped import discards
from tidegate.rules.kinds.lambda_mapping.state import Consumer
from tidegate.rules.kinds.signals import RECENT_SECONDS, Signals
from tidegate.rules.kinds.uncut import uncut
from tidegate.rules.window import LATE_SECONDS

__all__ = ["bad_deploy"]

_MINUTE = timedelta(minutes=1)


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
    minutes = list(minutes_of(newest, consumer))
    failing = _from_one_minute_on(signals, minutes)
    if failing is not None and _is_of_the_function(newest, consumer, failing):
        yield _fails(newest, consumer, failing)
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


def _from_one_minute_on(signals: Signals, minutes: list[Minute]) -> FailingRun | None:
    """A run that hardly anything failed before."""
    found = failing_run(signals, minutes, signals.thresholds["deploy-failing"])
    if found is None:
        return None
    known = found.before or found.minutes
    passed_before = failed_share(found.before) < signals.thresholds["function-failing"]
    return found if len(known) >= KNOWN_MINUTES and passed_before else None


def _is_of_the_function(signals: Signals, consumer: Consumer, failing: FailingRun) -> bool:
    """Where there is one batch at a time, a bad record makes every invocation fail as well, unless
    it is given up. What comes near the timeout has that for a cause."""
    if fits(consumer.function, failing.since):
        return True
    if len(failing.minutes) * 60 < LATE_SECONDS:
        return False
    longest = signals.of(consumer.function).duration_maximum_milliseconds.last(RECENT_SECONDS).peak
    near = signals.thresholds["duration-near-timeout"] * consumer.function.timeout_seconds * 1000
    is_one = executions(signals, consumer) == 1 and not discards(consumer.mapping)
    return not is_one and (longest or 0.0) < near


def _slower(consumer: Consumer, minutes: list[Minute]) -> float:
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


def _fails(signals: Signals, consumer: Consumer, failing: FailingRun) -> Diagnosis:
    name = consumer.function.name
    told = how_many_fail(name, failing)
    changed = changed_words(consumer.function, failing.since)
    rolled = f"roll {name} back to the version before {failing.since:%H:%M}, or what it calls"
    advice = f"{rolled}; {exception_or_memory(signals, consumer)}"
    return Diagnosis(Cause.BAD_DEPLOY, name, (told, *changed), advice=advice)


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
