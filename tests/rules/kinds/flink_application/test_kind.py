"""Applications as diagnosis sees them."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from tests.builders import MINUTES, NOON, a_pipeline, signals
from tests.flink_builders import (
    JobMinute,
    a_flink_pipeline,
    an_application,
    job_signals,
    with_applications,
)
from tidegate.rules.cause import Cause
from tidegate.rules.kinds.flink_application.kind import FlinkApplicationSignals

JOBS = FlinkApplicationSignals()


@pytest.mark.parametrize(
    ("runtime", "topic", "scopes"),
    [
        ("FLINK-1_20", False, ["application", "flink-1", "task", "kinesis-source"]),
        ("FLINK-2_2", False, ["application", "flink-2", "task", "kinesis-source"]),
        ("FLINK-2_2", True, ["application", "flink-2", "kafka-source", "task"]),
    ],
)
def test_rules_apply_by_runtime_and_source(runtime: str, topic: bool, scopes: list[str]) -> None:
    pipeline = a_flink_pipeline(an_application(runtime=runtime), topic=topic)
    assert [each.scope for each in JOBS.places(pipeline, 60)] == scopes


def test_a_job_that_tells_of_tasks_is_judged_by_each() -> None:
    pipeline = a_flink_pipeline(an_application(tasks=("Source", "Sink")))
    tasks = [each.where for each in JOBS.places(pipeline, 60) if each.scope == "task"]
    assert tasks == ["counter/Source", "counter/Sink"]


def test_quantities_follow_the_kpus_and_the_stream() -> None:
    pipeline = a_flink_pipeline(an_application(4, parallelism_per_kpu=2))
    own, *_, source = JOBS.places(pipeline, 30)
    assert own.quantities == {
        "checkpoint_interval_milliseconds": 60_000,
        "running_storage_bytes": 2 * 50e9,
    }
    assert source.quantities == {
        "objective_milliseconds": 30_000,
        "retention_milliseconds": 24 * 3_600_000,
    }


def test_how_far_a_job_is_behind_is_an_age_of_its_source() -> None:
    seen = job_signals(a_flink_pipeline(), JobMinute(behind_seconds=7.0))
    (age,) = JOBS.ages(seen.series.of["flink_application"])
    assert age.samples[-1] == 7000


def test_an_application_that_does_not_run_is_known_without_a_metric() -> None:
    stopped = job_signals(
        a_flink_pipeline(an_application(status="READY", failure="too many")), JobMinute()
    )
    (found,) = JOBS.causes_without_metrics(stopped)
    assert (found.cause, found.where) == (Cause.APPLICATION_STOPPED, "counter")


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({}, None),
        ({"status": "UPDATING"}, "counter is UPDATING and has not caught up yet"),
        ({"updated_at": NOON - timedelta(seconds=30)},
         "counter is RUNNING again and has not caught up yet"),
        ({"updated_at": NOON - timedelta(hours=1)}, None),
    ],
    ids=["runs", "is changed", "was just changed", "was changed long ago"],
)  # fmt: skip
def test_a_job_that_is_changed_or_has_just_started_is_named(
    changes: dict[str, Any], words: str | None
) -> None:
    told = JOBS.settling(job_signals(a_flink_pipeline(an_application(**changes)), JobMinute()))
    assert (None if told is None else str(told)) == words


@pytest.mark.parametrize(
    ("seconds_ago", "is_catching_up"), [(None, False), (590, True), (610, False)]
)
def test_a_job_may_read_the_parents_of_a_reshard_for_ten_minutes(
    seconds_ago: int | None, is_catching_up: bool
) -> None:
    seen = job_signals(a_flink_pipeline(), JobMinute())
    judged = seen.series.judged_until
    assert judged is not None
    if seconds_ago is not None:
        seen = replace(seen, changed_at=judged - timedelta(seconds=seconds_ago))
    assert JOBS.is_catching_up(seen) is is_catching_up
    without = replace(seen, pipeline=with_applications(seen.pipeline))
    assert not JOBS.is_catching_up(without)


@pytest.mark.parametrize(("busy", "is_asked_for"), [(300.0, False), (None, True)])
def test_how_busy_each_task_is_is_asked_for_where_it_is_not_told(
    busy: float | None, is_asked_for: bool
) -> None:
    seen = job_signals(a_flink_pipeline(), *[JobMinute(busy=busy)] * MINUTES)
    look = JOBS.where_to_look(seen)
    assert look is not None
    assert ("set the metrics level to TASK" in look) is is_asked_for
    assert JOBS.where_to_look(signals(a_pipeline())) is None
