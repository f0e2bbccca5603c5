"""The metrics that a proposal is drawn from, five minutes a point."""

from dataclasses import replace

from tidegate.rules.graph import Pipeline
from tidegate.rules.kinds.dynamodb_table.metrics import table_metric
from tidegate.rules.kinds.dynamodb_table.state import Capacity, tables_behind
from tidegate.rules.kinds.kinesis_stream.metrics import stream_metric
from tidegate.rules.kinds.kinesis_stream.state import stream_of
from tidegate.rules.kinds.lambda_mapping.metrics import function_metric
from tidegate.rules.kinds.lambda_mapping.state import consumers_of
from tidegate.rules.window import Metric

__all__ = [
    "PERIOD_SECONDS",
    "capacities",
    "concurrent",
    "consumed",
    "incoming",
    "iterator_age",
    "proposal_metrics",
    "records_read",
    "refused",
    "throttled",
]

PERIOD_SECONDS = 300
"""CloudWatch keeps points of five minutes for 63 days, and those of a minute for 15 only
(GetMetricData, API reference)."""


def incoming(stream: str) -> tuple[Metric, Metric]:
    """Records and bytes taken in."""
    return (
        _coarse(stream_metric(stream, "IncomingRecords", "Sum")),
        _coarse(stream_metric(stream, "IncomingBytes", "Sum")),
    )


def refused(stream: str) -> Metric:
    """Records refused to producers."""
    return _coarse(stream_metric(stream, "WriteProvisionedThroughputExceeded", "Sum"))


def records_read(stream: str) -> Metric:
    """Records that consumers read."""
    return _coarse(stream_metric(stream, "GetRecords.Records", "Sum"))


def iterator_age(stream: str) -> Metric:
    """The age of the oldest unread record, in milliseconds."""
    return _coarse(stream_metric(stream, "GetRecords.IteratorAgeMilliseconds", "Maximum"))


def concurrent(function: str) -> Metric:
    """Concurrent executions of a function."""
    return _coarse(function_metric(function, "ConcurrentExecutions", "Maximum"))


def consumed(capacity: Capacity, kind: str) -> Metric:
    """Units consumed; ``kind`` is Write or Read."""
    name = f"Consumed{kind}CapacityUnits"
    return _coarse(table_metric(capacity.table, capacity.index, name, "Sum"))


def throttled(capacity: Capacity, kind: str) -> Metric:
    """Events throttled; ``kind`` is Write or Read."""
    name = f"{kind}ThrottleEvents"
    return _coarse(table_metric(capacity.table, capacity.index, name, "Sum"))


def _coarse(metric: Metric) -> Metric:
    return replace(metric, period_seconds=PERIOD_SECONDS)


def capacities(pipeline: Pipeline) -> tuple[Capacity, ...]:
    """Every provisioned capacity of the pipeline, each once."""
    found = {
        capacity.where: capacity
        for consumer in consumers_of(pipeline)
        for table in tables_behind(consumer)
        if table.is_provisioned
        for capacity in table.capacities
    }
    return tuple(found.values())


def proposal_metrics(pipeline: Pipeline) -> tuple[Metric, ...]:
    """Every metric that ``propose`` reads, five minutes a point."""
    stream = stream_of(pipeline).name
    return (
        *incoming(stream),
        refused(stream),
        records_read(stream),
        iterator_age(stream),
        *(concurrent(each.function.name) for each in consumers_of(pipeline)),
        *(
            of(capacity, kind)
            for capacity in capacities(pipeline)
            for kind in ("Write", "Read")
            for of in (consumed, throttled)
        ),
    )
