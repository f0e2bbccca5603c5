"""Causes that sit in a Flink application: it fails, is held back, is uneven or too small."""

from collections.abc import Iterator

from tidegate.rules.cause import Cause, Diagnosis, LeverKind
from tidegate.rules.graph import FlinkApplication
from tidegate.rules.kinds.flink_application.checkpoints import checkpoint_size, checkpoint_trouble
from tidegate.rules.kinds.flink_application.metrics import ApplicationVitals
from tidegate.rules.kinds.readings import RECENT_SECONDS, Readings, increase, mean
from tidegate.rules.reason import Reason

__all__ = ["RESHARD_SECONDS", "application_causes", "stopped_applications"]

CRASHES_SECONDS = 900
SILENT_SECONDS = 600

RESHARD_SECONDS = 600
"""After a reshard the parents are read to their end by a part of the subtasks."""

HEAP_SECONDS = 900
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
    seen = Reason.of(
        "not-running", "{name} is {status}: nothing is read", name=name, status=application.status
    )
    if why is None:
        advice = "start the application, or take it out of the file"
        return Diagnosis(Cause.UNKNOWN, name, (seen,), advice=advice)
    return Diagnosis(
        Cause.APPLICATION_STOPPED,
        name,
        (seen, Reason.of("update-failed", "its last update failed: {why}", why=why)),
        advice="set back what that update changed, and start the application",
    )


def _silent(readings: Readings, application: FlinkApplication) -> Iterator[Diagnosis]:
    vitals = readings.application(application)
    told = (vitals.records_per_second, vitals.restarts, vitals.behind_milliseconds)
    if application.is_running and not any(each.last(SILENT_SECONDS).present for each in told):
        yield Diagnosis(
            Cause.UNKNOWN,
            application.name,
            (
                Reason.of(
                    "publishes-nothing",
                    "{name} runs, but has told nothing for {silent_seconds} min",
                    name=application.name,
                    silent_seconds=SILENT_SECONDS // 60,
                ),
            ),
            advice="see whether its job runs, in the Flink dashboard and in its log",
        )


def _crashes(readings: Readings, application: FlinkApplication) -> float:
    seconds = readings.seconds_unchanged(application, CRASHES_SECONDS)
    return increase(readings.application(application).restarts, seconds)


def _crash_loop(readings: Readings, application: FlinkApplication) -> Iterator[Diagnosis]:
    vitals = readings.application(application)
    crashes = _crashes(readings, application)
    down = (vitals.downtime_milliseconds.last(RECENT_SECONDS).latest or 0.0) / 1000
    stays_down = application.is_running and down >= readings.thresholds["job-stays-down"]
    if crashes < readings.thresholds["job-failures"] and not stays_down:
        return
    longest = (vitals.downtime_milliseconds.last(CRASHES_SECONDS).peak or 0.0) / 1000
    yield Diagnosis(
        Cause.CRASH_LOOP,
        application.name,
        (
            Reason.of(
                "job-failures",
                "the job of {name} failed {crashes:.0f} times in {crashes_seconds} min and was "
                "down for up to {longest:.0f} s",
                name=application.name,
                crashes=crashes,
                crashes_seconds=CRASHES_SECONDS // 60,
                longest=longest,
            ),
            Reason.of(
                "reads-from-checkpoint",
                "after each failure it reads again from its last checkpoint",
            ),
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
    least = readings.thresholds
    at_work = crashes >= least["job-failures"] or collecting >= least["collecting-garbage"]
    if heap < least["heap-high"] or not at_work:
        return
    failed = f"; the job failed {crashes:.0f} times" if crashes else ""
    denser = application.parallelism_per_kpu > 1
    yield Diagnosis(
        Cause.HEAP_PRESSURE,
        application.name,
        (
            Reason.of(
                "heap-full",
                "the heap of {name} is {heap:.0f}% full on {kpus} KPUs of 3 GB heap each, and "
                "{collecting:.0%} of the time goes into collecting it{failed}",
                name=application.name,
                heap=heap,
                kpus=application.kpus,
                collecting=collecting,
                failed=failed,
            ),
            Reason.of(
                "checkpoint-size",
                "its last checkpoint has {checkpoint_size}",
                checkpoint_size=checkpoint_size(vitals),
            ),
        ),
        cured_by=(LeverKind.PARALLELISM_PER_KPU if denser else LeverKind.PARALLELISM,),
    )


def _held_back(readings: Readings, application: FlinkApplication) -> Iterator[Diagnosis]:
    vitals = readings.application(application)
    held_back, busy = mean(vitals.back_pressured), mean(vitals.busy)
    if held_back is None or held_back < readings.thresholds["held-back"]:
        return
    if busy is not None and busy >= readings.thresholds["busy"]:
        return
    tables = ", ".join(table.name for table in application.tables)
    known = f"; {tables} throttled nothing" if tables else ""
    yield Diagnosis(
        Cause.SINK_BACK_PRESSURE,
        application.name,
        (
            Reason.of(
                "back-pressured",
                "{name} is held back for {held_back:.0f} ms of each second and busy for only "
                "{busy:.0f}{known}",
                name=application.name,
                held_back=held_back,
                busy=busy or 0,
                known=known,
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
    return Reason.of(
        "age",
        "the {age_name} is {age_seconds:.0f} s, {verb} by {abs:.0f} s a minute",
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
    limits = readings.thresholds
    if busiest < limits["subtask-busy"] or used > limits["subtasks-uneven"] * busiest:
        return
    sources = application.partitions or readings.pipeline.stream.shard_count
    parts = "partitions" if readings.pipeline.stream.is_topic else "shards"
    evidence = (
        Reason.of(
            "busiest-subtask",
            "the busiest subtask is busy for {busiest:.0%} of the time, all {parallelism} "
            "of them for {used:.0%} on average",
            busiest=busiest,
            parallelism=application.parallelism,
            used=used,
        ),
        _age(readings),
    )
    share = sources / application.parallelism
    least = limits["subtasks-without-source"] * share
    if sources and share < 1 and least <= used / busiest <= 2 * least:
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
        Reason.of(
            "source-parts",
            "{name} has {sources} {parts}, and as many of the {parallelism} subtasks have "
            "something to read: more parallelism does not help",
            name=stream.name,
            sources=sources,
            parts=parts,
            parallelism=application.parallelism,
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
    if used < readings.thresholds["busy"] / 1000:
        return
    by = "busy" if mean(readings.application(application).busy) is not None else "at its CPU's end"
    yield Diagnosis(
        Cause.PARALLELISM_TOO_LOW,
        application.name,
        (
            Reason.of(
                "subtasks-busy",
                "{name} is {by} for {used:.0%} of the time with a parallelism of {parallelism}",
                name=application.name,
                by=by,
                used=used,
                parallelism=application.parallelism,
            ),
            _age(readings),
            Reason.of("subtasks-alike", "nothing holds it back and its subtasks are alike"),
        ),
        cured_by=(LeverKind.PARALLELISM,),
    )
