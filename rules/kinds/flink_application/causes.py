"""Causes that sit in a Flink application: it fails, is held back, is uneven or too small."""

from collections.abc import Iterator
from dataclasses import replace

from tidegate.rules.cause import Cause, Diagnosis, LeverKind
from tidegate.rules.kinds.flink_application import words
from tidegate.rules.kinds.flink_application.bottleneck import Bottleneck, bottleneck
from tidegate.rules.kinds.flink_application.checkpoints import checkpoint_trouble
from tidegate.rules.kinds.flink_application.failures import (
    crash_loop,
    heap_pressure,
    is_stopped,
    silent,
    stopped_applications,
)
from tidegate.rules.kinds.flink_application.job import has_just_started
from tidegate.rules.kinds.flink_application.own import own_signals
from tidegate.rules.kinds.flink_application.state import FlinkApplication, applications_of
from tidegate.rules.kinds.flink_application.uneven import is_uneven, uneven
from tidegate.rules.kinds.kinesis_stream.state import PARENTS_SECONDS
from tidegate.rules.kinds.signals import Signals, mean
from tidegate.rules.reason import Reason

__all__ = ["application_causes", "slow_to_drain"]

TRY_MORE = (
    "if the sink has room, try a quarter more parallelism: the task computes as well as it waits, "
    "and metrics can't tell which of both it lacks"
)
SINK_ADVICE = (
    "the sink is at its limit, so more parallelism would only wait for the sink: check the "
    "throttling and the limits of the sink, and write in larger batches"
)


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


def slow_to_drain(signals: Signals) -> Iterator[Diagnosis]:
    """What keeps each application late whose age is over the objective and falls."""
    for application in applications_of(signals.pipeline):
        own = own_signals(signals, application)
        if own.is_out_of_objective and own.age_falls and not is_stopped(application):
            yield from _too_slow(own, application)


def _explanations(signals: Signals, application: FlinkApplication) -> Iterator[Iterator[Diagnosis]]:
    yield silent(signals, application)
    yield heap_pressure(signals, application)
    yield crash_loop(signals, application)
    if has_just_started(signals, application) or signals.is_in_cooldown:
        return
    own = own_signals(signals, application)
    if own.age_is_sick and not own.is_throttled_downstream(application):
        yield _too_slow(own, application)
    yield checkpoint_trouble(signals, application)


def _too_slow(signals: Signals, application: FlinkApplication) -> Iterator[Diagnosis]:
    """By the task that holds the others up, where one is known."""
    found = bottleneck(signals, application)
    if found is None:
        yield from _held_back(signals, application)
    elif is_uneven(signals, found):
        if not signals.changed_within(PARENTS_SECONDS):
            yield uneven(signals, application, found, _age(signals))
    elif found.waits and found.may_write:
        yield _sink_waits(signals, application, found)
        if not found.needs_no_cpu:
            doubtful = _too_low(signals, application, found)
            yield replace(doubtful, cured_by=(), advice=TRY_MORE, holds_raises=False)
    elif found.busy >= signals.thresholds["busy"] / 1000:
        yield _too_low(signals, application, found)
    elif not signals.changed_within(PARENTS_SECONDS):
        yield uneven(signals, application, found, _age(signals))


def _held_back(signals: Signals, application: FlinkApplication) -> Iterator[Diagnosis]:
    series = signals.of(application)
    held_back, busy = mean(series.back_pressured), mean(series.busy)
    if held_back is None or held_back < signals.thresholds["held-back"]:
        return
    # What has only just become slow is not seen in the mean yet.
    if (series.busiest.latest or 0.0) / 1000 >= signals.thresholds["subtask-busy"]:
        return
    yield Diagnosis(
        Cause.SINK_BACK_PRESSURE,
        application.name,
        (
            words.BACK_PRESSURED(
                name=application.name,
                back_pressured_milliseconds=held_back,
                busy_milliseconds=busy or 0,
                known=_known_sinks(application),
            ),
            _age(signals),
        ),
        advice=SINK_ADVICE,
    )


def _known_sinks(application: FlinkApplication) -> str:
    tables = ", ".join(table.name for table in application.writes)
    return f"; no write to {tables} is throttled" if tables else ""


def _busy_but_waits(
    signals: Signals, application: FlinkApplication, found: Bottleneck
) -> tuple[Reason, ...]:
    waits = words.BUSY_BUT_WAITS(
        name=found.named(application),
        busy=found.busy,
        cpu_percent=mean(signals.of(application).cpu_percent) or 0.0,
        sign=_sign_of_waiting(found),
        so=": most of this time its subtasks wait for I/O" if found.is_known else "",
        known=_known_sinks(application),
    )
    return waits, _age(signals)


def _sign_of_waiting(found: Bottleneck) -> str:
    if not found.is_known:
        return "; the application is late for too long to tell if it waits for I/O or for CPU"
    if found.slower is None:
        return ", but uses little CPU"
    return f"; a record takes it {found.slower:.1f} times as long as before, not for want of CPU"


def _sink_waits(signals: Signals, application: FlinkApplication, found: Bottleneck) -> Diagnosis:
    evidence = _busy_but_waits(signals, application, found)
    return Diagnosis(Cause.SINK_BACK_PRESSURE, application.name, evidence, advice=SINK_ADVICE)


def _age(signals: Signals) -> Reason:
    growth = signals.age_growth * 60
    verb = "grows" if growth >= 0 else "falls"
    return words.AGE(
        age_name=signals.age_name,
        age_seconds=signals.age_seconds or 0,
        verb=verb,
        seconds_per_minute=abs(growth),
    )


def _too_low(signals: Signals, application: FlinkApplication, found: Bottleneck) -> Diagnosis:
    by = "busy" if mean(signals.of(application).busy) is not None else "at its CPU limit"
    evidence: tuple[Reason, ...] = (
        words.SUBTASKS_BUSY(
            name=found.named(application),
            by=by,
            used=found.busy,
            parallelism=application.parallelism,
        ),
        _age(signals),
        words.SUBTASKS_ALIKE(name=application.name),
    )
    if found.waits:
        evidence = _busy_but_waits(signals, application, found)
    cure = (LeverKind.PARALLELISM,)
    return Diagnosis(Cause.PARALLELISM_TOO_LOW, application.name, evidence, cured_by=cure)
