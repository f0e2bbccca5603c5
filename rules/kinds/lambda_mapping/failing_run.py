"""Minutes on end, up to the newest, in which nearly all invocations failed, or many of them."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import takewhile

from tidegate.rules.kinds.lambda_mapping import words
from tidegate.rules.kinds.lambda_mapping.moments import moment_of
from tidegate.rules.kinds.lambda_mapping.state import Consumer, Function
from tidegate.rules.kinds.signals import RECENT_SECONDS, Signals
from tidegate.rules.reason import Reason

__all__ = [
    "HELD_MINUTES",
    "KNOWN_MINUTES",
    "FailingRun",
    "Minute",
    "changed_words",
    "failed_share",
    "failing_run",
    "fits",
    "how_many_fail",
    "minutes_of",
    "passed_minutes",
]

HELD_MINUTES = 2
KNOWN_MINUTES = 10
"""With invocations, before it can be said what was before."""
FITS_SECONDS = 900
"""From a change of the function to its first failure: the longest invocation of the version before
it goes on so long (Lambda quotas)."""
_FITS = timedelta(seconds=FITS_SECONDS)
_MINUTE = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Minute:
    """Of a function that was invoked in it; ``records`` are those that it read itself, and
    ``memory_percent`` the most that an invocation used, None where Lambda Insights doesn't tell."""

    at: datetime
    invocations: float
    errors: float
    milliseconds: float
    records: float
    memory_percent: float | None = None


@dataclass(frozen=True, slots=True)
class FailingRun:
    """The minutes in which so many invocations failed, to the newest, and those before."""

    minutes: list[Minute]
    before: list[Minute]

    @property
    def since(self) -> datetime:
        """The first of them."""
        return self.minutes[0].at


def minutes_of(signals: Signals, consumer: Consumer) -> Iterator[Minute]:
    """Those in which the function was invoked."""
    series = signals.of(consumer.function)
    columns = (
        series.errors.samples,
        series.duration_sum_milliseconds.samples,
        signals.reads_of_each.samples,
    )
    memory = {} if series.memory_percent is None else dict(series.memory_percent.points())
    at = series.invocations.start
    for invocations, *others in zip(series.invocations.samples, *columns, strict=True):
        if invocations and others[0] is not None:
            errors, milliseconds, records = [each or 0.0 for each in others]
            yield Minute(at, invocations, errors, milliseconds, records, memory.get(at))
        at += _MINUTE


def failing_run(signals: Signals, minutes: list[Minute], share: float) -> FailingRun | None:
    """By the ``share`` of each minute's invocations. None where it has not held for two minutes,
    ended, or is so few failures that they may be chance."""
    end = signals.series.source.incoming_records.end
    recent = end - timedelta(seconds=RECENT_SECONDS)
    run = takewhile(lambda each: each.errors >= share * each.invocations, reversed(minutes))
    count = sum(1 for _ in run)
    if count < HELD_MINUTES or minutes[-1].at < recent:
        return None
    found = FailingRun(minutes[-count:], minutes[:-count])
    failed = sum(each.errors for each in found.minutes)
    return found if failed >= signals.thresholds["deploy-counted"] else None


def passed_minutes(signals: Signals, minutes: list[Minute]) -> list[Minute]:
    """Those in which fewer failed than tells of anything."""
    share = signals.thresholds["function-failing"]
    return [each for each in minutes if each.errors < share * each.invocations]


def failed_share(minutes: list[Minute]) -> float:
    """The share of invocations, 0..1."""
    done = sum(each.invocations for each in minutes)
    return sum(each.errors for each in minutes) / done if done else 0.0


def how_many_fail(name: str, run: FailingRun) -> Reason:
    """The share of a run, since when, and what failed before, where that is known."""
    failed = failed_share(run.minutes)
    if not run.before:
        return words.ALL_FAIL_FOR_LONG(name=name, failed=failed, since=run.since)
    return words.NEARLY_ALL_FAIL(
        name=name,
        failed=failed,
        since=run.since,
        before=failed_share(run.before),
        minutes=len(run.before),
    )


def fits(function: Function, since: datetime) -> bool:
    """Whether a change of the function explains what fails from that minute on."""
    changed = moment_of(function.modified)
    return changed is not None and since - _FITS <= changed < since + _MINUTE


def changed_words(function: Function, since: datetime) -> tuple[Reason, ...]:
    """When the function was last changed, where that explains the moment or comes after it."""
    changed = moment_of(function.modified)
    if changed is None or changed < since - _FITS:
        return ()
    return (words.FUNCTION_CHANGED(name=function.name, changed=changed),)
