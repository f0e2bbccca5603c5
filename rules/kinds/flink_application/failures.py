"""Causes that sit in a Flink application that fails: stopped, silent, crashing, its heap full."""

from collections.abc import Iterator

from tidegate.rules.cause import Cause, Diagnosis, LeverKind
from tidegate.rules.kinds.flink_application import words
from tidegate.rules.kinds.flink_application.checkpoints import checkpoint_size
from tidegate.rules.kinds.flink_application.job import (
    has_just_started,
    seconds_unchanged,
    was_just_changed,
)
from tidegate.rules.kinds.flink_application.state import FlinkApplication, applications_of
from tidegate.rules.kinds.signals import RECENT_SECONDS, Signals, increase

__all__ = [
    "CRASHES_SECONDS",
    "crash_loop",
    "heap_pressure",
    "is_stopped",
    "silent",
    "stopped_applications",
]

CRASHES_SECONDS = 900
SILENT_SECONDS = 600

HEAP_SECONDS = 900
"""A heap is full only when collecting the old generation doesn't empty it."""


def stopped_applications(signals: Signals) -> Iterator[Diagnosis]:
    """The applications that don't run, and why. No metric is needed to know it."""
    return map(_not_running, filter(is_stopped, applications_of(signals.pipeline)))


def is_stopped(application: FlinkApplication) -> bool:
    """Whether it doesn't run, and won't by itself."""
    return not (application.is_running or application.is_changing)


def _not_running(application: FlinkApplication) -> Diagnosis:
    """Stopped by a failed update it is an incident; else a person may have stopped it."""
    name, why = application.name, application.failure
    seen = words.NOT_RUNNING(name=name, status=application.status)
    if why is None:
        advice = "start the application, or remove the application from the pipeline file"
        return Diagnosis(Cause.UNKNOWN, name, (seen,), advice=advice)
    return Diagnosis(
        Cause.APPLICATION_STOPPED,
        name,
        (seen, words.UPDATE_FAILED(name=name, why=why)),
        advice="revert the changes of the failed update, and start the application",
    )


def silent(signals: Signals, application: FlinkApplication) -> Iterator[Diagnosis]:
    """That it runs and publishes nothing."""
    series = signals.of(application)
    told = (series.records_per_second, series.restarts, series.behind_milliseconds)
    is_old = seconds_unchanged(signals, application, SILENT_SECONDS) >= SILENT_SECONDS
    is_silent = not any(each.last(SILENT_SECONDS).present for each in told)
    if application.is_running and is_old and is_silent:
        yield Diagnosis(
            Cause.UNKNOWN,
            application.name,
            (words.PUBLISHES_NOTHING(name=application.name, minutes=SILENT_SECONDS // 60),),
            advice="check in the Flink dashboard and in the log whether the job runs",
        )


def _crashes(signals: Signals, application: FlinkApplication) -> float:
    seconds = seconds_unchanged(signals, application, CRASHES_SECONDS)
    return increase(signals.of(application).restarts, seconds)


def crash_loop(signals: Signals, application: FlinkApplication) -> Iterator[Diagnosis]:
    """That its job fails again and again, or stays down."""
    series = signals.of(application)
    crashes = _crashes(signals, application)
    down = (series.downtime_milliseconds.last(RECENT_SECONDS).latest or 0.0) / 1000
    # What an update takes down comes up again by itself.
    is_changed = was_just_changed(signals, application)
    stays_down = (
        application.is_running and not is_changed and down >= signals.thresholds["job-stays-down"]
    )
    if crashes < signals.thresholds["job-failures"] and not stays_down:
        return
    longest = (series.downtime_milliseconds.last(CRASHES_SECONDS).peak or 0.0) / 1000
    yield Diagnosis(
        Cause.CRASH_LOOP,
        application.name,
        (
            words.JOB_FAILURES(
                name=application.name,
                failures=crashes,
                minutes=CRASHES_SECONDS // 60,
                downtime_seconds=longest,
            ),
            words.READS_FROM_CHECKPOINT(),
        ),
        advice=(
            "more parallelism does not help a job that fails: find the exception in the "
            "application's log, and return to the last version that ran"
        ),
    )


def _collecting_share(signals: Signals, application: FlinkApplication) -> float:
    """The share of the last minutes that went into collecting the old generation."""
    collected = signals.of(application).collected_milliseconds
    return increase(collected, 4 * 60) / (RECENT_SECONDS * 1000 * application.kpus)


def heap_pressure(signals: Signals, application: FlinkApplication) -> Iterator[Diagnosis]:
    """That its heap is full, and collecting doesn't empty it."""
    series = signals.of(application)
    crashes = _crashes(signals, application)
    if not crashes and has_just_started(signals, application):
        return
    seconds = seconds_unchanged(signals, application, HEAP_SECONDS)
    window = series.heap_percent.last(seconds if crashes else RECENT_SECONDS)
    heap = (window.peak if crashes else min(window.present, default=None)) or 0.0
    collecting = _collecting_share(signals, application)
    least = signals.thresholds
    at_work = crashes >= least["job-failures"] or collecting >= least["collecting-garbage"]
    if heap < least["heap-high"] or not at_work:
        return
    failed = f"; the job failed {crashes:.0f} times" if crashes else ""
    denser = application.parallelism_per_kpu > 1
    yield Diagnosis(
        Cause.HEAP_PRESSURE,
        application.name,
        (
            words.HEAP_FULL(
                name=application.name,
                heap_percent=heap,
                kpus=application.kpus,
                collecting=collecting,
                failed=failed,
            ),
            words.CHECKPOINT_SIZE(name=application.name, checkpoint_size=checkpoint_size(series)),
        ),
        cured_by=(LeverKind.PARALLELISM_PER_KPU if denser else LeverKind.PARALLELISM,),
    )
