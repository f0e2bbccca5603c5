"""Causes that sit in a Flink application: it fails, is held back, is uneven or too small."""

from collections.abc import Iterator

from tidegate.rules.cause import Cause, Diagnosis, LeverKind
from tidegate.rules.graph import FlinkApplication
from tidegate.rules.kinds.flink_application import words
from tidegate.rules.kinds.flink_application.checkpoints import checkpoint_trouble
from tidegate.rules.kinds.flink_application.failures import (
    crash_loop,
    heap_pressure,
    is_stopped,
    silent,
    stopped_applications,
)
from tidegate.rules.kinds.flink_application.metrics import ApplicationVitals
from tidegate.rules.kinds.readings import SATURATED_SHARE, Readings, mean
from tidegate.rules.reason import Reason

__all__ = ["RESHARD_SECONDS", "application_causes"]

BUSIEST_SHARE = 0.9
HELD_BACK_SHARE = 0.5
"""Flink calls a back-pressure of more than 50 % of the time high (monitoring back pressure)."""

UNEVEN_SHARE = 0.7


RESHARD_SECONDS = 600
"""After a reshard the parents are read to their end by a part of the subtasks."""


def application_causes(readings: Readings) -> Iterator[Diagnosis]:
    """What ails each application by itself; the first of its causes explains the others, but for
    checkpoints that fail, which keep one that is too small from its cure."""
    yield from stopped_applications(readings)
    for application in readings.pipeline.applications:
        if is_stopped(application):
            continue
        found = next(filter(None, map(tuple, _explanations(readings, application))), ())
        yield from found
        if any(each.cause is Cause.PARALLELISM_TOO_LOW for each in found):
            yield from checkpoint_trouble(readings, application)


def _explanations(
    readings: Readings, application: FlinkApplication
) -> Iterator[Iterator[Diagnosis]]:
    yield silent(readings, application)
    yield heap_pressure(readings, application)
    yield crash_loop(readings, application)
    if readings.has_just_started(application) or readings.is_settling:
        return
    if readings.age_is_sick and not readings.is_throttled_downstream(application):
        yield _held_back(readings, application)
        if not readings.changed_within(RESHARD_SECONDS):
            yield _uneven(readings, application)
        yield _too_low(readings, application)
    yield checkpoint_trouble(readings, application)


def _held_back(readings: Readings, application: FlinkApplication) -> Iterator[Diagnosis]:
    vitals = readings.application(application)
    held_back, busy = mean(vitals.back_pressured), mean(vitals.busy)
    if held_back is None or held_back < HELD_BACK_SHARE * 1000:
        return
    if busy is not None and busy >= SATURATED_SHARE * 1000:
        return
    tables = ", ".join(table.name for table in application.tables)
    known = f"; {tables} throttled nothing" if tables else ""
    yield Diagnosis(
        Cause.SINK_BACK_PRESSURE,
        application.name,
        (
            words.BACK_PRESSURED(
                name=application.name, held_back=held_back, busy=busy or 0, known=known
            ),
            _age(readings),
        ),
        advice=(
            "its sink takes no more: more parallelism would only wait as well; see the sink's own "
            "throttles and limits, and write in larger batches"
        ),
    )


def _age(readings: Readings) -> Reason:
    growth = readings.age_growth * 60
    verb = "growing" if growth >= 0 else "falling"
    return words.AGE(
        age_name=readings.age_name,
        age_seconds=readings.age_seconds or 0,
        verb=verb,
        abs=abs(growth),
    )


def _busiest(vitals: ApplicationVitals) -> float:
    """Of the busiest subtask, 0..1; by the hottest task manager where busy time isn't published."""
    busiest = mean(vitals.busiest)
    return (mean(vitals.hottest_cpu_percent) or 0.0) / 100 if busiest is None else busiest / 1000


def _uneven(readings: Readings, application: FlinkApplication) -> Iterator[Diagnosis]:
    busiest = _busiest(readings.application(application))
    used = readings.utilization(application) or 0.0
    if busiest < BUSIEST_SHARE or used > UNEVEN_SHARE * busiest:
        return
    sources = application.partitions or readings.pipeline.stream.shard_count
    parts = "partitions" if readings.pipeline.stream.is_topic else "shards"
    evidence = (
        words.BUSIEST_SUBTASK(busiest=busiest, parallelism=application.parallelism, used=used),
        _age(readings),
    )
    share = sources / application.parallelism
    if sources and share < 1 and 0.6 * share <= used / busiest <= 1.2 * share:
        yield _source_too_narrow(readings, application, sources, parts, evidence)
        return
    yield Diagnosis(
        Cause.SKEWED_KEY,
        application.name,
        evidence,
        advice=(
            "one key is worked on by one subtask, so more parallelism does not help: aggregate "
            "in two steps (first by key and a random part, then by key), or filter the hot key out"
        ),
    )


def _source_too_narrow(
    readings: Readings,
    application: FlinkApplication,
    sources: int,
    parts: str,
    evidence: tuple[Reason, ...],
) -> Diagnosis:
    stream = readings.pipeline.stream
    told = (
        words.SOURCE_PARTS(
            name=stream.name, sources=sources, parts=parts, parallelism=application.parallelism
        ),
        *evidence,
    )
    if stream.is_provisioned:
        cure = (LeverKind.SHARD_COUNT,)
        return Diagnosis(Cause.SOURCE_TOO_NARROW, stream.name, told, cured_by=cure)
    advice = f"give {stream.name} more {parts}, or redistribute the records right after the source"
    return Diagnosis(Cause.SOURCE_TOO_NARROW, stream.name, told, advice=advice)


def _too_low(readings: Readings, application: FlinkApplication) -> Iterator[Diagnosis]:
    used = readings.utilization(application) or 0.0
    if used < SATURATED_SHARE:
        return
    by = "busy" if mean(readings.application(application).busy) is not None else "at its CPU's end"
    yield Diagnosis(
        Cause.PARALLELISM_TOO_LOW,
        application.name,
        (
            words.SUBTASKS_BUSY(
                name=application.name, by=by, used=used, parallelism=application.parallelism
            ),
            _age(readings),
            words.SUBTASKS_ALIKE(),
        ),
        cured_by=(LeverKind.PARALLELISM,),
    )
