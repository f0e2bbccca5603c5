"""The metrics that diagnosis and sizing read, lined up minute by minute."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from tidegate.rules.graph import Capacity, Pipeline
from tidegate.rules.kinds.flink_application.metrics import (
    ApplicationSeries,
    application_metrics,
    application_series,
    heartbeats,
    largest,
)
from tidegate.rules.metrics import function_metric, stream_metric, table_metric
from tidegate.rules.window import Metric, Window

__all__ = [
    "LATE_SECONDS",
    "CapacitySeries",
    "FunctionSeries",
    "SignalSeries",
    "StreamSeries",
    "series_from",
    "series_metrics",
]

LATE_SECONDS = 180
"""CloudWatch delivers points one to three minutes late (CloudWatch guide); what is missing for
longer than this behind its neighbours is silent, not late."""


@dataclass(frozen=True, slots=True)
class StreamSeries:
    """The stream's own metrics, per minute: sums, and the maximum of the iterator age.

    The age is that of the reader furthest behind: Flink applications publish theirs.
    """

    incoming_records: Window
    incoming_bytes: Window
    write_throttles: Window
    read_throttles: Window
    read_records: Window
    iterator_age_milliseconds: Window


@dataclass(frozen=True, slots=True)
class FunctionSeries:
    """One function's metrics, per minute: sums, and maxima where the name says so; the age is the
    maximum of all its sources."""

    invocations: Window
    errors: Window
    throttles: Window
    duration_sum_milliseconds: Window
    duration_maximum_milliseconds: Window
    iterator_age_milliseconds: Window


@dataclass(frozen=True, slots=True)
class CapacitySeries:
    """Units consumed and events throttled on a table or an index, sums per minute.

    The throttle metrics are published only where something was throttled: silence there, while
    consumption is published, means that nothing was.
    """

    consumed_write_units: Window
    consumed_read_units: Window
    write_throttles: Window
    read_throttles: Window
    write_key_range_throttles: Window
    read_key_range_throttles: Window


@dataclass(frozen=True, slots=True)
class SignalSeries:
    """All vital windows, cut at ``judged_until``: the newest minute that no layer is late for.

    ``judged_until`` is None where there is no fresh data at all; ``last_seen`` is then the end
    of the newest minute of any layer, or None when nothing was ever seen. Functions are by name,
    capacities by ``Capacity.where``. ``unread`` has the windows that CloudWatch failed to read.
    """

    stream: StreamSeries
    functions: Mapping[str, FunctionSeries]
    capacities: Mapping[str, CapacitySeries]
    judged_until: datetime | None
    last_seen: datetime | None
    applications: Mapping[str, ApplicationSeries] = field(default_factory=dict)
    unread: tuple[Window, ...] = ()


def _stream_metrics(stream: str) -> tuple[Metric, ...]:
    return (
        stream_metric(stream, "IncomingRecords", "Sum"),
        stream_metric(stream, "IncomingBytes", "Sum"),
        stream_metric(stream, "WriteProvisionedThroughputExceeded", "Sum"),
        stream_metric(stream, "ReadProvisionedThroughputExceeded", "Sum"),
        stream_metric(stream, "GetRecords.Records", "Sum"),
        stream_metric(stream, "GetRecords.IteratorAgeMilliseconds", "Maximum"),
    )


def _function_metrics(function: str) -> tuple[Metric, ...]:
    return (
        function_metric(function, "Invocations", "Sum"),
        function_metric(function, "Errors", "Sum"),
        function_metric(function, "Throttles", "Sum"),
        function_metric(function, "Duration", "Sum"),
        function_metric(function, "Duration", "Maximum"),
        function_metric(function, "IteratorAge", "Maximum"),
    )


def _capacity_metrics(capacity: Capacity) -> tuple[Metric, ...]:
    names = (
        "ConsumedWriteCapacityUnits",
        "ConsumedReadCapacityUnits",
        "WriteThrottleEvents",
        "ReadThrottleEvents",
        "WriteKeyRangeThroughputThrottleEvents",
        "ReadKeyRangeThroughputThrottleEvents",
    )
    return tuple(table_metric(capacity.table, capacity.index, name, "Sum") for name in names)


def _capacities(pipeline: Pipeline) -> dict[str, Capacity]:
    return {capacity.where: capacity for table in pipeline.tables for capacity in table.capacities}


def series_metrics(pipeline: Pipeline) -> tuple[Metric, ...]:
    """Every metric that ``series_from`` needs of a pipeline, each once."""
    functions = dict.fromkeys(consumer.function.name for consumer in pipeline.consumers)
    metrics = [
        *(() if pipeline.stream.is_topic else _stream_metrics(pipeline.stream.name)),
        *(metric for function in functions for metric in _function_metrics(function)),
        *(
            metric
            for capacity in _capacities(pipeline).values()
            for metric in _capacity_metrics(capacity)
        ),
        *(
            metric
            for application in pipeline.applications
            for metric in application_metrics(application, pipeline.stream)
        ),
    ]
    return tuple(metrics)


def _end_of_newest(window: Window) -> datetime | None:
    newest = max((at for at, _ in window.points()), default=None)
    if newest is None:
        return None
    return newest + timedelta(seconds=window.metric.period_seconds)


def _cut(window: Window, end: datetime) -> Window:
    kept = int((end - window.start).total_seconds()) // window.metric.period_seconds
    return Window(window.metric, window.start, window.samples[: max(0, kept)])


def _heartbeats(pipeline: Pipeline) -> tuple[Metric, ...]:
    """One metric a layer that is published whenever the layer does anything."""
    stream = pipeline.stream.name
    metrics = (
        stream_metric(stream, "IncomingRecords", "Sum"),
        stream_metric(stream, "GetRecords.IteratorAgeMilliseconds", "Maximum"),
    )
    return (
        *(() if pipeline.stream.is_topic else metrics),
        *(metric for each in pipeline.applications for metric in heartbeats(each)),
        *(
            function_metric(consumer.function.name, "Invocations", "Sum")
            for consumer in pipeline.consumers
        ),
        *(
            table_metric(capacity.table, capacity.index, "ConsumedWriteCapacityUnits", "Sum")
            for capacity in _capacities(pipeline).values()
        ),
    )


def _judged_until(
    pipeline: Pipeline, windows: Mapping[Metric, Window], now: datetime
) -> tuple[datetime | None, datetime | None]:
    ends = [
        end
        for metric in _heartbeats(pipeline)
        if (end := _end_of_newest(windows[metric])) is not None
    ]
    if not ends:
        return None, None
    newest = max(ends)
    if now - newest > timedelta(seconds=LATE_SECONDS + 120):
        return None, newest
    late = timedelta(seconds=LATE_SECONDS)
    return min(end for end in ends if newest - end <= late), newest


def series_from(
    pipeline: Pipeline, windows: Mapping[Metric, Window], now: datetime
) -> SignalSeries:
    """Line the windows of ``series_metrics`` up and cut them where the slowest layer has reported.

    Judging a minute that one layer has not reported yet would blame the layer that reports first.
    """
    judged_until, last_seen = _judged_until(pipeline, windows, now)
    end = judged_until or last_seen or now

    def cut_one(metric: Metric) -> Window:
        return _cut(windows[metric], end)

    def cut(metrics: tuple[Metric, ...]) -> tuple[Window, ...]:
        return tuple(map(cut_one, metrics))

    applications = {
        each.name: application_series(each, pipeline.stream, cut_one)
        for each in pipeline.applications
    }
    return SignalSeries(
        stream=_stream_series(pipeline, cut, applications),
        functions={
            consumer.function.name: FunctionSeries(*cut(_function_metrics(consumer.function.name)))
            for consumer in pipeline.consumers
        },
        capacities={
            where: CapacitySeries(*cut(_capacity_metrics(capacity)))
            for where, capacity in _capacities(pipeline).items()
        },
        judged_until=judged_until,
        last_seen=last_seen,
        applications=applications,
        unread=tuple(each for each in windows.values() if each.unread is not None),
    )


def _stream_series(
    pipeline: Pipeline,
    cut: Callable[[tuple[Metric, ...]], tuple[Window, ...]],
    applications: Mapping[str, ApplicationSeries],
) -> StreamSeries:
    behind = [each.behind_milliseconds for each in applications.values()]
    if pipeline.stream.is_topic:
        age = largest(behind)
        silent = age.silenced()
        return StreamSeries(silent, silent, silent, silent, silent, age)
    own = StreamSeries(*cut(_stream_metrics(pipeline.stream.name)))
    age = largest([own.iterator_age_milliseconds, *behind])
    return replace(own, iterator_age_milliseconds=age)
