"""From the vitals of a pipeline to the causes of its illness, in the order of cure."""

from collections.abc import Iterator

from tidegate.rules.cause import Cause, Diagnosis
from tidegate.rules.graph import Consumer
from tidegate.rules.kinds.dynamodb_table.causes import table_causes
from tidegate.rules.kinds.flink_application.causes import (
    RESHARD_SECONDS,
    application_causes,
    stopped_applications,
)
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
        evidence: tuple[Reason, ...] = (
            Reason.of("no-metrics-yet", "CloudWatch has no metrics of this pipeline yet"),
        )
    else:
        evidence = (
            Reason.of("silent-since", "no metric of any layer since {seen:%H:%M}", seen=seen),
            Reason.of(
                "silence-is-no-low-load",
                "silence is not low load: nothing is changed until data returns",
            ),
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
        evidence = (
            Reason.of(
                "backlog-drains",
                "the backlog is draining: {age_name} {age:.0f} s, and falling",
                age_name=readings.age_name,
                age=age,
            ),
        )
        return Diagnosis(Cause.HEALTHY, name, evidence)
    if readings.age_is_sick and (readings.is_settling or _has_lately_resharded(readings)):
        evidence = (
            Reason.of(
                "settling",
                "{age_name} {age:.0f} s; {settling_words}",
                age_name=readings.age_name,
                age=age or 0,
                settling_words=_settling_words(readings),
            ),
        )
        return Diagnosis(Cause.HEALTHY, name, evidence)
    if readings.age_is_sick and readings.is_out_of_objective:
        return Diagnosis(
            Cause.UNKNOWN,
            name,
            (
                Reason.of(
                    "age-grows",
                    "the {age_name} is {age:.0f} s and grows by {age_growth:.0f} s a minute",
                    age_name=readings.age_name,
                    age=age or 0,
                    age_growth=readings.age_growth * 60,
                ),
                Reason.of(
                    "nothing-at-a-limit",
                    "no layer is at a limit, nothing fails and nothing is throttled",
                ),
                *(lanes_in_use(readings, each) for each in readings.pipeline.consumers),
                *_unconfirmed(readings),
            ),
            advice=_where_to_look(readings),
        )
    in_order = (
        Reason.of(
            "age-unknown", "{age_name} unknown, no layer at its limit", age_name=readings.age_name
        )
        if age is None
        else Reason.of(
            "in-order",
            "{age_name} {age:.0f} s, no layer at its limit",
            age_name=readings.age_name,
            age=age,
        )
    )
    return Diagnosis(Cause.HEALTHY, name, (in_order, *_unconfirmed(readings)))


def _unconfirmed(readings: Readings) -> Iterator[Reason]:
    """What the newest minute tells of the age where no second one confirms it."""
    newest = readings.vitals.stream.iterator_age_milliseconds.last(RECENT_SECONDS).latest
    if newest is not None and newest / 1000 != readings.age_seconds:
        yield (
            Reason.of(
                "unconfirmed-age",
                "it is {newest:.0f} s in the newest minute alone: nothing is concluded from "
                "that until a second minute confirms it",
                newest=newest / 1000,
            )
        )


def _settling_words(readings: Readings) -> Reason:
    for application in readings.pipeline.applications:
        if readings.has_just_started(application):
            state = application.status if application.is_changing else "only just running again"
            return Reason.of(
                "catching-up",
                "{name} is {state}, and has yet to catch up",
                name=application.name,
                state=state,
            )
    return Reason.of(
        "change-not-seen-yet",
        "the change of {changed_at:%H:%M} does not show in the metrics yet",
        changed_at=readings.changed_at,
    )


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
