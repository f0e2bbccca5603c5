"""Causes that sit in a Flink application: it fails, is held back, is uneven or too small."""

from collections.abc import Iterator

from tidegate.rules.cause import Cause, Diagnosis, LeverKind
from tidegate.rules.graph import FlinkApplication
from tidegate.rules.kinds.flink_application.checkpoints import checkpoint_size, checkpoint_trouble
from tidegate.rules.kinds.flink_application.metrics import ApplicationVitals
from tidegate.rules.kinds.readings import RECENT_SECONDS, SATURATED_SHARE, Readings, increase, mean

__all__ = ["HEAP_PERCENT", "RESHARD_SECONDS", "application_causes", "stopped_applications"]

BUSIEST_SHARE = 0.9
HELD_BACK_SHARE = 0.5
"""Flink calls a back-pressure of more than 50 % of the time high (monitoring back pressure)."""

UNEVEN_SHARE = 0.7
CRASHES, CRASHES_SECONDS = 2, 900
"""One restart may be AWS's own maintenance (metrics-dimensions, fullRestarts); two in a quarter of
an hour are not."""

DOWN_SECONDS = 300
"""A job that fails comes back within minutes, or not by itself."""

SILENT_SECONDS = 600

RESHARD_SECONDS = 600
"""After a reshard the parents are read to their end by a part of the subtasks."""

HEAP_PERCENT, COLLECTING_SHARE, HEAP_SECONDS = 85, 0.1, 900
"""A heap is full only when collecting the old generation doesn't empty it."""


def application_causes(readings: Readings) -> Iterator[Diagnosis]:
    """What ails each application by itself; the first of its causes explains the others, but for
    checkpoints that fail, which keep one that is too small from its cure."""
    yield from stopped_applications(readings)
    for application in readings.pipeline.applications:
        if _is_stopped(application):
            continue
        found = next(filter(None, map(tuple, _explanations(readings, application))), ())
        yield from found
        if any(each.cause is Cause.PARALLELISM_TOO_LOW for each in found):
            yield from checkpoint_trouble(readings, application)


def stopped_applications(readings: Readings) -> Iterator[Diagnosis]:
    """The applications that don't run, and why. No metric is needed to know it."""
    return map(_not_running, filter(_is_stopped, readings.pipeline.applications))


def _is_stopped(application: FlinkApplication) -> bool:
    return not (application.is_running or application.is_changing)


def _explanations(
    readings: Readings, application: FlinkApplication
) -> Iterator[Iterator[Diagnosis]]:
    yield _silent(readings, application)
    yield _heap_pressure(readings, application)
    yield _crash_loop(readings, application)
    if readings.has_just_started(application) or readings.is_settling:
        return
    if readings.age_is_sick and not readings.is_throttled_downstream(application):
        yield _held_back(readings, application)
        if not readings.changed_within(RESHARD_SECONDS):
            yield _uneven(readings, application)
        yield _too_low(readings, application)
    yield checkpoint_trouble(readings, application)


def _not_running(application: FlinkApplication) -> Diagnosis:
    """Stopped by an update that failed it is an illness; else a person may have meant it."""
    name, why = application.name, application.failure
    seen = f"{name} is {application.status}: nothing is read"
    if why is None:
        advice = "start the application, or take it out of the file"
        return Diagnosis(Cause.UNKNOWN, name, (seen,), advice=advice)
    return Diagnosis(
        Cause.APPLICATION_STOPPED,
        name,
        (seen, f"its last update failed: {why}"),
        advice="set back what that update changed, and start the application",
    )


def _silent(readings: Readings, application: FlinkApplication) -> Iterator[Diagnosis]:
    vitals = readings.application(application)
    told = (vitals.records_per_second, vitals.restarts, vitals.behind_milliseconds)
    if application.is_running and not any(each.last(SILENT_SECONDS).present for each in told):
        yield Diagnosis(
            Cause.UNKNOWN,
            application.name,
            (f"{application.name} runs, but has told nothing for {SILENT_SECONDS // 60} min",),
            advice="see whether its job runs, in the Flink dashboard and in its log",
        )


def _crashes(readings: Readings, application: FlinkApplication) -> float:
    seconds = readings.seconds_unchanged(application, CRASHES_SECONDS)
    return increase(readings.application(application).restarts, seconds)


def _crash_loop(readings: Readings, application: FlinkApplication) -> Iterator[Diagnosis]:
    vitals = readings.application(application)
    crashes = _crashes(readings, application)
    down = (vitals.downtime_milliseconds.last(RECENT_SECONDS).latest or 0.0) / 1000
    stays_down = application.is_running and down >= DOWN_SECONDS
    if crashes < CRASHES and not stays_down:
        return
    longest = (vitals.downtime_milliseconds.last(CRASHES_SECONDS).peak or 0.0) / 1000
    yield Diagnosis(
        Cause.CRASH_LOOP,
        application.name,
        (
            f"the job of {application.name} failed {crashes:.0f} times in "
            f"{CRASHES_SECONDS // 60} min and was down for up to {longest:.0f} s",
            "after each failure it reads again from its last checkpoint",
        ),
        advice=(
            "no parallelism cures a job that fails: look at the application's log for the "
            "exception, and set it back to the version that ran"
        ),
    )


def _collecting_share(readings: Readings, application: FlinkApplication) -> float:
    """The share of the last minutes that went into collecting the old generation."""
    collected = readings.application(application).collected_milliseconds
    return increase(collected, 4 * 60) / (RECENT_SECONDS * 1000 * application.kpus)


def _heap_pressure(readings: Readings, application: FlinkApplication) -> Iterator[Diagnosis]:
    vitals = readings.application(application)
    crashes = _crashes(readings, application)
    if not crashes and readings.has_just_started(application):
        return
    seconds = readings.seconds_unchanged(application, HEAP_SECONDS)
    window = vitals.heap_percent.last(seconds if crashes else RECENT_SECONDS)
    heap = (window.peak if crashes else min(window.present, default=None)) or 0.0
    collecting = _collecting_share(readings, application)
    if heap < HEAP_PERCENT or not (crashes >= CRASHES or collecting >= COLLECTING_SHARE):
        return
    failed = f"; the job failed {crashes:.0f} times" if crashes else ""
    denser = application.parallelism_per_kpu > 1
    yield Diagnosis(
        Cause.HEAP_PRESSURE,
        application.name,
        (
            f"the heap of {application.name} is {heap:.0f}% full on {application.kpus} KPUs of 3 GB"
            f" heap each, and {collecting:.0%} of the time goes into collecting it{failed}",
            f"its last checkpoint has {checkpoint_size(vitals)}",
        ),
        cured_by=(LeverKind.PARALLELISM_PER_KPU if denser else LeverKind.PARALLELISM,),
    )


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
            f"{application.name} is held back for {held_back:.0f} ms of each second and busy for "
            f"only {busy or 0:.0f}{known}",
            _age(readings),
        ),
        advice=(
            "its sink takes no more: more parallelism would only wait as well; see the sink's own "
            "throttles and limits, and write in larger batches"
        ),
    )


def _age(readings: Readings) -> str:
    growth = readings.age_growth * 60
    verb = "growing" if growth >= 0 else "falling"
    age = f"the {readings.age_name} is {readings.age_seconds or 0:.0f} s"
    return f"{age}, {verb} by {abs(growth):.0f} s a minute"


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
        f"the busiest subtask is busy for {busiest:.0%} of the time, all {application.parallelism} "
        f"of them for {used:.0%} on average",
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
    evidence: tuple[str, ...],
) -> Diagnosis:
    stream = readings.pipeline.stream
    told = (
        f"{stream.name} has {sources} {parts}, and as many of the {application.parallelism} "
        "subtasks have something to read: more parallelism does not help",
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
            f"{application.name} is {by} for {used:.0%} of the time with a parallelism of "
            f"{application.parallelism}",
            _age(readings),
            "nothing holds it back and its subtasks are alike",
        ),
        cured_by=(LeverKind.PARALLELISM,),
    )
