"""The rows of a Flink application in the order of AWS's own dashboard: health, resources, progress,
source (AWS Big Data Blog, Enhanced monitoring and automatic scaling for Apache Flink), by the
statistics of its sample (aws-samples/kda-metrics-dashboard). Lines of CPU and heap are the
thresholds in force and not the sample's 80 and 90 %.
"""

from collections.abc import Iterator, Mapping

from tidegate.rules.graph import Resource
from tidegate.rules.kinds.flink_application.metrics import (
    application_metric,
    behind_metric,
    task_metric,
)
from tidegate.rules.kinds.flink_application.state import (
    RUNNING_STORAGE_GIGABYTES_PER_KPU,
    FlinkApplication,
    applications_of,
)
from tidegate.scaling.kinds.flink_application.dashboard_lines import (
    COLLECTING_PERCENT,
    LAG_RECORDS,
)
from tidegate.scaling.model.dashboard_row import Graph, Limit, Line, Row
from tidegate.scaling.model.watched import Watched

__all__ = ["application_rows"]


def application_rows(watched: Watched) -> Iterator[Row]:
    """Health, resources, progress and source of each application."""
    for application in applications_of(watched.pipeline):
        yield from _rows(application, watched)


def _rows(application: FlinkApplication, watched: Watched) -> Iterator[Row]:
    name, source = application.name, watched.pipeline.source
    objective = watched.iterator_age_max_seconds
    yield Row(f"Application {name}: health", _health_words(application), _health(application))
    use = _use(application, watched.thresholds)
    yield Row(f"Application {name}: resources", _resource_words(application), use)
    yield Row(
        f"Application {name}: progress",
        "Records received and emitted, over all operators. Late records are dropped. The "
        "difference between input and output watermark is the event time latency.",
        _progress(application),
    )
    yield Row(
        f"Application {name}: source",
        f"How far it is behind {source.name}; the objective is {objective:g} s. Each "
        "change of the parallelism restarts the job, which adds to it.",
        (
            _topic(application)
            if application.reads_kafka
            else _behind(application, source, objective),
        ),
    )


def _health_words(application: FlinkApplication) -> str:
    return (
        f"{application.status}, {application.runtime}. Restarts that go on are a crash loop, which "
        "no parallelism cures. Checkpoints that grow longer point to back-pressure or a growing "
        "state; failed ones make the next failure read further back."
    )


def _resource_words(application: FlinkApplication) -> str:
    own = "on" if application.autoscaling_enabled else "off"
    return (
        f"Parallelism {application.parallelism}, {application.parallelism_per_kpu} a KPU: "
        f"{application.kpus} KPUs of at most {application.kpus_max}, each with one CPU and 3 GB "
        f"of heap. The service's own autoscaling is {own}."
    )


def _line(application: FlinkApplication, name: str, label: str, scale: float = 1.0) -> Line:
    statistic = "Average" if name.endswith(("Utilization", "Second")) else "Maximum"
    return Line(application_metric(application.name, name, statistic), label, scale)


def _health(application: FlinkApplication) -> tuple[Graph, ...]:
    renamed = application.is_flink_2
    up, down, restarts = (
        ("runningTime", "restartingTime", "numRestarts")
        if renamed
        else ("uptime", "downtime", "fullRestarts")
    )
    uptime = application_metric(application.name, up, "Minimum")
    interval = application.checkpoint_interval_milliseconds / 1000
    size = application_metric(application.name, "lastCheckpointSize", "Average")
    storage = float(RUNNING_STORAGE_GIGABYTES_PER_KPU * application.kpus)
    return (
        Graph("Up", "hours", (Line(uptime, "up", 1 / 3_600_000),)),
        Graph(
            "Down and restarts",
            "s, and restarts",
            (
                _line(application, down, "down", 0.001),
                _line(application, restarts, "restarts"),
                _line(application, "numberOfFailedCheckpoints", "failed checkpoints"),
            ),
            (Limit("none", 0),),
        ),
        Graph(
            "Last checkpoint",
            "s",
            (_line(application, "lastCheckpointDuration", "duration", 0.001),),
            (Limit("interval", interval),),
        ),
        Graph(
            "Size of the last checkpoint",
            "GB",
            (Line(size, "size", 1e-9),),
            (Limit("running storage", storage),),
        ),
    )


def _use(application: FlinkApplication, limits: Mapping[str, float]) -> tuple[Graph, ...]:
    name = application.name
    collecting = application_metric(name, "oldGenerationGCTime", "Maximum")
    collections = application_metric(name, "oldGenerationGCCount", "Maximum")
    return (
        Graph(
            "CPU",
            "%",
            (
                _line(application, "cpuUtilization", "mean"),
                Line(application_metric(name, "cpuUtilization", "Maximum"), "hottest"),
            ),
            (Limit("high", limits["cpu-high"]), Limit("all", 100)),
        ),
        Graph(
            "Heap",
            "%",
            (
                Line(
                    application_metric(application.name, "heapMemoryUtilization", "Maximum"), "heap"
                ),
            ),
            (Limit("high", limits["heap-high"]), Limit("all", 100)),
        ),
        Graph(
            "Old generation: time",
            "% of the time",
            (Line(collecting, "collecting", 100 / 1000, is_counter=True),),
            (Limit("high", COLLECTING_PERCENT),),
        ),
        Graph(
            "Old generation: collections",
            "a minute",
            (Line(collections, "collections", 60, is_counter=True),),
        ),
        Graph("Threads", "threads", (_line(application, "threadsCount", "threads"),)),
    )


def _progress(application: FlinkApplication) -> tuple[Graph, ...]:
    records = (
        _line(application, "numRecordsInPerSecond", "in"),
        _line(application, "numRecordsOutPerSecond", "out"),
    )
    name = application.name
    watermark = application_metric(name, "currentInputWatermark", "Minimum")
    emitted = application_metric(name, "currentOutputWatermark", "Minimum")
    return (
        Graph("Records", "records/s", records),
        Graph("Busy and held back", "ms of a second", _times(application), (Limit("all", 1000),)),
        Graph(
            "Late records", "dropped since the start",
            (_line(application, "numLateRecordsDropped", "dropped"),),
        ),
        Graph("Event time latency", "s", (Line(watermark, "input less output", 0.001, emitted),)),
    )  # fmt: skip


def _times(application: FlinkApplication) -> tuple[Line, ...]:
    """Of each task that publishes its own, else of the application."""
    words = {
        "busyTimeMsPerSecond": "busy",
        "backPressuredTimeMsPerSecond": "held back",
        "idleTimeMsPerSecond": "idle",
    }
    if not application.tasks:
        return tuple(_line(application, name, word) for name, word in words.items())
    return tuple(
        Line(task_metric(application.name, task, name, "Average"), f"{task} {word}")
        for task in application.tasks
        for name, word in words.items()
    )


def _behind(application: FlinkApplication, source: Resource, objective: float) -> Graph:
    behind = Line(behind_metric(application, source.name, "Maximum"), "behind", 0.001)
    return Graph("Time behind the latest record", "s", (behind,), (Limit("objective", objective),))


def _topic(application: FlinkApplication) -> Graph:
    line = _line(application, "records_lag_max", "lag")
    limits = (Limit("high", LAG_RECORDS),)
    return Graph("Lag of the partition furthest behind", "records", (line,), limits)
