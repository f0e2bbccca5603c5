"""Which metrics are read of an application, and what becomes of them."""

from dataclasses import replace
from datetime import timedelta

import pytest

from tests.builders import NOON, Samples, a_stream
from tests.flink_builders import ARN, an_application
from tidegate.rules.graph import Source
from tidegate.rules.kinds.flink_application.metrics import (
    application_metric,
    application_metrics,
    application_series,
    behind_metric,
    failed_checkpoints_metric,
    heartbeats,
    task_metric,
)
from tidegate.rules.kinds.flink_application.state import FlinkApplication
from tidegate.rules.kinds.kafka_topic.state import Topic
from tidegate.rules.window import Metric, Window, largest

TOPIC = Topic("racers", ARN)
OLD = {"uptime", "downtime", "fullRestarts"}
NEW = {"runningTime", "restartingTime", "numRestarts"}


def names(metrics: tuple[Metric, ...]) -> set[str]:
    return {metric.name for metric in metrics}


@pytest.mark.parametrize(
    ("runtime", "has", "has_not"), [("FLINK-1_20", OLD, NEW), ("FLINK-2_2", NEW, OLD)]
)
def test_flink_2_has_other_names_for_three_metrics(
    runtime: str, has: set[str], has_not: set[str]
) -> None:
    found = names(application_metrics(an_application(runtime=runtime), a_stream()))
    assert has <= found
    assert not has_not & found


def test_a_stream_tells_its_age_and_a_topic_its_lag() -> None:
    of_stream = application_metrics(an_application(), a_stream())
    of_topic = application_metrics(an_application(reads_kafka=True), TOPIC)
    assert set(of_stream) - set(of_topic) == {of_stream[-1]}
    assert of_stream[-1].name == "millisBehindLatest"
    assert "records_lag_max" in names(of_topic)
    assert len(of_stream) == len(set(of_stream)) == 16


def test_times_are_read_of_each_task_where_tasks_publish_them() -> None:
    application = an_application(tasks=("Source", "Sink"))
    times = [
        (metric.name, metric.statistic, dict(metric.dimensions).get("Task"))
        for metric in application_metrics(application, TOPIC)
        if metric.name.endswith("TimeMsPerSecond")
    ]
    assert times == [
        (name, statistic, task)
        for name, statistic in (
            ("busyTimeMsPerSecond", "Average"), ("busyTimeMsPerSecond", "Maximum"),
            ("backPressuredTimeMsPerSecond", "Average"),
        )
        for task in ("Source", "Sink")
    ]  # fmt: skip


def test_records_and_restarts_are_published_whenever_there_is_a_job() -> None:
    assert heartbeats(an_application()) == (
        application_metric("counter", "numRecordsInPerSecond", "Average"),
        application_metric("counter", "fullRestarts", "Maximum"),
    )
    assert failed_checkpoints_metric(an_application()) == application_metric(
        "counter", "numberOfFailedCheckpoints", "Maximum"
    )


def window(metric: Metric, *samples: float | None) -> Window:
    return Window(metric, NOON - timedelta(minutes=len(samples)), samples)


METRIC = application_metric("counter", "any", "Maximum")


def test_the_largest_of_several_windows_leaves_gaps_out() -> None:
    first, second = window(METRIC, 1, None, 3, None), window(METRIC, 2, 5, 1, None)
    assert largest([first, second]) == window(METRIC, 2, 5, 3, None)
    assert largest([first]) == first


def behind(
    application: FlinkApplication, source: Source, **told: Samples
) -> tuple[float | None, ...]:
    """The age that comes of these metrics, by their names."""

    def of(metric: Metric) -> Window:
        return window(metric, *told.get(metric.name, [None] * len(next(iter(told.values())))))

    return application_series(application, source, of).behind_milliseconds.samples


def test_a_job_that_has_not_reported_its_age_yet_has_none() -> None:
    assert behind(an_application(), a_stream(), millisBehindLatest=[-1, 0, 900, None]) == (
        None, 0, 900, None,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("application", "lag", "read", "age"),
    [
        (an_application(2, partitions=8), [500], [1000], [4000]),
        (an_application(4), [500], [1000], [2000]),
        (an_application(4), [500, 500, 500], [1000, 0, None], [2000, 2000, 2000]),
        (an_application(4), [500, 500], [0, 1000], [None, 2000]),
        (an_application(4), [500, None], [1000, 1000], [2000, None]),
        (an_application(4), [0], [1000], [0]),
        (an_application(4), [500, 500], [1000, 2000], [2000, 1000]),
        (an_application(4), [500], [None], [None]),
        (an_application(4), [250], [0.5], [2_000_000]),
    ],
    ids=["of each partition", "of each subtask", "the last rate", "nothing was read yet",
         "no lag is told", "no lag", "another rate", "no rate", "a slow one"],
)  # fmt: skip
def test_the_age_of_a_topic_is_its_lag_over_what_is_read(
    application: FlinkApplication, lag: Samples, read: Samples, age: list[float | None]
) -> None:
    reader = replace(application, reads_kafka=True)
    found = behind(reader, TOPIC, records_lag_max=lag, numRecordsInPerSecond=read)
    assert list(found) == age


def test_each_field_is_the_window_of_its_own_metric() -> None:
    series = application_series(an_application(), a_stream(), lambda metric: window(metric, 1))
    assert (series.cpu_percent.metric.name, series.cpu_percent.metric.statistic) == (
        "cpuUtilization", "Average",
    )  # fmt: skip
    assert series.hottest_cpu_percent.metric.statistic == "Maximum"
    assert series.busiest.metric.statistic == "Maximum"
    assert series.back_pressured.metric.name == "backPressuredTimeMsPerSecond"
    assert series.collected_milliseconds.metric.name == "oldGenerationGCTime"
    assert series.checkpoint_bytes.metric.name == "lastCheckpointSize"


@pytest.mark.parametrize(
    ("metric", "namespace", "name", "dimensions", "statistic"),
    [
        (application_metric("a", "fullRestarts", "Maximum"), "AWS/KinesisAnalytics",
         "fullRestarts", (("Application", "a"),), "Maximum"),
        (task_metric("a", "Sink", "busyTimeMsPerSecond", "Average"), "AWS/KinesisAnalytics",
         "busyTimeMsPerSecond", (("Application", "a"), ("Task", "Sink")), "Average"),
        (behind_metric(an_application(name="a"), "s", "Maximum"), "AWS/KinesisAnalytics",
         "millisBehindLatest",
         (("Application", "a"), ("Flow", "Input"), ("Id", "s")), "Maximum"),
        (behind_metric(an_application(behind_dimensions=(("Id", "arn:s"),)), "s", "Maximum"),
         "AWS/KinesisAnalytics", "millisBehindLatest", (("Id", "arn:s"),), "Maximum"),
    ],
    ids=lambda value: f"{value.namespace} {value.dimensions}" if isinstance(value, Metric) else "",
)  # fmt: skip
def test_a_metric_is_asked_for_minute_by_minute_as_aws_publishes_it(
    metric: Metric,
    namespace: str,
    name: str,
    dimensions: tuple[tuple[str, str], ...],
    statistic: str,
) -> None:
    assert metric == Metric(namespace, name, dimensions, statistic, period_seconds=60)
