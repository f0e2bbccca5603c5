"""Flink applications as diagnosis sees them."""

from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any

from tidegate.rules.graph import Pipeline
from tidegate.rules.kinds.flink_application.metrics import (
    application_metrics,
    application_series,
    behind_metric,
    heartbeats,
)
from tidegate.rules.kinds.flink_application.series import ApplicationSeries
from tidegate.rules.kinds.flink_application.state import (
    RUNNING_STORAGE_GIGABYTES_PER_KPU,
    FlinkApplication,
    applications_of,
)
from tidegate.rules.kinds.kinesis_stream.state import PARENTS_SECONDS, stream_of
from tidegate.rules.kinds.signal_kind import Place, SignalKind
from tidegate.rules.kinds.source import Cut
from tidegate.rules.window import Metric, Window

if TYPE_CHECKING:
    from tidegate.rules.cause import Diagnosis
    from tidegate.rules.flow import ReaderHealth
    from tidegate.rules.kinds.signals import Signals
    from tidegate.rules.reason import Reason

__all__ = ["FlinkApplicationSignals"]

_NAMESPACE = "AWS/KinesisAnalytics"


class FlinkApplicationSignals(SignalKind):
    """The job's progress, its use of subtasks and heap, its failures and checkpoints."""

    name = "flink_application"
    pack = "flink"

    def metrics(self, pipeline: Pipeline) -> Iterable[Metric]:
        """Of each application, and of its tasks where they publish any."""
        for each in applications_of(pipeline):
            yield from application_metrics(each, pipeline.source)

    def heartbeats(self, pipeline: Pipeline) -> Iterable[Metric]:
        """What is published whenever the job runs, and what also while it doesn't."""
        return (metric for each in applications_of(pipeline) for metric in heartbeats(each))

    def series(self, pipeline: Pipeline, cut: Cut) -> Mapping[str, ApplicationSeries]:
        """By application."""
        return {
            each.name: application_series(each, pipeline.source, cut)
            for each in applications_of(pipeline)
        }

    def ages(self, series: Mapping[str, Any]) -> Iterable[Window]:
        """How far each job is behind."""
        return (each.behind_milliseconds for each in series.values())

    def places(self, pipeline: Pipeline, iterator_age_max_seconds: float) -> Iterator[Place]:
        """Applications, tasks, and how far each is behind its stream."""
        for application in applications_of(pipeline):
            yield from _places(application)
            if not application.reads_kafka:
                yield _behind(pipeline, application, iterator_age_max_seconds)

    def causes(self, signals: "Signals") -> "Iterable[Diagnosis]":
        """What ails the jobs."""
        # Imported here: who only reads the series, as the endpoint does, needs no causes.
        from tidegate.rules.kinds.flink_application.causes import application_causes

        return application_causes(signals)

    def causes_without_metrics(self, signals: "Signals") -> "Iterable[Diagnosis]":
        """Applications that don't run."""
        from tidegate.rules.kinds.flink_application.failures import stopped_applications

        return stopped_applications(signals)

    def is_restarting(self, signals: "Signals") -> bool:
        """Whether a job has just started."""
        from tidegate.rules.kinds.flink_application.job import has_just_started

        return any(has_just_started(signals, each) for each in applications_of(signals.pipeline))

    def is_saturated(self, signals: "Signals") -> bool:
        """Whether a job or one of its subtasks is busy all the time."""
        from tidegate.rules.kinds.flink_application.job import is_at_its_end

        return any(is_at_its_end(signals, each) for each in applications_of(signals.pipeline))

    def readers(self, signals: "Signals") -> "Iterable[ReaderHealth]":
        """By how far each job is behind."""
        from tidegate.rules.kinds.flink_application.reader_health import reader_health

        return (reader_health(signals, each) for each in applications_of(signals.pipeline))

    def settling(self, signals: "Signals") -> "Reason | None":
        """The first job that is being changed or has just started."""
        from tidegate.rules.kinds.flink_application import words
        from tidegate.rules.kinds.flink_application.job import has_just_started

        for application in applications_of(signals.pipeline):
            if has_just_started(signals, application):
                state = application.status if application.is_changing else "RUNNING again"
                return words.CATCHING_UP(name=application.name, state=state)
        return None

    def is_catching_up(self, signals: "Signals") -> bool:
        """Whether a job may still be reading the parents of a reshard to their end."""
        return bool(applications_of(signals.pipeline)) and signals.changed_within(PARENTS_SECONDS)

    def slow_to_drain(self, signals: "Signals") -> "Iterable[Diagnosis]":
        """By the task that holds the job up."""
        from tidegate.rules.kinds.flink_application.causes import slow_to_drain

        return slow_to_drain(signals)

    def where_to_look(self, signals: "Signals") -> str | None:
        """Into the job; more of it shows with the metrics level TASK."""
        if not applications_of(signals.pipeline):
            return None
        looking = "check the job's tasks in the Flink dashboard, and the application's log"
        applications = applications_of(signals.pipeline)
        if all(signals.of(each).busy.present for each in applications):
            return looking
        return f"{looking}; set the metrics level to TASK to see how busy each task is"


def _places(application: FlinkApplication) -> Iterator[Place]:
    name = application.name
    own: tuple[tuple[str, str], ...] = (("Application", name),)
    quantities: dict[str, float] = {
        "checkpoint_interval_milliseconds": application.checkpoint_interval_milliseconds,
        "running_storage_bytes": application.kpus * RUNNING_STORAGE_GIGABYTES_PER_KPU * 1e9,
    }
    flink = "flink-2" if application.is_flink_2 else "flink-1"
    for scope in ("application", flink, *(("kafka-source",) if application.reads_kafka else ())):
        yield Place(scope, _NAMESPACE, name, own, quantities)
    tasks = [(*own, ("Task", task)) for task in application.tasks] or [own]
    for dimensions in tasks:
        where = "/".join(value for _, value in dimensions)
        yield Place("task", _NAMESPACE, where, dimensions, {})


def _behind(
    pipeline: Pipeline, application: FlinkApplication, iterator_age_max_seconds: float
) -> Place:
    stream = stream_of(pipeline)
    times = {
        "objective_milliseconds": iterator_age_max_seconds * 1000,
        "retention_milliseconds": stream.retention_hours * 3_600_000,
    }
    behind = behind_metric(application, stream.name, "Maximum")
    return Place("kinesis-source", _NAMESPACE, application.name, behind.dimensions, times)
