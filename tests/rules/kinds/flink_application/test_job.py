"""How busy a job is, and whether it ran long enough to be judged."""

from datetime import timedelta
from typing import Any

import pytest

from tests.builders import NOON, Samples, newest
from tests.flink_builders import a_flink_pipeline, an_application, job_signals
from tidegate.rules.kinds.flink_application.job import (
    has_just_started,
    is_at_its_end,
    seconds_unchanged,
    utilization,
)

BEFORE = NOON - timedelta(seconds=900)


@pytest.mark.parametrize(
    ("changes", "is_young"),
    [
        ({}, False),
        ({"status": "UPDATING"}, True),
        ({"updated_at": NOON - timedelta(seconds=179)}, True),
        ({"updated_at": NOON - timedelta(seconds=180)}, False),
        ({"updated_at": BEFORE, "update_ended_at": NOON - timedelta(seconds=179)}, True),
        ({"updated_at": BEFORE, "update_ended_at": NOON - timedelta(seconds=180)}, False),
    ],
    ids=[
        "runs",
        "is changed",
        "was changed lately",
        "was changed",
        "its change ended lately",
        "its change ended",
    ],
)
def test_an_application_that_was_changed_lately_is_not_judged(
    changes: dict[str, Any], is_young: bool
) -> None:
    application = an_application(**changes)
    seen = job_signals(a_flink_pipeline(application))
    assert has_just_started(seen, application) is is_young
    assert seen.is_in_cooldown is is_young


@pytest.mark.parametrize(
    ("uptime_seconds", "is_young"),
    [((179,), True), ((180,), False), ((9, None), True), ((9, 9000), False),
     ((9, None, None, None), False)],
)  # fmt: skip
def test_a_job_that_began_lately_is_not_judged(
    uptime_seconds: tuple[float | None, ...], is_young: bool
) -> None:
    seen = job_signals(a_flink_pipeline())
    seen = newest(
        seen, "counter", uptime_milliseconds=[each and each * 1000 for each in uptime_seconds]
    )
    assert has_just_started(seen, an_application()) is is_young


@pytest.mark.parametrize(
    ("seconds_ago", "unchanged"), [(None, 900), (5, 60), (60, 60), (61, 61), (899, 899), (950, 900)]
)
def test_seconds_without_a_change_are_a_minute_at_least(
    seconds_ago: int | None, unchanged: int
) -> None:
    at = None if seconds_ago is None else NOON - timedelta(seconds=seconds_ago)
    application = an_application(updated_at=at)
    seen = job_signals(a_flink_pipeline(application))
    assert seconds_unchanged(seen, application, 900) == unchanged


@pytest.mark.parametrize(
    ("busy", "cpu_percent", "used"),
    [((600,) * 3, (90,) * 3, 0.6), ((None,) * 3, (90,) * 3, 0.9), ((None,) * 3, (None,) * 3, None)],
    ids=["busy time", "cpu without it", "neither"],
)
def test_subtasks_are_used_by_busy_time_or_else_by_cpu(
    busy: tuple[float | None, ...], cpu_percent: tuple[float | None, ...], used: float | None
) -> None:
    seen = newest(job_signals(a_flink_pipeline()), "counter", busy=busy, cpu_percent=cpu_percent)
    assert utilization(seen, an_application()) == used


@pytest.mark.parametrize(
    ("busiest", "busy", "is_at_end"),
    [(799.9, 300, False), (800, 300, True), (None, 799.9, False), (None, 800, True),
     (300, 800, True), (None, None, False)],
    ids=["nearly", "one subtask", "nearly all", "all", "most at least", "not known"],
)  # fmt: skip
def test_a_job_is_at_its_end_by_its_busiest_subtask_or_by_all_of_them(
    busiest: float | None, busy: float | None, is_at_end: bool
) -> None:
    told: dict[str, Samples] = {
        "busiest": [busiest] * 3,
        "busy": [busy] * 3,
        "cpu_percent": [None] * 3,
    }
    seen = newest(job_signals(a_flink_pipeline()), "counter", **told)
    assert is_at_its_end(seen, an_application()) is is_at_end
