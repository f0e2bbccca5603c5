"""Causes that sit in a Flink application: it fails, is held back, is uneven or too small."""

from collections.abc import Iterator

from tidegate.rules.cause import Cause, Diagnosis, LeverKind
from tidegate.rules.kinds.flink_application import words
from tidegate.rules.kinds.flink_application.checkpoints import checkpoint_trouble
from tidegate.rules.kinds.flink_application.failures import (
    crash_loop,
    heap_pressure,
    is_stopped,
    silent,
    stopped_applications,
)
from tidegate.rules.kinds.flink_application.job import has_just_started, utilization
from tidegate.rules.kinds.flink_application.series import ApplicationSeries
from tidegate.rules.kinds.flink_application.state import (
    RESHARD_SECONDS,
    FlinkApplication,
    applications_of,
)
from tidegate.rules.kinds.kinesis_stream.state import Stream, shard_count_of
from tidegate.rules.kinds.signals import Signals, mean
from tidegate.rules.reason import Reason

__all__ = ["application_causes"]


def application_causes(signals: Signals) -> Iterator[Diagnosis]:
    """The causes of each application by itself; the first of its causes explains the others, but
    for checkpoints that fail, which keep one that is too small from its cure."""
    yield from stopped_applications(signals)
    for application in applications_of(signals.pipeline):
        if is_stopped(application):
            continue
        found = next(filter(None, map(tuple, _explanations(signals, application))), ())
        yield from found
        if any(each.cause is Cause.PARALLELISM_TOO_LOW for each in found):
            yield from checkpoint_trouble(signals, application)


def _explanations(signals: Signals, application: FlinkApplication) -> Iterator[Iterator[Diagnosis]]:
    yield silent(signals, application)
    yield heap_pressure(signals, application)
    yield crash_loop(signals, application)
    if has_just_started(signals, application) or signals.is_in_cooldown:
        return
    if signals.age_is_sick and not signals.is_throttled_downstream(application):
        yield _held_back(signals, application)
        if not signals.changed_within(RESHARD_SECONDS):
            yield _uneven(signals, application)
        yield _too_low(signals, application)
    yield checkpoint_trouble(signals, application)


def _held_back(signals: Signals, application: FlinkApplication) -> Iterator[Diagnosis]:
    series = signals.of(application)
    held_back, busy = mean(series.back_pressured), mean(series.busy)
    if held_back is None or held_back < signals.thresholds["held-back"]:
        return
    if busy is not None and busy >= signals.thresholds["busy"]:
        return
    tables = ", ".join(table.name for table in application.writes)
    known = f"; no write to {tables} is throttled" if tables else ""
    yield Diagnosis(
        Cause.SINK_BACK_PRESSURE,
        application.name,
        (
            words.BACK_PRESSURED(
                name=application.name,
                back_pressured_milliseconds=held_back,
                busy_milliseconds=busy or 0,
                known=known,
            ),
            _age(signals),
        ),
        advice=(
            "the sink is at its limit, so more parallelism would only wait for the sink: check the "
            "throttling and the limits of the sink, and write in larger batches"
        ),
    )


def _age(signals: Signals) -> Reason:
    growth = signals.age_growth * 60
    verb = "grows" if growth >= 0 else "falls"
    return words.AGE(
        age_name=signals.age_name,
        age_seconds=signals.age_seconds or 0,
        verb=verb,
        seconds_per_minute=abs(growth),
    )


def _busiest(series: ApplicationSeries) -> float:
    """Of the busiest subtask, 0..1; by the hottest task manager where busy time isn't published."""
    busiest = mean(series.busiest)
    return (mean(series.hottest_cpu_percent) or 0.0) / 100 if busiest is None else busiest / 1000


def _uneven(signals: Signals, application: FlinkApplication) -> Iterator[Diagnosis]:
    busiest = _busiest(signals.of(application))
    used = utilization(signals, application) or 0.0
    limits = signals.thresholds
    if busiest < limits["subtask-busy"] or used > limits["subtasks-uneven"] * busiest:
        return
    sources = application.partitions or shard_count_of(signals.pipeline)
    parts = "partitions" if application.reads_kafka else "shards"
    evidence = (
        words.BUSIEST_SUBTASK(
            name=application.name,
            busiest=busiest,
            parallelism=application.parallelism,
            used=used,
        ),
        _age(signals),
    )
    share = sources / application.parallelism
    least = limits["subtasks-without-source"] * share
    if sources and share < 1 and least <= used / busiest <= 2 * least:
        yield _source_too_narrow(signals, application, sources, parts, evidence)
        return
    yield Diagnosis(
        Cause.SKEWED_KEY,
        application.name,
        evidence,
        advice=(
            "one subtask processes all records of a key, so more parallelism does not help: "
            "aggregate in two steps (first by key and a random part, then by key), or filter the "
            "hot key out"
        ),
    )


def _source_too_narrow(
    signals: Signals,
    application: FlinkApplication,
    sources: int,
    parts: str,
    evidence: tuple[Reason, ...],
) -> Diagnosis:
    source, stream = signals.pipeline.source, signals.pipeline.first(Stream)
    told = (
        words.SOURCE_PARTS(
            name=source.name, sources=sources, parts=parts, parallelism=application.parallelism
        ),
        *evidence,
    )
    if stream is not None and stream.is_provisioned:
        cure = (LeverKind.SHARD_COUNT,)
        return Diagnosis(Cause.SOURCE_TOO_NARROW, source.name, told, cured_by=cure)
    advice = f"give {source.name} more {parts}, or redistribute the records right after the source"
    return Diagnosis(Cause.SOURCE_TOO_NARROW, source.name, told, advice=advice)


def _too_low(signals: Signals, application: FlinkApplication) -> Iterator[Diagnosis]:
    used = utilization(signals, application) or 0.0
    if used < signals.thresholds["busy"] / 1000:
        return
    by = "busy" if mean(signals.of(application).busy) is not None else "at its CPU limit"
    yield Diagnosis(
        Cause.PARALLELISM_TOO_LOW,
        application.name,
        (
            words.SUBTASKS_BUSY(
                name=application.name, by=by, used=used, parallelism=application.parallelism
            ),
            _age(signals),
            words.SUBTASKS_ALIKE(name=application.name),
        ),
        cured_by=(LeverKind.PARALLELISM,),
    )
