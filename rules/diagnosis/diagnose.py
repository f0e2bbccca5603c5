"""From the series of a pipeline to the causes of its illness, in the order of cure."""

from collections.abc import Iterator

from tidegate.rules.cause import Cause, Diagnosis
from tidegate.rules.diagnosis import words
from tidegate.rules.graph import Consumer
from tidegate.rules.kinds.dynamodb_table.causes import table_causes
from tidegate.rules.kinds.flink_application.causes import (
    RESHARD_SECONDS,
    application_causes,
)
from tidegate.rules.kinds.flink_application.failures import stopped_applications
from tidegate.rules.kinds.kinesis_stream.causes import stream_causes
from tidegate.rules.kinds.lambda_mapping.causes import consumer_causes, executions_in_use
from tidegate.rules.kinds.lambda_mapping.reading import reading_shown
from tidegate.rules.kinds.signals import RECENT_SECONDS, Signals
from tidegate.rules.reason import Reason

__all__ = ["diagnose"]

_ORDER = list(Cause)

EXECUTION_BUSY_SHARE = 0.9
"""Of a minute: between two batches a lane waits for the next poll."""


def diagnose(signals: Signals) -> tuple[Diagnosis, ...]:
    """Every cause that holds now, the one to treat first in front; never empty.

    Without fresh data it is one UNKNOWN, since silence is neither health nor low load, or the
    applications that are stopped. With nothing wrong it is one HEALTHY.
    """
    if signals.series.judged_until is None:
        return tuple(stopped_applications(signals)) or (_no_data(signals),)
    causes = [
        *table_causes(signals),
        *consumer_causes(signals),
        *application_causes(signals),
        *stream_causes(signals),
    ]
    if not causes:
        causes = [_nothing_found(signals)]
    return tuple(sorted(causes, key=lambda diagnosis: _ORDER.index(diagnosis.cause)))


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
        advice="see whether records are written, and whether CloudWatch has a service event",
    )


def _nothing_found(signals: Signals) -> Diagnosis:
    name, age = signals.pipeline.name, signals.age_seconds
    if signals.is_out_of_objective and not signals.age_is_sick:
        evidence = (words.BACKLOG_DRAINS(age_name=signals.age_name, age=age),)
        return Diagnosis(Cause.HEALTHY, name, evidence)
    if signals.age_is_sick and (signals.is_in_cooldown or _has_lately_resharded(signals)):
        evidence = (
            words.SETTLING(
                age_name=signals.age_name, age=age or 0, settling_words=_settling_words(signals)
            ),
        )
        return Diagnosis(Cause.HEALTHY, name, evidence)
    if signals.age_is_sick and signals.is_out_of_objective:
        return Diagnosis(
            Cause.UNKNOWN,
            name,
            (
                words.AGE_GROWS(
                    age_name=signals.age_name, age=age or 0, age_growth=signals.age_growth * 60
                ),
                words.NOTHING_AT_A_LIMIT(),
                *(executions_in_use(signals, each) for each in signals.pipeline.consumers),
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
        else words.IN_ORDER(age_name=signals.age_name, age=age)
    )
    shown = [reading_shown(signals, each) for each in signals.pipeline.consumers]
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
        for each in signals.pipeline.consumers
    ]
    most = signals.iterator_age_max_seconds
    if told and all(age is not None and age / 1000 <= most for age in told):
        return True
    came = signals.series.stream.incoming_records.last(RECENT_SECONDS).present
    return bool(came) and not any(came)


def _unconfirmed(signals: Signals) -> Iterator[Reason]:
    """What the newest minute tells of the age where no second one confirms it."""
    newest = signals.series.stream.iterator_age_milliseconds.last(RECENT_SECONDS).latest
    if newest is not None and newest / 1000 != signals.age_seconds:
        yield (words.UNCONFIRMED_AGE(newest=newest / 1000))


def _settling_words(signals: Signals) -> Reason:
    for application in signals.pipeline.applications:
        if signals.has_just_started(application):
            state = application.status if application.is_changing else "only just running again"
            return words.CATCHING_UP(name=application.name, state=state)
    return words.CHANGE_NOT_SEEN_YET(changed_at=signals.changed_at)


def _has_lately_resharded(signals: Signals) -> bool:
    """Whether an application may still be reading the parents of a reshard to their end."""
    return bool(signals.pipeline.applications) and signals.changed_within(RESHARD_SECONDS)


def _is_reading(signals: Signals, consumer: Consumer) -> bool:
    """Whether at least one lane is busy all the time, as each with records to read is."""
    return signals.busy_concurrency(consumer) >= EXECUTION_BUSY_SHARE


def _where_to_look(signals: Signals) -> str:
    if any(_is_reading(signals, consumer) for consumer in signals.pipeline.consumers):
        return (
            "what waits is in few lanes, and a key's records are all in one, whatever the factor: "
            "see which key came so often, and spread it over several partition keys"
        )
    if signals.pipeline.consumers:
        return "see whether the event source mapping is reading: its state, its last result"
    looking = "look at the job's tasks in the Flink dashboard, and at the application's log"
    if all(each.busy.present for each in signals.series.applications.values()):
        return looking
    return f"{looking}; the metrics level TASK would tell how busy each task is"
