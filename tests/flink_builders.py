"""Flink pipelines and their windows for tests: a healthy one, to be made sick in one place."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from tests.builders import MINUTES, NOON, a_stream
from tidegate.rules.graph import Pipeline
from tidegate.rules.kinds.flink_application.metrics import application_metrics
from tidegate.rules.kinds.flink_application.state import FlinkApplication, applications_of
from tidegate.rules.kinds.kafka_topic.state import Topic
from tidegate.rules.kinds.kinesis_stream.metrics import stream_metric
from tidegate.rules.kinds.packs import in_force
from tidegate.rules.kinds.signal_series import series_from, series_metrics
from tidegate.rules.kinds.signals import Signals
from tidegate.rules.window import Metric, Window
from tidegate.scaling.config.specification import ApplicationSpec, Levers, LeverSpec, PipelineSpec
from tidegate.scaling.kinds.registry import KINDS

ARN = "arn:aws:kinesisanalytics:us-east-1:123456789012:application/counter"
FLINK_SPEC = PipelineSpec(
    name="clicks",
    stream="racers",
    applications=[ApplicationSpec("counter")],
    levers=Levers(
        parallelism=LeverSpec(max=64, owner="tidegate"),
        parallelism_per_kpu=LeverSpec(max=8, owner="tidegate"),
        shard_count=LeverSpec(max=64, owner="tidegate"),
    ),
)


def an_application(parallelism: int = 2, **changes: Any) -> FlinkApplication:
    application = FlinkApplication(
        "counter", ARN, "RUNNING", "token-1", parallelism, parallelism, kpus_max=64,
        rollback_enabled=True,
    )  # fmt: skip
    return replace(application, **changes)


def a_flink_pipeline(
    application: FlinkApplication | None = None, *, shards: int = 8, topic: bool = False
) -> Pipeline:
    source = Topic("racers", ARN) if topic else a_stream(shards)
    reader = replace(application or an_application(), reads_kafka=topic)
    return Pipeline("clicks", (source, reader), kinds=KINDS)


def with_applications(pipeline: Pipeline, *applications: FlinkApplication) -> Pipeline:
    """The same pipeline with other applications."""
    others = (each for each in pipeline.resources if not isinstance(each, FlinkApplication))
    return replace(pipeline, resources=(*others, *applications))


@dataclass(frozen=True)
class JobMinute:
    """What happened in every minute of a window, as CloudWatch would publish it; a metric that is
    None isn't published."""

    arrivals_per_second: float = 1000.0
    records_per_second: float | None = 1000.0
    behind_seconds: float | None = 1.0
    lag_records: float | None = None
    busy: float | None = 500.0
    busiest: float | None = 550.0
    back_pressured: float | None = 0.0
    cpu_percent: float | None = 50.0
    hottest_cpu_percent: float | None = 52.0
    heap_percent: float | None = 40.0
    uptime_seconds: float = 90_000.0
    downtime_seconds: float = 0.0
    restarts: float = 0.0
    failed_checkpoints: float | None = 0.0
    checkpoint_seconds: float | None = 2.0
    checkpoint_megabytes: float | None = 100.0
    collected_seconds: float | None = 0.0
    units_per_record: float = 1.0
    table_throttles: float = 0.0
    tasks: Mapping[str, tuple[float, float, float]] = field(default_factory=dict)
    """Of tasks that publish their own: busy, its busiest subtask, and back-pressured."""

    def of_task(self, task: str | None) -> "JobMinute":
        """The same minute with one task's times, where it has its own."""
        times = None if task is None else self.tasks.get(task)
        if times is None:
            return self
        busy, busiest, back_pressured = times
        return replace(self, busy=busy, busiest=busiest, back_pressured=back_pressured)


DOWN = JobMinute(
    records_per_second=None, behind_seconds=None, busy=None, busiest=None, back_pressured=None,
    cpu_percent=None, hottest_cpu_percent=None, heap_percent=None, failed_checkpoints=None,
    checkpoint_seconds=None, checkpoint_megabytes=None, collected_seconds=None, uptime_seconds=0,
    downtime_seconds=60,
)  # fmt: skip
"""A minute in which the job is down: only uptime, downtime and restarts are told."""

_TOLD = {
    ("numRecordsInPerSecond", "Average"): lambda minute: minute.records_per_second,
    ("records_lag_max", "Maximum"): lambda minute: minute.lag_records,
    ("busyTimeMsPerSecond", "Average"): lambda minute: minute.busy,
    ("busyTimeMsPerSecond", "Maximum"): lambda minute: minute.busiest,
    ("backPressuredTimeMsPerSecond", "Average"): lambda minute: minute.back_pressured,
    ("cpuUtilization", "Average"): lambda minute: minute.cpu_percent,
    ("cpuUtilization", "Maximum"): lambda minute: minute.hottest_cpu_percent,
    ("heapMemoryUtilization", "Maximum"): lambda minute: minute.heap_percent,
    ("uptime", "Minimum"): lambda minute: minute.uptime_seconds * 1000,
    ("downtime", "Maximum"): lambda minute: minute.downtime_seconds * 1000,
    ("fullRestarts", "Maximum"): lambda minute: minute.restarts,
    ("numberOfFailedCheckpoints", "Maximum"): lambda minute: minute.failed_checkpoints,
    ("lastCheckpointDuration", "Maximum"): lambda minute: _times(minute.checkpoint_seconds, 1e3),
    ("lastCheckpointSize", "Maximum"): lambda minute: _times(minute.checkpoint_megabytes, 1e6),
    ("oldGenerationGCTime", "Maximum"): lambda minute: _times(minute.collected_seconds, 1e3),
    ("millisBehindLatest", "Maximum"): lambda minute: _times(minute.behind_seconds, 1e3),
}


def _times(value: float | None, factor: float) -> float | None:
    return None if value is None else value * factor


@dataclass
class JobTold:
    """Windows up to noon, written minute by minute."""

    pipeline: Pipeline
    minutes: list[JobMinute] = field(default_factory=list)

    def windows(self, end: datetime = NOON) -> Mapping[Metric, Window]:
        start = end - timedelta(minutes=len(self.minutes))
        source = self.pipeline.source
        told = {}
        for metric in series_metrics(self.pipeline):
            key = (metric.name, metric.statistic)
            samples: list[float | None] = [None] * len(self.minutes)
            if key in _TOLD and metric in application_metrics(
                applications_of(self.pipeline)[0], source
            ):
                task = dict(metric.dimensions).get("Task")
                samples = [_TOLD[key](minute.of_task(task)) for minute in self.minutes]
            if metric == stream_metric(source.name, "IncomingRecords", "Sum"):
                samples = [minute.arrivals_per_second * 60 for minute in self.minutes]
            if metric.name == "ConsumedWriteCapacityUnits":
                samples = [
                    (minute.records_per_second or 0.0) * 60 * minute.units_per_record
                    for minute in self.minutes
                ]
            if metric.name == "WriteThrottleEvents":
                samples = [minute.table_throttles or None for minute in self.minutes]
            told[metric] = Window(metric, start, tuple(samples))
        return told


def job_signals(pipeline: Pipeline, *minutes: JobMinute, now: datetime = NOON) -> Signals:
    """The given minutes at the end of ninety, healthy ones before them."""
    before = [JobMinute()] * (MINUTES - len(minutes))
    event_timeline = JobTold(pipeline, [*before, *minutes])
    return Signals(
        pipeline, series_from(pipeline, event_timeline.windows(), now), 60, thresholds=in_force({})
    )
