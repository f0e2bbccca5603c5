"""An application that fails: stopped, silent, crashing, its heap full."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from tests.builders import NOON, Samples, newest
from tests.flink_builders import DOWN, JobMinute, a_flink_pipeline, an_application, job_signals
from tidegate.rules.cause import Cause, Diagnosis, LeverKind
from tidegate.rules.diagnosis.diagnose import diagnose
from tidegate.rules.kinds.flink_application.failures import (
    crash_loop,
    heap_pressure,
    is_stopped,
    silent,
    stopped_applications,
)
from tidegate.rules.kinds.flink_application.job import settled_at
from tidegate.rules.kinds.flink_application.state import CHANGING, FlinkApplication
from tidegate.rules.kinds.signals import Signals


def seen(application: FlinkApplication | None = None, **of: Samples) -> Signals:
    """The newest minutes of a job that was well before."""
    application = application or an_application()
    return newest(job_signals(a_flink_pipeline(application)), "counter", **of)


def the_one(found: Iterable[Diagnosis]) -> Diagnosis:
    (told,) = found
    return told


@pytest.mark.parametrize(
    ("status", "stopped"),
    [("RUNNING", False), *((status, False) for status in CHANGING), ("READY", True),
     ("DELETING", True), ("ROLLED_BACK", True)],
)  # fmt: skip
def test_what_neither_runs_nor_is_changing_is_stopped(status: str, stopped: bool) -> None:
    application = an_application(status=status)
    assert is_stopped(application) is stopped
    assert len(list(stopped_applications(seen(application)))) == stopped


def test_a_person_may_have_stopped_it_or_its_last_update() -> None:
    by_hand = the_one(stopped_applications(seen(an_application(status="READY"))))
    assert (by_hand.cause, by_hand.because) == (
        Cause.UNKNOWN, "counter is READY and reads no records",
    )  # fmt: skip
    failed = the_one(
        stopped_applications(seen(an_application(status="READY", failure="no such class")))
    )
    assert (failed.cause, failed.because) == (
        Cause.APPLICATION_STOPPED,
        "counter is READY and reads no records; the last update of counter failed: no such class",
    )


NOTHING: Samples = [None] * 10


@pytest.mark.parametrize("published", ["records_per_second", "restarts", "behind_milliseconds", ""])
def test_an_application_that_publishes_none_of_three_metrics_is_silent(published: str) -> None:
    of: dict[str, Any] = {
        field: NOTHING
        for field in ("records_per_second", "restarts", "behind_milliseconds")
        if field != published
    }
    found = [*silent(seen(**of), an_application())]
    assert [each.because for each in found] == [
        "counter is RUNNING, but has published no metrics for 10 min"
    ] * (not published)


def test_silence_is_ten_minutes_of_a_job_that_runs() -> None:
    of: dict[str, Any] = {
        f: [None] * 10 for f in ("records_per_second", "restarts", "behind_milliseconds")
    }
    late = of | {"restarts": [1, *[None] * 9]}
    long_ago = of | {"restarts": [1, *[None] * 10]}
    updating = an_application(status="UPDATING")
    assert [*silent(seen(**late), an_application())] == []
    assert len([*silent(seen(**long_ago), an_application())]) == 1
    assert [*silent(seen(updating, **of), updating)] == []


# ---- crashes


@pytest.mark.parametrize(
    ("restarts", "failures"),
    [
        ((1, 2, 2), 2),
        ((1, 1, 1), None),
        ((2,), 2),
        ((0, 1, 0, 1), 2),
        ((1, 2, *[2] * 13), None),
        ((0, 1, 2, *[2] * 12), 2),
    ],
    ids=["twice", "once", "twice in a minute", "counted anew", "one of two long ago",
         "within a quarter of an hour"],
)  # fmt: skip
def test_two_failures_in_a_quarter_of_an_hour_are_a_crash_loop(
    restarts: Samples, failures: int | None
) -> None:
    found = [*crash_loop(seen(restarts=restarts), an_application())]
    assert [(each.cause, dict(each.evidence[0].numbers)["failures"]) for each in found] == (
        [(Cause.CRASH_LOOP, failures)] if failures else []
    )


def test_failures_from_before_the_last_update_are_not_its() -> None:
    application = an_application(updated_at=NOON - timedelta(minutes=3))
    before = [0, 1, 2, *[2] * 4]
    assert [*crash_loop(seen(application, restarts=before), application)] == []
    assert len([*crash_loop(seen(restarts=before), an_application())]) == 1


@pytest.mark.parametrize(
    ("status", "down_seconds", "is_told"),
    [("RUNNING", (300,), True), ("RUNNING", (299,), False), ("UPDATING", (300,), False),
     ("RUNNING", (300, 0), False), ("RUNNING", (300, None), True),
     ("RUNNING", (300, None, None, None), False)],
    ids=["five minutes", "less", "is changed", "came up", "late", "not known"],
)  # fmt: skip
def test_a_job_that_stays_down_for_five_minutes_is_one_too(
    status: str, down_seconds: Samples, is_told: bool
) -> None:
    application = an_application(status=status)
    down = [each and each * 1000 for each in down_seconds]
    found = [*crash_loop(seen(application, downtime_milliseconds=down), application)]
    assert [each.cause for each in found] == [Cause.CRASH_LOOP] * is_told


def test_how_often_it_failed_and_how_long_it_was_down_is_said() -> None:
    of: dict[str, Any] = {
        "restarts": [1, 2, 3],
        "downtime_milliseconds": [90_000, 20_000, *[0] * 13],
    }
    told = the_one(crash_loop(seen(**of), an_application()))
    assert str(told.evidence[0]) == (
        "the job of counter failed 3 times in 15 min and was down for up to 90 s"
    )
    longer_ago = {**of, "downtime_milliseconds": [90_000, *[0] * 15]}
    told = the_one(crash_loop(seen(**longer_ago), an_application()))
    assert "was down for up to 0 s" in told.because


# ---- the heap


def collecting(share: float) -> Samples:
    """Of two KPUs, in three minutes."""
    return [0, 0, 0, share * 180_000 * 2]


@pytest.mark.parametrize(
    ("heap_percent", "share", "is_told"),
    [
        ((85, 85, 85), 0.1, True),
        ((85, 84, 85), 0.1, False),
        ((85, 85, 85), 0.099, False),
        ((99, 99, 99), 0.0, False),
        ((85, None, None), 0.1, True),
        ((None,) * 3, 0.1, False),
    ],
    ids=["full", "emptied once", "little collected", "nothing collected", "late", "not known"],
)
def test_a_heap_that_stays_full_while_it_is_collected_is_under_pressure(
    heap_percent: Samples, share: float, is_told: bool
) -> None:
    of = seen(heap_percent=heap_percent, collected_milliseconds=collecting(share))
    found = [*heap_pressure(of, an_application())]
    assert [(each.cause, each.cured_by) for each in found] == [
        (Cause.HEAP_PRESSURE, (LeverKind.PARALLELISM,))
    ] * is_told


@pytest.mark.parametrize(
    ("restarts", "heap_percent", "share", "is_told"),
    [
        ((1, 2, 2), (99, 10, 10), 0, True),
        ((1, 1, 1), (99, 10, 10), 0, False),
        ((1, 1, 1), (99, 10, 10), 0.1, True),
        ((1, 2, *[2] * 13), (99, *[10] * 14), 0, False),
        ((1, 2, *[2] * 11), (84, *[10] * 12), 0, False),
        ((0, 1, 2, *[2] * 12), (99, *[10] * 14), 0, True),
        ((0, 1, 2, *[2] * 12), (99, *[10] * 15), 0, False),
    ],
    ids=["fails twice", "failed once", "and is collected", "one failure long ago", "was not full",
         "a quarter of an hour ago", "full before that"],
)  # fmt: skip
def test_a_job_that_fails_with_a_full_heap_is_under_its_pressure(
    restarts: Samples, heap_percent: Samples, share: float, is_told: bool
) -> None:
    of = seen(
        restarts=restarts, heap_percent=heap_percent, collected_milliseconds=collecting(share)
    )
    assert len([*heap_pressure(of, an_application())]) == is_told


@pytest.mark.parametrize(("minutes", "is_told"), [(4, True), (5, False)])
def test_what_was_collected_more_than_three_minutes_ago_is_over(
    minutes: int, is_told: bool
) -> None:
    collected = [0, *[60_000] * (minutes - 1)]
    of = seen(heap_percent=[95] * 3, collected_milliseconds=collected)
    assert len([*heap_pressure(of, an_application())]) == is_told


def test_a_job_that_began_lately_has_its_heap_judged_only_when_it_fails() -> None:
    of: dict[str, Any] = {"heap_percent": [95] * 3, "collected_milliseconds": collecting(0.5)}
    young: dict[str, Any] = {"uptime_milliseconds": [60_000]}
    assert [*heap_pressure(seen(**of, **young), an_application())] == []
    failing = seen(**of, **young, restarts=[1, 2, 2])
    assert len([*heap_pressure(failing, an_application())]) == 1


def test_a_dense_kpu_gets_fewer_subtasks_before_more_kpus() -> None:
    for per_kpu, lever in (
        (1, LeverKind.PARALLELISM),
        (2, LeverKind.PARALLELISM_PER_KPU),
    ):
        application = an_application(4, parallelism_per_kpu=per_kpu)
        of = seen(application, heap_percent=[95] * 3, collected_milliseconds=[0, 0, 0, 180_000 * 4])
        assert the_one(heap_pressure(of, application)).cured_by == (lever,)


def test_how_full_the_heap_is_and_what_it_is_full_of_is_said() -> None:
    of = seen(
        heap_percent=[95, 97, 96], collected_milliseconds=collecting(0.5),
        checkpoint_bytes=[2.5e9, None],
    )  # fmt: skip
    assert the_one(heap_pressure(of, an_application())).because == (
        "the heap of counter is 95% full on 2 KPUs with 3 GB of heap each, and garbage collection "
        "takes 50% of the time; the last checkpoint of counter has 2,500 MB"
    )
    failing = seen(heap_percent=[95, 97, 96], restarts=[1, 2, 3])
    told = the_one(heap_pressure(failing, an_application()))
    assert "97% full" in told.because
    assert "takes 0% of the time; the job failed 3 times; the last" in told.because


def test_a_checkpoint_that_was_never_told_has_an_unknown_size() -> None:
    of = seen(
        heap_percent=[95] * 3, collected_milliseconds=collecting(0.5), checkpoint_bytes=[None] * 90
    )
    assert the_one(heap_pressure(of, an_application())).because.endswith("has an unknown size")


def test_the_longest_time_down_is_told_in_seconds() -> None:
    of = seen(restarts=[0, 1, 2], downtime_milliseconds=[7000, 90_000, 0])
    told, _ = the_one(crash_loop(of, an_application())).evidence
    assert dict(told.numbers)["downtime_seconds"] == 90


# ---- after a planned restart


LONG_AGO = NOON - timedelta(minutes=14)


def restarted(minutes_ago: float, minute: JobMinute, **changes: Any) -> Cause:
    """The first cause after an update of twelve minutes that ended so long ago."""
    ended = NOON - timedelta(minutes=minutes_ago)
    application = an_application(updated_at=LONG_AGO, update_ended_at=ended, **changes)
    down = [replace(minute, downtime_seconds=60.0 * at) for at in range(1, 13)]
    return diagnose(job_signals(a_flink_pipeline(application), *down))[0].cause


def test_a_job_that_an_update_took_down_for_long_does_not_loop() -> None:
    assert restarted(2, DOWN) is Cause.HEALTHY
    assert restarted(4, DOWN) is Cause.CRASH_LOOP
    assert restarted(4, DOWN, status="UPDATING") is Cause.HEALTHY


def test_an_application_may_be_silent_for_as_long_as_an_update_took() -> None:
    for ended, told in ((1, False), (9.9, False), (10, True)):
        application = an_application(
            updated_at=LONG_AGO, update_ended_at=NOON - timedelta(minutes=ended)
        )
        seen = job_signals(a_flink_pipeline(application))
        nothing: Samples = [None] * 12
        seen = newest(
            seen, "counter", records_per_second=nothing, restarts=nothing,
            behind_milliseconds=nothing,
        )  # fmt: skip
        assert bool(list(silent(seen, application))) is told


def test_of_two_moments_the_later_one_counts() -> None:
    assert settled_at(an_application()) is None
    assert settled_at(an_application(updated_at=NOON)) == NOON
    assert settled_at(an_application(updated_at=LONG_AGO, update_ended_at=NOON)) == NOON
    assert settled_at(an_application(updated_at=NOON, update_ended_at=LONG_AGO)) == NOON
