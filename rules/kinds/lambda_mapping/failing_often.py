"""Batches that fail often and pass at a later attempt: none of them blocks its shard for good."""

from collections.abc import Iterator

from tidegate.rules.cause import Cause, Diagnosis
from tidegate.rules.kinds.lambda_mapping import words
from tidegate.rules.kinds.lambda_mapping.failing_run import (
    KNOWN_MINUTES,
    FailingRun,
    changed_words,
    failed_share,
    failing_run,
    how_many_fail,
    minutes_of,
)
from tidegate.rules.kinds.lambda_mapping.out_of_memory import exception_or_memory
from tidegate.rules.kinds.lambda_mapping.poison import is_near_timeout
from tidegate.rules.kinds.lambda_mapping.records_dropped import discards
from tidegate.rules.kinds.lambda_mapping.state import Consumer
from tidegate.rules.kinds.signals import Signals

__all__ = ["failing_often"]

COMPARED_MINUTES = 5
"""Over which the iterator age is compared: longer than the pause before a retry."""


def failing_often(signals: Signals, consumer: Consumer) -> Iterator[Diagnosis]:
    """A function that fails from one minute on, as when a service that it calls answers with
    errors, while the age grows by less than time passes. A batch that is never given up makes it
    grow as fast as that."""
    if not signals.age_is_sick or discards(consumer.mapping) or is_near_timeout(signals, consumer):
        return
    share = signals.thresholds["function-failing"]
    run = failing_run(signals, [*minutes_of(signals, consumer)], share)
    if run is None or not _is_known(run, share):
        return
    growth, name = _growth(signals, run), consumer.function.name
    if growth is None or growth >= signals.thresholds["iterator-age-standing-still"]:
        return
    yield Diagnosis(
        Cause.BAD_DEPLOY,
        name,
        (
            how_many_fail(name, run),
            words.BATCHES_PASS_LATER(seconds_per_minute=growth * 60),
            *changed_words(consumer.function, run.since),
        ),
        advice=(
            f"find what {name} calls that fails since {run.since:%H:%M}, or roll it back to the "
            "version before that; more capacity does not help what fails; "
            f"{exception_or_memory(signals, consumer)}"
        ),
    )


def _is_known(run: FailingRun, share: float) -> bool:
    """Whether it has a beginning before which hardly anything failed, or lies before all that is
    known."""
    enough = len(run.before or run.minutes) >= KNOWN_MINUTES
    return enough and failed_share(run.before) < share


def _growth(signals: Signals, run: FailingRun) -> float | None:
    """Seconds of iterator age gained per second over the newest minutes of the run; None where too
    few tell an age."""
    first = run.minutes[-COMPARED_MINUTES:][0].at
    ages = [age for age in signals.ages if age.at >= first]
    if len(ages) < 2:
        return None
    before, newest = ages[0], ages[-1]
    return (newest.seconds - before.seconds) / (newest.at - before.at).total_seconds()
