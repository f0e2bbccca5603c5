"""What ails a Flink application, told from its metrics."""

from dataclasses import replace

import pytest

from tests.flink_builders import DOWN, JobMinute, a_flink_pipeline, an_application, job_signals
from tidegate.rules.cause import Cause, Diagnosis, LeverKind
from tidegate.rules.diagnosis.diagnose import diagnose
from tidegate.rules.kinds.flink_application.state import FlinkApplication


def first(application: FlinkApplication, *minutes: JobMinute, **pipeline: int | bool) -> Diagnosis:
    return diagnose(job_signals(a_flink_pipeline(application, **pipeline), *minutes))[0]


def growing(minute: JobMinute, count: int = 6, *, start: float = 20.0) -> list[JobMinute]:
    """Minutes whose age grows by 30 s each."""
    return [replace(minute, behind_seconds=start + 30 * at) for at in range(count)]


FULL = JobMinute(busy=960, busiest=990, cpu_percent=95, hottest_cpu_percent=97)
SKEWED = JobMinute(busy=300, busiest=1000, cpu_percent=33, hottest_cpu_percent=96)
HELD_BACK = JobMinute(busy=300, busiest=310, back_pressured=700, cpu_percent=30)
CPU_ONLY = replace(FULL, busy=None, busiest=None, back_pressured=None)
CRASHING = [
    replace(JobMinute(), restarts=float(at), uptime_seconds=5, behind_seconds=20 + 20.0 * at)
    for at in range(4)
]
FULL_HEAP = [JobMinute(heap_percent=92, collected_seconds=30.0 * at) for at in range(6)]


@pytest.mark.parametrize(
    ("minutes", "cause", "levers"),
    [
        ([JobMinute()], Cause.HEALTHY, ()),
        (growing(FULL), Cause.PARALLELISM_TOO_LOW, (LeverKind.PARALLELISM,)),
        (growing(CPU_ONLY), Cause.PARALLELISM_TOO_LOW, (LeverKind.PARALLELISM,)),
        (growing(SKEWED), Cause.SKEWED_KEY, ()),
        (growing(HELD_BACK), Cause.SINK_BACK_PRESSURE, ()),
        (growing(JobMinute()), Cause.UNKNOWN, ()),
        (CRASHING, Cause.CRASH_LOOP, ()),
        ([JobMinute(failed_checkpoints=float(at)) for at in range(3)],
         Cause.CHECKPOINT_TROUBLE, ()),
        (FULL_HEAP, Cause.HEAP_PRESSURE, (LeverKind.PARALLELISM,)),
        ([FULL] * 10, Cause.HEALTHY, ()),
        ([JobMinute(heap_percent=92)] * 10, Cause.HEALTHY, ()),
        ([replace(FULL, behind_seconds=300 - 40.0 * at) for at in range(5)], Cause.HEALTHY, ()),
        ([replace(FULL, restarts=1, uptime_seconds=60, behind_seconds=200)], Cause.HEALTHY, ()),
    ],
    ids=[
        "healthy", "too low", "too low by cpu", "skewed", "held back", "nothing explains it",
        "crashing", "checkpoints fail", "heap full", "busy but in time", "a heap that is emptied",
        "draining", "restarted once",
    ],
)  # fmt: skip
def test_each_illness_is_named_with_its_cure(
    minutes: list[JobMinute], cause: Cause, levers: tuple[LeverKind, ...]
) -> None:
    found = first(an_application(4), *minutes)
    assert (found.cause, found.cured_by) == (cause, levers)
    assert found.evidence
    assert (found.advice is None) == (bool(levers) or cause is Cause.HEALTHY)


def test_fewer_shards_than_subtasks_are_widened_and_not_taken_for_a_skewed_key() -> None:
    half = replace(SKEWED, busy=500)
    found = first(an_application(8), *growing(half), shards=4)
    assert (found.cause, found.where) == (Cause.SOURCE_TOO_NARROW, "racers")
    assert found.cured_by == (LeverKind.SHARD_COUNT,)
    assert "racers has 4 shards, so only 4 of the 8 subtasks" in found.because


def test_a_topic_with_too_few_partitions_needs_a_person() -> None:
    minutes = [
        replace(SKEWED, busy=500, behind_seconds=None, lag_records=20_000.0 + 10_000 * at)
        for at in range(6)
    ]
    found = first(an_application(8, partitions=4), *minutes, topic=True)
    assert (found.cause, found.cured_by) == (Cause.SOURCE_TOO_NARROW, ())
    assert "more partitions" in (found.advice or "")


def test_the_age_of_a_topic_is_reckoned_from_its_lag() -> None:
    minute = JobMinute(behind_seconds=None, lag_records=5_000, records_per_second=1000)
    signals = job_signals(
        a_flink_pipeline(an_application(2, partitions=8), topic=True), minute, minute
    )
    assert signals.age_seconds == 40.0


def test_a_denser_heap_is_cured_by_fewer_subtasks_a_kpu() -> None:
    found = first(an_application(8, parallelism_per_kpu=4), *FULL_HEAP)
    assert found.cured_by == (LeverKind.PARALLELISM_PER_KPU,)


def test_a_job_that_runs_out_of_heap_again_and_again_is_no_crash_loop() -> None:
    minutes = [
        replace(each, heap_percent=99 if at % 2 else None) for at, each in enumerate(CRASHING)
    ]
    assert first(an_application(4), *minutes).cause is Cause.HEAP_PRESSURE


@pytest.mark.parametrize("status", ["READY", "DELETING", "ROLLED_BACK"])
def test_an_application_that_does_not_run_is_told_and_why(status: str) -> None:
    found = first(an_application(status=status), *[DOWN] * 3)
    assert (found.cause, found.advice is not None) == (Cause.UNKNOWN, True)
    assert f"counter is {status}" in found.because
    failed = first(an_application(status=status, failure="no such class"), *[DOWN] * 3)
    assert (failed.cause, failed.advice is not None) == (Cause.APPLICATION_STOPPED, True)
    assert "no such class" in failed.because


@pytest.mark.parametrize("status", ["UPDATING", "AUTOSCALING", "ROLLING_BACK", "MAINTENANCE"])
def test_while_it_is_changed_it_is_not_blamed(status: str) -> None:
    found = first(an_application(status=status), *growing(FULL), *[DOWN] * 2)
    assert found.cause is Cause.HEALTHY


def test_a_job_that_stays_down_is_told_though_it_failed_but_once() -> None:
    down = [replace(DOWN, downtime_seconds=60.0 * at, restarts=1) for at in range(8)]
    found = first(an_application(), *down)
    assert (found.cause, found.advice is not None) == (Cause.CRASH_LOOP, True)
    assert "was down for up to 420 s" in found.because
    assert first(an_application(status="UPDATING"), *down).cause is Cause.HEALTHY


def test_an_application_that_tells_nothing_is_unknown_beside_a_stream_that_does() -> None:
    pipeline = a_flink_pipeline()
    signals = job_signals(pipeline, *[JobMinute()] * 90)
    silent = {
        name: replace(
            series,
            records_per_second=series.records_per_second.silenced(),
            restarts=series.restarts.silenced(),
            behind_milliseconds=series.behind_milliseconds.silenced(),
        )
        for name, series in signals.series.applications.items()
    }
    signals = replace(
        signals,
        series=replace(signals.series, of={**signals.series.of, "flink_application": silent}),
    )
    assert diagnose(signals)[0].cause is Cause.UNKNOWN


def test_where_busy_times_are_not_told_the_advice_is_to_have_them_told() -> None:
    waits = replace(CPU_ONLY, cpu_percent=30, hottest_cpu_percent=35)
    found = first(
        an_application(), *[replace(waits, behind_seconds=20 + 30.0 * at) for at in range(90)]
    )
    assert found.cause is Cause.UNKNOWN
    assert "set the metrics level to TASK" in (found.advice or "")


def test_flink_2_is_read_by_its_own_names() -> None:
    signals = job_signals(a_flink_pipeline(an_application(runtime="FLINK-2_2")))
    names = {metric.name for metric in (signals.application(an_application()).restarts.metric,)}
    assert names == {"numRestarts"}


def test_tasks_that_tell_their_own_times_are_read_by_task() -> None:
    application = an_application(tasks=("Source", "Sink"))
    signals = job_signals(a_flink_pipeline(application))
    dimensions = dict(signals.application(application).busy.metric.dimensions)
    assert dimensions == {"Application": "counter", "Task": "Source"}
