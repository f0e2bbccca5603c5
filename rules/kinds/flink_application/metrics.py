"""The metrics that diagnosis and sizing read of a Flink application, minute by minute."""

from collections.abc import Callable, Mapping

from tidegate.rules.graph import Resource
from tidegate.rules.kinds.flink_application.series import ApplicationSeries, TaskSeries
from tidegate.rules.kinds.flink_application.state import FlinkApplication
from tidegate.rules.window import Metric, Window, largest

__all__ = [
    "METRICS_PER_TASK",
    "application_metric",
    "application_metrics",
    "application_series",
    "behind_metric",
    "failed_checkpoints_metric",
    "heartbeats",
    "task_metric",
]


def application_metric(application: str, name: str, statistic: str) -> Metric:
    """A metric of AWS/KinesisAnalytics at the level Application, which every application has."""
    return Metric("AWS/KinesisAnalytics", name, (("Application", application),), statistic)


def task_metric(application: str, task: str, name: str, statistic: str) -> Metric:
    """A metric of one task; published from the metrics level TASK on (cloudwatch-logs-levels)."""
    dimensions = (("Application", application), ("Task", task))
    return Metric("AWS/KinesisAnalytics", name, dimensions, statistic)


def behind_metric(application: FlinkApplication, stream: str, statistic: str) -> Metric:
    """millisBehindLatest of an application on a stream: by the dimensions under which it was found,
    else by those that AWS's own sample scales by (aws-samples/kda-flink-app-autoscaling). -1 means
    not reported yet."""
    by_name = (("Application", application.name), ("Flow", "Input"), ("Id", stream))
    dimensions = application.behind_dimensions or by_name
    return Metric("AWS/KinesisAnalytics", "millisBehindLatest", dimensions, statistic)


def _names(application: FlinkApplication) -> Mapping[str, tuple[str, str]]:
    """Name and statistic by field, for what is published at the level Application.

    Flink 2.2 renamed three of them (Managed Service for Apache Flink guide, metrics-dimensions).
    """
    renamed = application.is_flink_2
    return {
        "lag_records": ("records_lag_max", "Maximum"),
        "records_per_second": ("numRecordsInPerSecond", "Average"),
        "cpu_percent": ("cpuUtilization", "Average"),
        "hottest_cpu_percent": ("cpuUtilization", "Maximum"),
        "heap_percent": ("heapMemoryUtilization", "Maximum"),
        "uptime_milliseconds": ("runningTime" if renamed else "uptime", "Minimum"),
        "downtime_milliseconds": ("restartingTime" if renamed else "downtime", "Maximum"),
        "restarts": ("numRestarts" if renamed else "fullRestarts", "Maximum"),
        "failed_checkpoints": ("numberOfFailedCheckpoints", "Maximum"),
        "checkpoint_milliseconds": ("lastCheckpointDuration", "Maximum"),
        "checkpoint_bytes": ("lastCheckpointSize", "Maximum"),
        "collected_milliseconds": ("oldGenerationGCTime", "Maximum"),
    }


_TIMES = {
    "busy": ("busyTimeMsPerSecond", "Average"),
    "busiest": ("busyTimeMsPerSecond", "Maximum"),
    "back_pressured": ("backPressuredTimeMsPerSecond", "Average"),
}


METRICS_PER_TASK = len(_TIMES)
"""That are read of each task, instead of the application's."""


def _times(application: FlinkApplication, field: str) -> tuple[Metric, ...]:
    name, statistic = _TIMES[field]
    tasks = tuple(
        task_metric(application.name, task, name, statistic) for task in application.tasks
    )
    return tasks or (application_metric(application.name, name, statistic),)


def application_metrics(application: FlinkApplication, source: Resource) -> tuple[Metric, ...]:
    """Every metric that ``application_series`` needs."""
    own = (application_metric(application.name, *each) for each in _names(application).values())
    times = (metric for field in _TIMES for metric in _times(application, field))
    behind = (
        () if application.reads_kafka else (behind_metric(application, source.name, "Maximum"),)
    )
    return (*own, *times, *behind)


def failed_checkpoints_metric(application: FlinkApplication) -> Metric:
    """How many checkpoints failed since the job was submitted."""
    return application_metric(application.name, *_names(application)["failed_checkpoints"])


def heartbeats(application: FlinkApplication) -> tuple[Metric, ...]:
    """What is published whenever the job runs, and what also while it doesn't."""
    names = _names(application)
    fields = ("records_per_second", "restarts")
    return tuple(application_metric(application.name, *names[each]) for each in fields)


def application_series(
    application: FlinkApplication, source: Resource, window: Callable[[Metric], Window]
) -> ApplicationSeries:
    """The series from the windows of ``application_metrics``."""
    own = {
        field: window(application_metric(application.name, *each))
        for field, each in _names(application).items()
    }
    times = {field: largest(map(window, _times(application, field))) for field in _TIMES}
    if application.reads_kafka:
        behind = _age(application, own["lag_records"], own["records_per_second"])
    else:
        behind = _reported(window(behind_metric(application, source.name, "Maximum")))
    tasks = tuple(_task(application.name, each, window) for each in application.tasks)
    return ApplicationSeries(behind_milliseconds=behind, **own, **times, tasks=tasks)


def _task(application: str, task: str, window: Callable[[Metric], Window]) -> TaskSeries:
    times = {field: window(task_metric(application, task, *each)) for field, each in _TIMES.items()}
    return TaskSeries(task, **times)


def _reported(behind: Window) -> Window:
    samples = tuple(None if each is None or each < 0 else each for each in behind.samples)
    return Window(behind.metric, behind.start, samples)


def _age(application: FlinkApplication, lag: Window, records: Window) -> Window:
    """How long ago the next record of the partition that lags most was written: its lag over what
    is read of it a second. While nothing is read, the last rate that was."""
    partitions = application.partitions or application.parallelism
    samples: list[float | None] = []
    rate = 0.0
    for waiting, read in zip(lag.samples, records.samples, strict=True):
        rate = read or rate
        known = waiting is not None and rate > 0
        samples.append((waiting or 0.0) * partitions / rate * 1000 if known else None)
    return Window(lag.metric, lag.start, tuple(samples))
