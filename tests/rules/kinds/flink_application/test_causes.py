"""What ails a Flink application, told from its metrics."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from tests.builders import NOON, Samples, a_stream, a_table, newest, with_stream
from tests.flink_builders import DOWN, JobMinute, a_flink_pipeline, an_application, job_signals
from tidegate.rules.cause import Cause, Diagnosis, LeverKind
from tidegate.rules.diagnosis.diagnose import diagnose
from tidegate.rules.kinds.flink_application.causes import application_causes, slow_to_drain
from tidegate.rules.kinds.flink_application.state import FlinkApplication
from tidegate.rules.kinds.signals import Signals


def first(application: FlinkApplication, *minutes: JobMinute, **pipeline: Any) -> Diagnosis:
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


@pytest.mark.parametrize(
    ("minute", "start", "a_minute", "causes"),
    [
        (FULL, 300, -5.0, [Cause.PARALLELISM_TOO_LOW]),
        (HELD_BACK, 300, -5.0, [Cause.SINK_BACK_PRESSURE]),
        (SKEWED, 300, -5.0, [Cause.SKEWED_KEY]),
        (JobMinute(), 300, -5.0, []),
        (FULL, 55, -5.0, []),
        (FULL, 300, 5.0, []),
    ],
    ids=["full", "its sink", "a hot key", "no reason", "in time", "grows"],
)  # fmt: skip
def test_why_a_backlog_that_gets_less_takes_long_is_told_by_the_slow_task(
    minute: JobMinute, start: float, a_minute: float, causes: list[Cause]
) -> None:
    late = [replace(minute, behind_seconds=start + a_minute * at) for at in range(6)]
    seen = job_signals(a_flink_pipeline(an_application(4)), *late)
    assert [each.cause for each in slow_to_drain(seen)] == causes


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
        for name, series in signals.series.of["flink_application"].items()
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
    names = {metric.name for metric in (signals.of(an_application()).restarts.metric,)}
    assert names == {"numRestarts"}


def test_tasks_that_tell_their_own_times_are_read_by_task() -> None:
    application = an_application(tasks=("Source", "Sink"))
    signals = job_signals(a_flink_pipeline(application))
    dimensions = dict(signals.of(application).busy.metric.dimensions)
    assert dimensions == {"Application": "counter", "Task": "Source"}


# ---- the edges of the thresholds


def seen(application: FlinkApplication | None = None, **of: Samples) -> Signals:
    """A job whose age grows by 30 s a minute, with other newest minutes."""
    pipeline = a_flink_pipeline(application or an_application(4))
    return newest(job_signals(pipeline, *growing(JobMinute(cpu_percent=95))), "counter", **of)


def told(of: Signals) -> list[Cause]:
    return [each.cause for each in application_causes(of)]


@pytest.mark.parametrize(
    ("held_back", "busy", "causes"),
    [
        (500, 799, [Cause.SINK_BACK_PRESSURE]),
        (499, 799, []),
        (500, 800, [Cause.PARALLELISM_TOO_LOW]),
        (500, None, [Cause.SINK_BACK_PRESSURE]),
        (None, 800, [Cause.PARALLELISM_TOO_LOW]),
        (None, 799, []),
        (None, 799.9, []),
    ],
)
def test_a_job_that_waits_for_its_sink_is_not_too_small(
    held_back: float | None, busy: float | None, causes: list[Cause]
) -> None:
    of = seen(back_pressured=[held_back] * 3, busy=[busy] * 3, busiest=[busy] * 3)
    assert told(of) == causes


def test_the_sink_that_is_not_throttled_is_named() -> None:
    application = an_application(4, writes=(a_table(5000),))
    of = seen(application, back_pressured=[700] * 3, busy=[None] * 3)
    (held_back,) = application_causes(of)
    assert held_back.because == (
        "counter is back-pressured for 700 ms of each second and busy for only 0 ms; no write to "
        "scores is throttled; the time behind the latest record is 170 s and grows by 30 s per minute"
    )
    throttled = newest(of, "scores", write_throttles=[9000] * 3)
    assert told(throttled) == []


@pytest.mark.parametrize(
    ("busiest", "busy", "causes"),
    [
        (900, 630, [Cause.SKEWED_KEY]),
        (900, 631, [Cause.SKEWED_KEY]),
        (899, 600, []),
        (1000, 700, [Cause.SKEWED_KEY]),
        (1000, 850, [Cause.PARALLELISM_TOO_LOW]),
        (1000, 799.9, [Cause.SKEWED_KEY]),
    ],
    ids=["seven tenths of it", "more alike", "not full", "full", "all are busy", "nearly all"],
)
def test_one_full_subtask_among_others_that_are_not_is_a_skewed_key(
    busiest: float, busy: float, causes: list[Cause]
) -> None:
    assert told(seen(busiest=[busiest] * 3, busy=[busy] * 3)) == causes


def test_without_busy_time_the_hottest_task_manager_tells() -> None:
    silent: Samples = [None] * 3
    of: dict[str, Any] = {
        "busiest": silent,
        "busy": silent,
        "back_pressured": silent,
        "cpu_percent": [60] * 3,
    }
    assert told(seen(**of, hottest_cpu_percent=[90] * 3)) == [Cause.SKEWED_KEY]
    assert told(seen(**of, hottest_cpu_percent=[89] * 3)) == []
    assert told(seen(**of, hottest_cpu_percent=silent)) == []


def test_the_busiest_subtask_is_told_beside_the_mean_of_all() -> None:
    (skewed,) = application_causes(seen(busiest=[950] * 3, busy=[400] * 3))
    assert str(skewed.evidence[0]) == (
        "the busiest subtask of counter is busy 95% of the time, and all 4 subtasks are busy 40% of "
        "the time on average"
    )


@pytest.mark.parametrize(
    ("shards", "busy", "cause"),
    [
        (4, 300, Cause.SOURCE_TOO_NARROW),
        (4, 299, Cause.SKEWED_KEY),
        (4, 600, Cause.SOURCE_TOO_NARROW),
        (4, 601, Cause.SKEWED_KEY),
        (8, 600, Cause.SKEWED_KEY),
        (9, 650, Cause.PARALLELISM_TOO_LOW),
        (9, 690, Cause.SKEWED_KEY),
        (12, 650, Cause.SKEWED_KEY),
    ],
    ids=[
        "six tenths of a half",
        "fewer",
        "twice that",
        "more",
        "a shard each",
        "one has two shards",
        "one has two, but is not as uneven",
        "half of them have two",
    ],
)
def test_subtasks_without_a_shard_of_their_own_have_nothing_to_read(
    shards: int, busy: float, cause: Cause
) -> None:
    """Of eight subtasks."""
    pipeline = a_flink_pipeline(an_application(8), shards=shards)
    of = job_signals(pipeline, *growing(JobMinute()))
    of = newest(of, "counter", busiest=[1000] * 3, busy=[busy] * 3)
    assert told(of) == [cause]


def test_shards_of_a_stream_on_demand_are_a_persons() -> None:
    pipeline = a_flink_pipeline(an_application(8), shards=4)
    on_demand = with_stream(pipeline, a_stream(4, mode="ON_DEMAND"))
    of = job_signals(on_demand, *growing(JobMinute()))
    (narrow,) = application_causes(newest(of, "counter", busiest=[1000] * 3, busy=[400] * 3))
    assert (narrow.where, narrow.cured_by) == ("racers", ())
    assert narrow.advice == (
        "give racers more shards, or redistribute the records right after the source"
    )


@pytest.mark.parametrize(("seconds_ago", "is_told"), [(599, False), (600, True)])
def test_after_a_reshard_some_subtasks_are_busier_for_ten_minutes(
    seconds_ago: int, is_told: bool
) -> None:
    of = seen(busiest=[950] * 3, busy=[400] * 3)
    of = replace(of, changed_at=NOON - timedelta(seconds=seconds_ago))
    assert told(of) == [Cause.SKEWED_KEY] * is_told


def test_how_busy_a_job_is_that_is_too_small_is_said() -> None:
    (busy,) = application_causes(seen(busy=[960] * 3, busiest=[990] * 3))
    assert busy.because == (
        "counter is busy 96% of the time with a parallelism of 4; the time behind the latest record "
        "is 170 s and grows by 30 s per minute; counter is not back-pressured, and its subtasks are "
        "equally busy"
    )
    silent: Samples = [None] * 3
    (cpu,) = application_causes(seen(busy=silent, busiest=silent, cpu_percent=[80] * 3))
    assert str(cpu.evidence[0]).startswith("counter is at its CPU limit 80% of the time")
    assert told(seen(busy=silent, busiest=silent, cpu_percent=[79] * 3)) == []
    assert told(seen(busy=silent, busiest=silent, cpu_percent=silent)) == []


def test_an_age_that_falls_slowly_is_said_to_fall() -> None:
    of = seen(busy=[960] * 3, busiest=[990] * 3)
    of = newest(of, "counter", behind_milliseconds=[102_000, 101_000, 100_000])
    (busy,) = application_causes(of)
    assert "the time behind the latest record is 100 s and falls by 1 s per minute" in busy.because
    still = newest(of, "counter", behind_milliseconds=[100_000] * 3)
    assert "is 100 s and grows by 0 s per minute" in next(application_causes(still)).because


def test_checkpoints_that_fail_are_told_alone_or_beside_a_job_that_is_too_small() -> None:
    failed: dict[str, Any] = {"failed_checkpoints": [1, 2, 3]}
    trouble, too_low = Cause.CHECKPOINT_TROUBLE, Cause.PARALLELISM_TOO_LOW
    assert told(seen(**failed)) == [trouble]
    assert told(seen(**failed, busy=[960] * 3, busiest=[990] * 3)) == [too_low, trouble]
    assert told(seen(**failed, busy=[400] * 3, busiest=[950] * 3)) == [Cause.SKEWED_KEY]


def test_a_job_that_was_changed_lately_is_not_judged_by_its_load() -> None:
    of = seen(busy=[960] * 3, busiest=[990] * 3, failed_checkpoints=[1, 2, 3])
    assert told(replace(of, changed_at=NOON - timedelta(seconds=179))) == []
    stopped = an_application(4, status="READY")
    assert told(seen(stopped, busy=[960] * 3, busiest=[990] * 3)) == [Cause.UNKNOWN]


@pytest.mark.parametrize(("latest", "causes"), [(899.9, [Cause.SINK_BACK_PRESSURE]), (900, [])])
def test_a_job_of_which_a_subtask_is_full_by_now_is_not_said_to_wait_for_its_sink(
    latest: float, causes: list[Cause]
) -> None:
    of = seen(back_pressured=[700] * 3, busy=[300] * 3, busiest=[100, 100, latest])
    assert told(of) == causes


def test_how_fast_the_age_grows_is_told_by_the_minute() -> None:
    (busy,) = application_causes(seen(busy=[960] * 3, busiest=[990] * 3))
    assert dict(busy.evidence[1].numbers)["seconds_per_minute"] == pytest.approx(30)


@pytest.mark.parametrize(
    ("busy", "cause"), [(270, Cause.SOURCE_TOO_NARROW), (269, Cause.SKEWED_KEY)]
)
def test_how_uneven_subtasks_are_is_told_beside_the_busiest_of_them(
    busy: float, cause: Cause
) -> None:
    """Four of eight subtasks have no shard; the busiest is busy for nine tenths of its time."""
    of = job_signals(a_flink_pipeline(an_application(8), shards=4), *growing(JobMinute()))
    assert told(newest(of, "counter", busiest=[900] * 3, busy=[busy] * 3)) == [cause]


@pytest.mark.parametrize(
    ("shards", "cause"), [(7, Cause.PARALLELISM_TOO_LOW), (8, Cause.SKEWED_KEY)]
)
def test_shards_that_leave_seven_tenths_of_the_subtasks_busy_make_them_uneven(
    shards: int, cause: Cause
) -> None:
    """Of five subtasks that read seven shards, two have two: on average seven tenths of that."""
    of = job_signals(a_flink_pipeline(an_application(5), shards=shards), *growing(JobMinute()))
    assert told(newest(of, "counter", busiest=[1000] * 3, busy=[650] * 3)) == [cause]


@pytest.mark.parametrize(("cpu", "may_compute"), [(19, False), (20, True)])
def test_a_job_that_waits_is_raised_by_nothing_and_by_a_person_where_it_also_computes(
    cpu: float, may_compute: bool
) -> None:
    of = seen(busy=[1000] * 3, busiest=[1000] * 3, cpu_percent=[cpu] * 3)
    waits, *computes = application_causes(of)
    assert waits.cause is Cause.SINK_BACK_PRESSURE
    assert dict(waits.evidence[0].numbers)["cpu_percent"] == cpu
    assert [each.cause for each in computes] == [Cause.PARALLELISM_TOO_LOW] * may_compute
    assert not any(each.cured_by or each.holds_raises for each in computes)
