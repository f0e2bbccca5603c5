"""From the series of a pipeline to the causes of its incident, in the order of cure."""

from collections.abc import Iterator, Sequence
from itertools import islice

from tidegate.rules.cause import Cause, Diagnosis
from tidegate.rules.diagnosis import words
from tidegate.rules.kinds.flink_application.state import RESHARD_SECONDS, applications_of
from tidegate.rules.kinds.lambda_mapping.state import Consumer, consumers_of
from tidegate.rules.kinds.signal_kind import SignalKind
from tidegate.rules.kinds.signals import RECENT_SECONDS, Signals
from tidegate.rules.reason import Reason

__all__ = ["diagnose"]

_ORDER = list(Cause)

NOT_READ_MAX = 3
"""Metrics named as not read: where one fails, many may."""

EXECUTION_BUSY_SHARE = 0.9
"""Of a minute: between two batches a concurrent execution waits for the next poll."""


def diagnose(signals: Signals) -> tuple[Diagnosis, ...]:
    """Every cause that holds now, the one to treat first in front; never empty.

    Without fresh data it is one UNKNOWN, since silence is neither health nor low load, or what is
    stopped or can't be written. With nothing wrong it is one HEALTHY. What CloudWatch failed to
    read is one UNKNOWN beside the others.
    """
    kinds = _kinds(signals)
    unread = tuple(_not_read(signals))
    if signals.series.judged_until is None:
        told = tuple(each for kind in kinds for each in kind.causes_without_metrics(signals))
        return told or unread or (_no_data(signals),)
    found = [(kind, each) for kind in kinds for each in kind.causes(signals)]
    causes = [*unread, *_not_of_a_sink(signals, found)]
    if not causes:
        causes = [_nothing_found(signals)]
    return tuple(sorted(causes, key=lambda diagnosis: _ORDER.index(diagnosis.cause)))


def _kinds(signals: Signals) -> Sequence[SignalKind]:
    return signals.pipeline.kinds.signals


def _not_of_a_sink(
    signals: Signals, found: list[tuple[SignalKind, Diagnosis]]
) -> Iterator[Diagnosis]:
    """Without what is found in a processor whose sink can't be written, where its kind fails with
    its sinks. By the kind, since a stream, a function and a table may have the same name."""
    gone = {each.where for _, each in found if each.cause is Cause.TABLE_UNAVAILABLE}
    blocked = {
        each.name
        for each in signals.pipeline.processors
        if gone.intersection(sink.name for sink in each.writes)
    }
    for kind, each in found:
        explained = kind.fails_with_its_sinks and each.where in blocked
        if each.cause is Cause.UNKNOWN or not explained:
            yield each


def _not_read(signals: Signals) -> Iterator[Diagnosis]:
    unread = signals.series.unread
    if not unread:
        return
    told = (
        words.NOT_READ(
            metric=each.metric.name,
            where="/".join(value for _, value in each.metric.dimensions) or "the account",
            why=each.unread,
        )
        for each in unread
    )
    yield Diagnosis(
        Cause.UNKNOWN,
        signals.pipeline.name,
        (*islice(told, NOT_READ_MAX), words.NOT_READ_IS_NOT_ZERO()),
        advice="see whether CloudWatch has a service event, and whether all metrics may be read",
    )


def _no_data(signals: Signals) -> Diagnosis:
    seen = signals.series.last_seen
    if seen is None:
        evidence: tuple[Reason, ...] = (words.NO_METRICS_YET(),)
    else:
        evidence = (
            words.SILENT_SINCE(seen=seen),
            words.SILENCE_IS_NO_LOW_LOAD(),
        )
    return Diagnosis(
        Cause.UNKNOWN,
        signals.pipeline.name,
        evidence,
        advice="check whether records are written, and whether CloudWatch has a service event",
    )


def _nothing_found(signals: Signals) -> Diagnosis:
    name, age = signals.pipeline.name, signals.age_seconds
    if signals.is_out_of_objective and not signals.age_is_sick:
        evidence = (words.BACKLOG_DRAINS(age_name=signals.age_name, age_seconds=age),)
        return Diagnosis(Cause.HEALTHY, name, evidence)
    if signals.age_is_sick and (signals.is_in_cooldown or _has_lately_resharded(signals)):
        evidence = (
            words.SETTLING(
                age_name=signals.age_name,
                age_seconds=age or 0,
                settling_words=_settling_words(signals),
            ),
        )
        return Diagnosis(Cause.HEALTHY, name, evidence)
    if signals.age_is_sick and signals.is_out_of_objective:
        return Diagnosis(
            Cause.UNKNOWN,
            name,
            (
                words.AGE_GROWS(
                    age_name=signals.age_name,
                    age_seconds=age or 0,
                    seconds_per_minute=signals.age_growth * 60,
                ),
                words.NOTHING_AT_A_LIMIT(),
                *(each for kind in _kinds(signals) for each in kind.in_use(signals)),
                *_unconfirmed(signals),
            ),
            advice=_where_to_look(signals),
        )
    return _as_shown(signals)


def _as_shown(signals: Signals) -> Diagnosis:
    """HEALTHY with what shows it of every reader; UNKNOWN where nothing shows it of one."""
    name, age = signals.pipeline.name, signals.age_seconds
    in_order = (
        words.AGE_UNKNOWN(age_name=signals.age_name)
        if age is None
        else words.IN_ORDER(age_name=signals.age_name, age_seconds=age)
    )
    shown = [each for kind in _kinds(signals) for each in kind.reading_shown(signals)]
    evidence = (in_order, *(each for each in shown if each), *_unconfirmed(signals))
    if signals.is_in_cooldown or (None not in shown and (age is not None or _ages_show(signals))):
        return Diagnosis(Cause.HEALTHY, name, evidence)
    return Diagnosis(
        Cause.UNKNOWN, name, (*evidence, words.NOT_SHOWN()), advice=_where_to_look(signals)
    )


def _ages_show(signals: Signals) -> bool:
    """Whether the functions' own ages tell that they keep up, or nothing comes in to be read."""
    told = [
        signals.function(each).iterator_age_milliseconds.last(RECENT_SECONDS).latest
        for each in consumers_of(signals.pipeline)
    ]
    most = signals.iterator_age_max_seconds
    if told and all(age is not None and age / 1000 <= most for age in told):
        return True
    came = signals.series.source.incoming_records.last(RECENT_SECONDS).present
    return bool(came) and not any(came)


def _unconfirmed(signals: Signals) -> Iterator[Reason]:
    """The age of the newest minute where no second one confirms it."""
    newest = signals.series.source.iterator_age_milliseconds.last(RECENT_SECONDS).latest
    if newest is not None and newest / 1000 != signals.age_seconds:
        yield words.UNCONFIRMED_AGE(age_name=signals.age_name, newest_seconds=newest / 1000)


def _settling_words(signals: Signals) -> Reason:
    for application in applications_of(signals.pipeline):
        if signals.has_just_started(application):
            state = application.status if application.is_changing else "RUNNING again"
            return words.CATCHING_UP(name=application.name, state=state)
    return words.CHANGE_NOT_SEEN_YET(changed_at=signals.changed_at)


def _has_lately_resharded(signals: Signals) -> bool:
    """Whether an application may still be reading the parents of a reshard to their end."""
    return bool(applications_of(signals.pipeline)) and signals.changed_within(RESHARD_SECONDS)


def _is_reading(signals: Signals, consumer: Consumer) -> bool:
    """Whether at least one concurrent execution is busy all the time, as each with records is."""
    return signals.busy_concurrency(consumer) >= EXECUTION_BUSY_SHARE


def _where_to_look(signals: Signals) -> str:
    if any(_is_reading(signals, consumer) for consumer in consumers_of(signals.pipeline)):
        return (
            "few concurrent executions are busy, and one of them reads all records of a partition "
            "key, whatever the factor: find the most frequent key, and spread its records over "
            "several partition keys"
        )
    if consumers_of(signals.pipeline):
        return "check the state and the last processing result of the event source mapping"
    looking = "check the job's tasks in the Flink dashboard, and the application's log"
    if all(each.busy.present for each in signals.series.applications.values()):
        return looking
    return f"{looking}; set the metrics level to TASK to see how busy each task is"
