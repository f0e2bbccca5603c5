"""The rows of a pipeline's dashboard: each layer as it is set now, its graphs and their limits."""

from collections.abc import Iterator, Mapping

from tidegate.rules.graph import Pipeline
from tidegate.rules.kinds.dynamodb_table.metrics import table_metric
from tidegate.rules.kinds.dynamodb_table.state import Capacity, tables_of
from tidegate.rules.kinds.flink_application.state import applications_of
from tidegate.rules.kinds.kinesis_stream.metrics import stream_metric
from tidegate.rules.kinds.kinesis_stream.state import Stream, has_stream, stream_of
from tidegate.rules.kinds.lambda_mapping.metrics import account_metric, function_metric
from tidegate.rules.kinds.lambda_mapping.state import (
    Consumer,
    EventSourceMapping,
    Function,
    account_of,
    consumers_of,
)
from tidegate.rules.kinds.packs import in_force
from tidegate.scaling.config.specification import PipelineSpec
from tidegate.scaling.observability.dashboard import Graph, Limit, Line, Row
from tidegate.scaling.observability.flink_application_rows import application_rows

__all__ = ["rows"]

SHARD_RECORDS, SHARD_BYTES = 1000, 1024 * 1024
"""What one shard takes a second (Kinesis quotas)."""


def rows(pipeline: Pipeline, spec: PipelineSpec) -> tuple[Row, ...]:
    """The layers of a pipeline as they are set now."""
    found = [] if not has_stream(pipeline) else [_stream(stream_of(pipeline), spec)]
    for application in applications_of(pipeline):
        found += application_rows(application, pipeline.source, spec)
    found += (_consumer(consumer, pipeline) for consumer in consumers_of(pipeline))
    for table in tables_of(pipeline):
        graphs = [graph for each in table.capacities for graph in _capacity(each)]
        text = (
            "Throttled writes slow what writes them, which raises the iterator age. An index "
            "throttles its table's writes. One partition takes 1,000 writes a second: a "
            "hot key throttles below the capacity, and more of it cures nothing."
        )
        found.append(Row(f"Table {table.name}", text, tuple(graphs)))
    return tuple(found)


def _stream(stream: Stream, spec: PipelineSpec) -> Row:
    objective = spec.objective.iterator_age_max_seconds
    shards = f"{stream.shard_count} shards of 1,000 records/s and 1 MiB/s each"
    width = shards if stream.is_provisioned else "On demand"
    text = (
        f"{width}; beyond that producers are refused. The iterator age is how long the oldest "
        f"unread record has waited: the objective is {objective:g} s, and past the retention "
        "records are lost unread."
    )
    limits = in_force(spec.thresholds)
    graphs = (*_taken_in(stream), *_ages(stream, objective, limits))
    return Row(f"Stream {stream.name}", text, graphs)


def _taken_in(stream: Stream) -> Iterator[Graph]:
    name, shards = stream.name, stream.shard_count
    provisioned = stream.is_provisioned
    refused = stream_metric(name, "WriteProvisionedThroughputExceeded", "Sum")
    yield Graph(
        "Records in",
        "records/s",
        (
            Line(stream_metric(name, "IncomingRecords", "Sum"), "taken in", 1 / 60),
            Line(refused, "refused", 1 / 60),
        ),
        (Limit(f"{shards} x 1,000 records/s", shards * SHARD_RECORDS),) if provisioned else (),
    )
    yield Graph(
        "Bytes in",
        "MiB/s",
        (Line(stream_metric(name, "IncomingBytes", "Sum"), "taken in", 1 / 60 / SHARD_BYTES),),
        (Limit(f"{shards} x 1 MiB/s", shards),) if provisioned else (),
    )


def _ages(stream: Stream, objective: float, limits: Mapping[str, float]) -> Iterator[Graph]:
    age = stream_metric(stream.name, "GetRecords.IteratorAgeMilliseconds", "Maximum")
    retention = float(stream.retention_hours)
    near, lost = limits["iterator-age-near-retention"], limits["iterator-age-at-retention"]
    yield Graph("Iterator age", "s", (Line(age, "age", 0.001),), (Limit("objective", objective),))
    yield Graph(
        "Iterator age against the retention",
        "h",
        (Line(age, "age", 0.001 / 3600),),
        (
            Limit(f"{near * 100:g} % of the retention", near * retention),
            Limit("retention: records are lost", lost * retention),
        ),
    )


def _consumer(consumer: Consumer, pipeline: Pipeline) -> Row:
    function, mapping = consumer.function, consumer.mapping
    text = (
        f"Factor {mapping.parallelization_factor}: at most {stream_of(pipeline).shard_count} x "
        f"{mapping.parallelization_factor} batches of {mapping.batch_size} at once"
        f"{_waits(mapping)}. Errors that go on block a shard: more capacity does not cure them."
    )
    graphs = (_duration(function), *_concurrency(consumer, pipeline), _failures(function))
    return Row(f"Function {function.name}", text, graphs)


def _waits(mapping: EventSourceMapping) -> str:
    seconds = mapping.batching_window_seconds
    return f", each waited for up to {seconds} s" if seconds else ""


def _duration(function: Function) -> Graph:
    return Graph(
        "Duration",
        "s",
        (
            Line(function_metric(function.name, "Duration", "Maximum"), "longest", 0.001),
            Line(function_metric(function.name, "Duration", "Average"), "mean", 0.001),
        ),
        (Limit("timeout", function.timeout_seconds),),
    )


def _concurrency(consumer: Consumer, pipeline: Pipeline) -> Iterator[Graph]:
    """The function's own; without a cap of its own, what it shares with the account too."""
    name, cap = consumer.function.name, consumer.function.reserved_concurrency
    executions = stream_of(pipeline).shard_count * consumer.mapping.batches_per_shard
    reserved = () if cap is None else (Limit("reserved concurrency", cap),)
    yield Graph(
        "Concurrent executions",
        "executions",
        (Line(function_metric(name, "ConcurrentExecutions", "Maximum"), "concurrent"),),
        (*reserved, Limit("shards x factor", executions)),
    )
    if cap is None:
        yield Graph(
            "Concurrency of the account",
            "executions",
            (Line(account_metric("ConcurrentExecutions", "Maximum"), "concurrent"),),
            (Limit("account's concurrency", account_of(pipeline).concurrency),),
        )


def _failures(function: Function) -> Graph:
    return Graph(
        "Errors and throttles",
        "a minute",
        (
            Line(function_metric(function.name, "Errors", "Sum"), "errors"),
            Line(function_metric(function.name, "Throttles", "Sum"), "throttles"),
        ),
    )


def _capacity(capacity: Capacity) -> Iterator[Graph]:
    where = (capacity.table, capacity.index)
    for kind, units in (("Write", capacity.write_units), ("Read", capacity.read_units)):
        consumed = table_metric(*where, f"Consumed{kind}CapacityUnits", "Sum")
        limits = (Limit("provisioned", units),) if units else ()
        title = f"{kind} units of {capacity.where}"
        yield Graph(title, "units/s", (Line(consumed, "consumed", 1 / 60),), limits)
    throttled = tuple(
        Line(table_metric(*where, f"{kind}ThrottleEvents", "Sum"), f"{kind.lower()}s")
        for kind in ("Write", "Read")
    )
    yield Graph(f"Throttled at {capacity.where}", "a minute", throttled)
