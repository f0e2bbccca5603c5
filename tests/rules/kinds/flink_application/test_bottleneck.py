"""The task that holds a job up is found by the graph, and told to work or to wait."""

from dataclasses import replace
from datetime import timedelta

import pytest

from tests.builders import NOON, newest
from tests.flink_builders import JobMinute, a_flink_pipeline, an_application, job_signals
from tidegate.rules.cause import Cause, Diagnosis, LeverKind
from tidegate.rules.diagnosis.diagnose import diagnose
from tidegate.rules.kinds.flink_application.bottleneck import Bottleneck, bottleneck
from tidegate.rules.kinds.flink_application.state import FlinkApplication
from tidegate.rules.kinds.signals import Signals

Times = tuple[float, float, float]
"""Busy, its busiest subtask, back-pressured: milliseconds of a second."""

SOURCE, KEYED, SINK = "Source:_clicks", "Count", "Sink:_scores"
ALL = (SOURCE, KEYED, SINK)
CHAINED = "Source:_clicks_->_Map_->_Sink:_scores"
IDLE: Times = (150, 170, 0)
HELD: Times = (90, 110, 900)
SLOW: Times = (980, 1000, 0)
HOT: Times = (220, 1000, 0)


def found(
    times: dict[str, Times],
    cpu: float,
    application: FlinkApplication | None = None,
    *,
    shards: int = 8,
    topic: bool = False,
) -> tuple[Bottleneck | None, Diagnosis]:
    """Of a job whose age grows by 30 s a minute: the task, and the first cause."""
    application = replace(application or an_application(8), tasks=tuple(times))
    minute = JobMinute(cpu_percent=cpu, hottest_cpu_percent=cpu, tasks=times)
    late = [replace(minute, behind_seconds=20 + 30.0 * at) for at in range(6)]
    if topic:
        late = [replace(each, behind_seconds=None, lag_records=9e3 * at) for at, each in
                enumerate(late, 1)]  # fmt: skip
    seen = job_signals(a_flink_pipeline(application, shards=shards, topic=topic), *late)
    return bottleneck(seen, application), diagnose(seen)[0]


def application_of_tasks() -> FlinkApplication:
    return replace(an_application(8), tasks=ALL)


def newest_minutes(tasks: list[dict[str, Times]], cpu: list[float]) -> Signals:
    """Of a job that falls behind by 50 s in each of the newest minutes."""
    minutes = [
        JobMinute(
            behind_seconds=30 + 50.0 * at, cpu_percent=cpu[at], hottest_cpu_percent=cpu[at],
            tasks=times,
        )
        for at, times in enumerate(tasks)
    ]  # fmt: skip
    return job_signals(a_flink_pipeline(application_of_tasks()), *minutes)


@pytest.mark.parametrize(
    ("times", "cpu", "task", "cause", "raised"),
    [
        ({SOURCE: HELD, KEYED: HELD, SINK: SLOW}, 15, SINK, Cause.SINK_BACK_PRESSURE, False),
        ({SOURCE: HELD, KEYED: SLOW, SINK: IDLE}, 12, KEYED, Cause.PARALLELISM_TOO_LOW, True),
        ({SOURCE: HELD, KEYED: SLOW, SINK: IDLE}, 95, KEYED, Cause.PARALLELISM_TOO_LOW, True),
        ({SOURCE: HELD, KEYED: HELD, SINK: SLOW}, 95, SINK, Cause.PARALLELISM_TOO_LOW, True),
        ({SOURCE: SLOW, KEYED: IDLE, SINK: IDLE}, 90, SOURCE, Cause.PARALLELISM_TOO_LOW, True),
        ({SOURCE: HELD, KEYED: HOT, SINK: IDLE}, 40, KEYED, Cause.SKEWED_KEY, False),
        ({SOURCE: HELD, KEYED: HELD, SINK: HOT}, 40, SINK, Cause.SKEWED_KEY, False),
        ({SOURCE: HELD, KEYED: (640, 970, 0), SINK: IDLE}, 60, KEYED, Cause.SKEWED_KEY, False),
        ({CHAINED: SLOW}, 20, CHAINED, Cause.SINK_BACK_PRESSURE, False),
        ({CHAINED: SLOW}, 92, CHAINED, Cause.PARALLELISM_TOO_LOW, True),
        ({SOURCE: HELD, "scores:_Writer": SLOW}, 9, "scores:_Writer", Cause.SINK_BACK_PRESSURE,
         False),
        ({SOURCE: HELD, KEYED: HELD, SINK: IDLE}, 15, None, Cause.SINK_BACK_PRESSURE, False),
        ({SOURCE: IDLE, KEYED: IDLE, SINK: IDLE}, 15, None, Cause.UNKNOWN, False),
    ],
    ids=["the sink waits", "an operator waits", "an operator works", "the sink works",
         "the source works", "a hot key behind a keyBy", "a hot key in the sink", "a mild one",
         "a chain that waits", "a chain that works", "a sink of two operators",
         "held back by what tells nothing", "nobody is busy"],
)  # fmt: skip
def test_the_first_task_that_is_busy_and_not_back_pressured_is_the_slow_one(
    times: dict[str, Times], cpu: float, task: str | None, cause: Cause, raised: bool
) -> None:
    slow, first = found(times, cpu)
    assert (slow.task if slow else None, first.cause) == (task, cause)
    assert (first.cured_by == (LeverKind.PARALLELISM,)) is raised
    assert first.where == ("clicks" if cause is Cause.UNKNOWN else "counter")


def test_what_waits_is_said_with_its_task_and_cpu() -> None:
    _, first = found({SOURCE: HELD, KEYED: HELD, SINK: SLOW}, 15)
    assert str(first.evidence[0]) == (
        "task Sink:_scores of counter is busy 98% of the time and not back-pressured, but uses "
        "little CPU (the application uses 15% of its CPU): most of this time its subtasks wait for I/O"
    )
    assert "more parallelism would only wait for the sink" in (first.advice or "")


@pytest.mark.parametrize(
    ("cpu", "per_kpu", "waits"),
    [(79, 1, True), (80, 1, False), (79, 4, True), (80, 4, False), (20, 4, True)],
    ids=["a quarter waits", "CPU is full", "shared by four", "full for four", "little"],
)  # fmt: skip
def test_the_cpu_time_of_the_other_tasks_is_not_the_slow_ones(
    cpu: float, per_kpu: int, waits: bool
) -> None:
    """The source is busy for 90 ms of a second, all of it at work."""
    application = an_application(8, parallelism_per_kpu=per_kpu)
    slow, _ = found({SOURCE: HELD, KEYED: SLOW}, cpu, application)
    assert slow is not None
    assert slow.waits is waits


@pytest.mark.parametrize(
    ("parallelism", "per_kpu", "cpu", "waits"),
    [(1, 4, 79, False), (1, 8, 76, False), (1, 4, 60, True), (3, 8, 79, True), (5, 4, 79, True)],
    ids=["alone on its KPU", "of eight", "alone, and waits", "three of eight", "the last alone"],
)
def test_a_kpu_that_is_not_full_has_its_cpu_for_the_subtasks_that_there_are(
    parallelism: int, per_kpu: int, cpu: float, waits: bool
) -> None:
    application = an_application(parallelism, parallelism_per_kpu=per_kpu)
    slow, first = found({CHAINED: SLOW}, cpu, application)
    assert slow is not None
    assert slow.waits is waits
    assert (first.cause is Cause.SINK_BACK_PRESSURE) is waits


def test_of_branches_that_are_slow_alike_the_earlier_one_is_told() -> None:
    slow, _ = found({SINK: SLOW, KEYED: SLOW, SOURCE: SLOW}, 95)
    assert slow is not None
    assert slow.task == SOURCE
    for first, second in ((KEYED, "Join"), ("Join", KEYED)):
        times: dict[str, Times] = {SINK: SLOW, first: (990, 995, 0), second: SLOW}
        slow, _ = found(times, 95)
        assert slow is not None
        assert slow.task == second
    slow, _ = found({SOURCE: (990, 995, 0), CHAINED: SLOW}, 95)
    assert slow is not None
    assert slow.task == CHAINED


@pytest.mark.parametrize(
    ("full", "cpu", "cause"),
    [
        (1, 95.0, None), (2, 95.0, Cause.PARALLELISM_TOO_LOW), (3, 95.0, Cause.PARALLELISM_TOO_LOW),
        (2, 15.0, Cause.SINK_BACK_PRESSURE),
    ],
)  # fmt: skip
def test_a_task_that_is_full_is_slow_from_its_second_minute_on(
    full: int, cpu: float, cause: Cause | None
) -> None:
    """A mean of three minutes holds one from before the step; its CPU is that of the same two."""
    times: tuple[Times, ...] = ((200, 220, 0),) * (3 - full) + (SLOW,) * full
    tasks = [{SOURCE: HELD, KEYED: IDLE, SINK: each} for each in times]
    seen = newest_minutes(tasks, [*[15.0] * (3 - full), *[cpu] * full])
    slow = bottleneck(seen, application_of_tasks())
    assert (slow is not None) is (cause is not None)
    if cause is not None:
        assert diagnose(seen)[0].cause is cause


# ---- a job that tells of no task by itself

Known = float | None


def of_the_job(
    busy: Known = None, busiest: Known = None, held: Known = None, cpu: Known = None,
    hottest: Known = None, application: FlinkApplication | None = None,
) -> Bottleneck | None:  # fmt: skip
    """Of what all tasks show together; None is not published."""
    of = application or an_application()
    seen = newest(
        job_signals(a_flink_pipeline(of)), "counter", busy=[busy] * 3, busiest=[busiest] * 3,
        back_pressured=[held] * 3, cpu_percent=[cpu] * 3, hottest_cpu_percent=[hottest] * 3,
    )  # fmt: skip
    return bottleneck(seen, of)


@pytest.mark.parametrize(
    ("busy", "busiest", "held", "is_slow"),
    [
        (800, None, 0, True), (799.9, 799.9, 0, False), (800, 800, 1000, True),
        (None, 900, 499.9, True), (None, 899.9, 0, False), (None, 899.9, 500, False),
        (None, 900, 500, False), (None, 900, None, True), (None, None, None, False),
    ],
)  # fmt: skip
def test_a_job_is_slow_where_all_are_busy_or_one_is_that_nothing_holds_back(
    busy: Known, busiest: Known, held: Known, is_slow: bool
) -> None:
    assert (of_the_job(busy, busiest, held) is not None) is is_slow


def test_how_busy_the_subtasks_are_is_told_as_a_share_of_the_time() -> None:
    assert of_the_job(500, 1000, 0, 9) == Bottleneck("", 0.5, 1.0, True, True)
    assert of_the_job(900, None, 0, None) == Bottleneck("", 0.9, 0.9, False, False)


@pytest.mark.parametrize(
    ("busy", "held", "cpu", "hottest", "told"),
    [
        (None, None, 80, None, (0.8, 0.8)), (None, None, 79.95, 79.95, None),
        (None, None, 60, 90, (0.6, 0.9)), (None, None, 60, 89.9, None),
        (None, None, None, None, None), (None, 499.9, 80, 95, (0.8, 0.95)),
        (None, 500, 80, 95, None), (10, 0, 80, 95, None), (10, 500, 80, 95, None),
    ],
)  # fmt: skip
def test_only_without_busy_time_and_back_pressure_is_a_job_slow_by_cpu(
    busy: Known, held: Known, cpu: Known, hottest: Known, told: tuple[float, float] | None
) -> None:
    slow = None if told is None else Bottleneck("", *told, False, True)
    assert of_the_job(busy, None, held, cpu, hottest) == slow


@pytest.mark.parametrize(
    ("busy", "cpu", "per_kpu", "waits", "needs_none"),
    [
        (1000, 75, 1, False, False), (1000, 74.9, 1, True, False), (1000, 20, 1, True, False),
        (1000, 19.9, 1, True, True), (800, 70, 1, False, False), (800, 20, 1, True, False),
        (1000, 40, 2, True, False), (1000, 39.9, 2, True, True), (1000, 79.95, 2, True, False),
        (1000, 80, 2, False, False),
    ],
)  # fmt: skip
def test_what_is_busy_waits_for_a_quarter_of_that_time_and_needs_no_cpu_for_four_fifths(
    busy: float, cpu: float, per_kpu: int, waits: bool, needs_none: bool
) -> None:
    slow = of_the_job(busy, busy, 0, cpu, cpu, an_application(parallelism_per_kpu=per_kpu))
    assert slow is not None
    assert (slow.waits, slow.needs_no_cpu) == (waits, needs_none)


@pytest.mark.parametrize(("others", "waits"), [(40, False), (40.02, True)])
def test_a_task_has_the_cpu_time_that_the_others_leave_it(others: float, waits: bool) -> None:
    slow, _ = found({SOURCE: (others, others, 0), KEYED: (1000, 1000, 0)}, 79)
    assert slow is not None
    assert slow.waits is waits


# ---- uneven by whole shards or partitions

ONE_HAS_TWO: Times = (600, 1000, 0)


def test_shards_are_uneven_only_for_the_task_that_reads_them() -> None:
    five = an_application(5)
    _, first = found({SOURCE: ONE_HAS_TWO, KEYED: IDLE}, 70, five, shards=6)
    assert (first.cause, first.cured_by) == (Cause.PARALLELISM_TOO_LOW, (LeverKind.PARALLELISM,))
    assert str(first.evidence[0]) == (
        "racers has 6 shards for 5 subtasks: some subtasks read 2 of them, others 1"
    )
    _, first = found({SOURCE: HELD, KEYED: ONE_HAS_TWO}, 70, five, shards=6)
    assert first.cause is Cause.SKEWED_KEY


def test_partitions_are_shared_in_the_same_way() -> None:
    five = an_application(5, partitions=6)
    _, first = found({SOURCE: ONE_HAS_TWO, KEYED: IDLE}, 70, five, topic=True)
    assert first.cause is Cause.PARALLELISM_TOO_LOW
    assert "6 partitions for 5 subtasks" in first.because


def test_shards_that_are_fewer_than_the_subtasks_are_widened_where_the_source_is_slow() -> None:
    half: Times = (490, 980, 0)
    _, first = found({SOURCE: half, KEYED: IDLE}, 60, shards=4)
    assert (first.cause, first.cured_by) == (Cause.SOURCE_TOO_NARROW, (LeverKind.SHARD_COUNT,))
    _, first = found({SOURCE: HELD, KEYED: half}, 60, shards=4)
    assert first.cause is Cause.SKEWED_KEY


@pytest.mark.parametrize(
    ("cpu", "causes"),
    [
        (28, [Cause.SINK_BACK_PRESSURE]),
        (30, [Cause.SINK_BACK_PRESSURE, Cause.PARALLELISM_TOO_LOW]),
        (80, [Cause.PARALLELISM_TOO_LOW]),
    ],
    ids=["it needs none", "a fifth of its busy time", "CPU is full"],
)
def test_a_sink_that_also_computes_may_lack_both_and_is_not_raised(
    cpu: float, causes: list[Cause]
) -> None:
    """The other tasks are busy for 90 ms of a second, which is taken for CPU time."""
    application = an_application(8, tasks=(SOURCE, SINK))
    minute = JobMinute(cpu_percent=cpu, hottest_cpu_percent=cpu, tasks={SOURCE: HELD, SINK: SLOW})
    late = [replace(minute, behind_seconds=20 + 30.0 * at) for at in range(6)]
    told = diagnose(job_signals(a_flink_pipeline(application, shards=8), *late))
    assert [each.cause for each in told] == causes
    raised = [each.cause for each in told if each.cured_by]
    assert raised == ([Cause.PARALLELISM_TOO_LOW] if cpu == 80 else [])


HELD_NOW_AND_THEN: Times = (860, 880, 140)


@pytest.mark.parametrize(
    ("times", "cpu", "task", "cause", "raised"),
    [
        ({SOURCE: HELD, KEYED: HELD_NOW_AND_THEN, SINK: SLOW}, 86, SINK,
         Cause.SINK_BACK_PRESSURE, False),
        ({SOURCE: (810, 820, 180), KEYED: HELD_NOW_AND_THEN, SINK: SLOW}, 90, SINK,
         Cause.SINK_BACK_PRESSURE, False),
        ({SOURCE: HELD, KEYED: HELD_NOW_AND_THEN, SINK: SLOW}, 99, SINK,
         Cause.PARALLELISM_TOO_LOW, True),
        ({SOURCE: HELD, KEYED: HELD_NOW_AND_THEN, SINK: IDLE}, 86, KEYED,
         Cause.PARALLELISM_TOO_LOW, True),
        ({SOURCE: (850, 880, 150), KEYED: SLOW, SINK: IDLE}, 99, KEYED,
         Cause.PARALLELISM_TOO_LOW, True),
        ({SOURCE: HELD, KEYED: SLOW, SINK: SLOW}, 86, KEYED, Cause.PARALLELISM_TOO_LOW, True),
    ],
    ids=["a sink a little slower than the operators", "than source and operators",
         "a sink that works on a full CPU", "no other is slow", "operators behind a busy source",
         "two that nothing holds up"],
)  # fmt: skip
def test_a_task_that_is_held_up_now_and_then_is_not_the_slow_one_of_several(
    times: dict[str, Times], cpu: float, task: str, cause: Cause, raised: bool
) -> None:
    slowest, first = found(times, cpu)
    assert slowest is not None
    assert slowest.task == task
    assert first.cause is cause
    assert (LeverKind.PARALLELISM in first.cured_by) is raised


# ---- a sink beside a CPU that is full of the operators' work

BEFORE = {SOURCE: (50, 55, 0), KEYED: (520, 530, 0), SINK: (50, 55, 0)}
BEHIND = {SOURCE: (90, 100, 900), KEYED: (900, 910, 100), SINK: (1000, 1000, 0)}


def slow_for(
    minutes: int, of_sink: float = 50, application: FlinkApplication | None = None
) -> tuple[Bottleneck | None, tuple[Diagnosis, ...]]:
    """Of a job that did 1,000 records/s with a sink that was busy for that long, and does 1,800
    now."""
    application = application or application_of_tasks()
    well = JobMinute(tasks={**BEFORE, SINK: (of_sink, of_sink, 0)})
    late = JobMinute(2000, 1800, cpu_percent=97, hottest_cpu_percent=97, tasks=BEHIND)
    told = [replace(late, behind_seconds=20 + 7.0 * at) for at in range(minutes)]
    seen = job_signals(
        a_flink_pipeline(application, shards=8), *[well] * (90 - minutes), *told
    )  # fmt: skip
    return bottleneck(seen, application), diagnose(seen)


@pytest.mark.parametrize("minutes", [6, 60, 87])
def test_a_sink_that_takes_much_longer_for_a_record_than_before_waits(minutes: int) -> None:
    slow, (first, *others) = slow_for(minutes)
    assert slow is not None
    assert (slow.task, slow.waits, slow.needs_no_cpu) == (SINK, True, True)
    assert (first.cause, first.cured_by, others) == (Cause.SINK_BACK_PRESSURE, (), [])
    assert str(first.evidence[0]) == (
        "task Sink:_scores of counter is busy 100% of the time and not back-pressured; a record "
        "takes it 11.1 times as long as before, not for want of CPU (the application uses 97% of "
        "its CPU): most of this time its subtasks wait for I/O"
    )


@pytest.mark.parametrize("minutes", [88, 90])
def test_what_it_took_before_is_not_guessed_when_it_is_forgotten_and_nothing_is_raised(
    minutes: int,
) -> None:
    slow, (first, *others) = slow_for(minutes)
    assert slow is not None
    assert (slow.waits, slow.needs_no_cpu, slow.is_known) == (True, False, False)
    assert first.cause is Cause.SINK_BACK_PRESSURE
    assert "late for too long to tell if it waits for I/O or for CPU (the app" in first.because
    assert not any(each.cured_by for each in (first, *others))
    assert any("try a quarter more parallelism" in (each.advice or "") for each in others)


@pytest.mark.parametrize(
    ("of_sink", "per_kpu", "updated_minutes_ago"),
    [(190, 1, None), (50, 4, None), (50, 1, 20)],
    ids=["it may lack CPU", "which more threads share", "nothing is known since an update"],
)
def test_a_sink_that_a_full_cpu_may_hold_up_is_raised(
    of_sink: float, per_kpu: int, updated_minutes_ago: int | None
) -> None:
    """Of a full CPU each of three threads has a third, and each of twelve a twelfth."""
    changed = None if updated_minutes_ago is None else NOON - timedelta(minutes=updated_minutes_ago)
    application = replace(
        application_of_tasks(), parallelism_per_kpu=per_kpu, updated_at=changed
    )  # fmt: skip
    slow, (first, *_) = slow_for(30, of_sink, application)
    assert slow is not None
    assert (slow.task, slow.waits) == (SINK, False)
    assert (first.cause, bool(first.cured_by)) == (Cause.PARALLELISM_TOO_LOW, True)


@pytest.mark.parametrize(("late", "raised"), [(44, True), (45, False)])
def test_a_sink_that_is_always_busy_is_raised_when_its_job_falls_behind_and_not_long_after(
    late: int, raised: bool
) -> None:
    application = application_of_tasks()
    busy = JobMinute(2000, 1800, cpu_percent=97, hottest_cpu_percent=97, tasks=BEHIND)
    told = [replace(busy, behind_seconds=100 + 7.0 * at) for at in range(late)]
    seen = job_signals(a_flink_pipeline(application, shards=8), *[busy] * (90 - late), *told)
    assert any(each.cured_by for each in diagnose(seen)) is raised


def test_a_chain_with_operators_is_not_judged_as_the_sink_that_it_ends_in() -> None:
    application = replace(an_application(8), tasks=(SOURCE, "Count_->_Sink:_scores"))
    late = JobMinute(
        2000, 1800, 200, cpu_percent=97, hottest_cpu_percent=97,
        tasks={SOURCE: HELD, "Count_->_Sink:_scores": SLOW},
    )  # fmt: skip
    slow = bottleneck(job_signals(a_flink_pipeline(application), *[late] * 90), application)
    assert slow is not None
    assert (slow.waits, slow.is_known) == (False, True)


def test_a_sink_that_takes_no_record_any_more_is_not_told_to_be_slower() -> None:
    application = application_of_tasks()
    stuck = JobMinute(
        2000, 0, 200, cpu_percent=97, hottest_cpu_percent=97, tasks=BEHIND
    )  # fmt: skip
    well = [JobMinute(tasks=BEFORE)] * 80
    slow = bottleneck(job_signals(a_flink_pipeline(application), *well, *[stuck] * 5), application)
    assert slow is not None
    assert slow.slower is None
