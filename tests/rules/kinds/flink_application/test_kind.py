"""Applications as diagnosis sees them."""

import pytest

from tests.flink_builders import JobMinute, a_flink_pipeline, an_application, job_signals
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
