"""From the vitals of a pipeline to the causes of its illness, in the order of cure."""

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
from tidegate.rules.kinds.lambda_mapping.causes import consumer_causes, lanes_in_use
from tidegate.rules.kinds.readings import RECENT_SECONDS, Readings
from tidegate.rules.reason import Reason

__all__ = ["diagnose"]

_ORDER = list(Cause)

LANE_BUSY_SHARE = 0.9
"""Of a minute: between two batches a lane waits for the next poll."""


def diagnose(readings: Readings) -> tuple[Diagnosis, ...]:
    """Every cause that holds now, the one to treat first in front; never empty.

    Without fresh data it is one UNKNOWN, since silence is neither health nor low load, or the
    applications that are stopped. With nothing wrong it is one HEALTHY.
    """
    if readings.vitals.judged_until is None:
        return tuple(stopped_applications(readings)) or (_no_data(readings),)
    causes = [
        *table_causes(readings),
        *consumer_causes(readings),
        *application_causes(readings),
        *stream_causes(readings),
    ]
    if not causes:
        causes = [_nothing_found(readings)]
    return tuple(sorted(causes, key=lambda diagnosis: _ORDER.index(diagnosis.cause)))


def _no_data(readings: Readings) -> Diagnosis:
    seen = readings.vitals.last_seen
    if seen is None:
        evidence: tuple[Reason, ...] = (words.NO_METRICS_YET(),)
    else:
        evidence = (
            words.SILENT_SINCE(seen=seen),
            words.SILENCE_IS_NO_LOW_LOAD(),
        )
    return Diagnosis(
        Cause.UNKNOWN,
        readings.pipeline.name,
        evidence,
        advice="see whether records are written, and whether CloudWatch has a service event",
    )


def _nothing_found(readings: Readings) -> Diagnosis:
    name, age = readings.pipeline.name, readings.age_seconds
    if readings.is_out_of_objective and not readings.age_is_sick:
        evidence = (words.BACKLOG_DRAINS(age_name=readings.age_name, age=age),)
        return Diagnosis(Cause.HEALTHY, name, evidence)
    if readings.age_is_sick and (readings.is_settling or _has_lately_resharded(readings)):
        evidence = (
            words.SETTLING(
                age_name=readings.age_name, age=age or 0, settling_words=_settling_words(readings)
            ),
        )
        return Diagnosis(Cause.HEALTHY, name, evidence)
    if readings.age_is_sick and readings.is_out_of_objective:
        return Diagnosis(
            Cause.UNKNOWN,
            name,
            (
                words.AGE_GROWS(
                    age_name=readings.age_name, age=age or 0, age_growth=readings.age_growth * 60
                ),
                words.NOTHING_AT_A_LIMIT(),
                *(lanes_in_use(readings, each) for each in readings.pipeline.consumers),
                *_unconfirmed(readings),
            ),
            advice=_where_to_look(readings),
        )
    in_order = (
        words.AGE_UNKNOWN(age_name=readings.age_name)
        if age is None
        else words.IN_ORDER(age_name=readings.age_name, age=age)
    )
    return Diagnosis(Cause.HEALTHY, name, (in_order, *_unconfirmed(readings)))


def _unconfirmed(readings: Readings) -> Iterator[Reason]:
    """What the newest minute tells of the age where no second one confirms it."""
    newest = readings.vitals.stream.iterator_age_milliseconds.last(RECENT_SECONDS).latest
    if newest is not None and newest / 1000 != readings.age_seconds:
        yield (words.UNCONFIRMED_AGE(newest=newest / 1000))


def _settling_words(readings: Readings) -> Reason:
    for application in readings.pipeline.applications:
        if readings.has_just_started(application):
            state = application.status if application.is_changing else "only just running again"
            return words.CATCHING_UP(name=application.name, state=state)
    return words.CHANGE_NOT_SEEN_YET(changed_at=readings.changed_at)


def _has_lately_resharded(readings: Readings) -> bool:
    """Whether an application may still be reading the parents of a reshard to their end."""
    return bool(readings.pipeline.applications) and readings.changed_within(RESHARD_SECONDS)


def _is_reading(readings: Readings, consumer: Consumer) -> bool:
    """Whether at least one lane is busy all the time, as each with records to read is."""
    return readings.busy_concurrency(consumer) >= LANE_BUSY_SHARE


def _where_to_look(readings: Readings) -> str:
    if any(_is_reading(readings, consumer) for consumer in readings.pipeline.consumers):
        return (
            "what waits is in few lanes, and a key's records are all in one, whatever the factor: "
            "see which key came so often, and spread it over several partition keys"
        )
    if readings.pipeline.consumers:
        return "see whether the event source mapping is reading: its state, its last result"
    looking = "look at the job's tasks in the Flink dashboard, and at the application's log"
    if all(each.busy.present for each in readings.vitals.applications.values()):
        return looking
    return f"{looking}; the metrics level TASK would tell how busy each task is"
