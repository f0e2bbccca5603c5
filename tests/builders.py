"""Pipelines and their windows for tests: a healthy one, to be made sick in one place."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from tidegate.rules.graph import Pipeline
from tidegate.rules.kinds.dynamodb_table.metrics import table_metric
from tidegate.rules.kinds.dynamodb_table.state import Capacity, Table, tables_of
from tidegate.rules.kinds.kinesis_stream.metrics import stream_metric
from tidegate.rules.kinds.kinesis_stream.state import HASH_KEYS, KeySample, Shard, Stream, stream_of
from tidegate.rules.kinds.lambda_mapping.metrics import function_metric
from tidegate.rules.kinds.lambda_mapping.state import (
    Consumer,
    EventSourceMapping,
    Function,
    LambdaAccount,
    Reading,
    consumers_of,
)
from tidegate.rules.kinds.packs import in_force
from tidegate.rules.kinds.signal_series import series_from, series_metrics
from tidegate.rules.kinds.signals import Signals
from tidegate.rules.kinds.source import SourceSeries
from tidegate.rules.window import Metric, Window
from tidegate.scaling.config.specification import (
    ConsumerSpec,
    Levers,
    LeverSpec,
    PipelineSpec,
    RetentionSpec,
    TableSpec,
)
from tidegate.scaling.kinds.registry import KINDS
from tidegate.scaling.model.resource_type import ResourceType

__all__ = [
    "MINUTES",
    "NOON",
    "OURS",
    "SPEC",
    "Capacity",
    "Consumer",
    "Function",
    "KeySample",
    "Minute",
    "Reading",
    "Samples",
    "Shard",
    "Stream",
    "Table",
    "Told",
    "a_pipeline",
    "a_stream",
    "a_table",
    "even_shards",
    "function_metric",
    "newest",
    "of_types",
    "signals",
    "source_series",
    "stream_metric",
    "table_metric",
    "the_consumer",
    "the_stream",
    "the_table",
    "told",
    "with_consumers",
    "with_key_samples",
    "with_mapping",
    "with_reserved_concurrency",
    "with_source_series",
    "with_stream",
]  # fmt: skip

NOON = datetime(2026, 1, 5, 12, tzinfo=UTC)
MINUTES = 90
OURS = Levers(
    shard_count=LeverSpec(max=64, owner="tidegate"),
    parallelization_factor=LeverSpec(max=10, owner="tidegate"),
    write_capacity=LeverSpec(max=40_000, owner="tidegate"),
    read_capacity=LeverSpec(max=40_000, owner="tidegate"),
    retention_hours=RetentionSpec(min=24, max=168, owner="tidegate"),
)
SPEC = PipelineSpec(
    name="race",
    stream="racers",
    consumers=[ConsumerSpec("scorer", tables=[TableSpec("scores")])],
    levers=OURS,
)


def even_shards(count: int) -> tuple[Shard, ...]:
    edges = [HASH_KEYS * at // count for at in range(count + 1)]
    return tuple(Shard(f"shard-{at}", edges[at], edges[at + 1] - 1) for at in range(count))


def a_stream(shards: int = 1, **changes: Any) -> Stream:
    arn = "arn:aws:kinesis:us-east-1:123456789012:stream/racers"
    stream = Stream("racers", arn, "ACTIVE", "PROVISIONED", even_shards(shards), 24)
    return replace(stream, **changes)


def a_table(write_units: int = 1000, *, index_units: int | None = None) -> Table:
    own = Capacity("scores", None, "ACTIVE", write_units, 10)
    indexes: tuple[Capacity, ...] = ()
    if index_units is not None:
        indexes = (Capacity("scores", "by-race", "ACTIVE", index_units, 10),)
    return Table("scores", "ACTIVE", "PROVISIONED", own, indexes)


def a_pipeline(
    *,
    shards: int = 1,
    factor: int = 1,
    table: Table | None = None,
    reserved_concurrency: int | None = None,
) -> Pipeline:
    stream = a_stream(shards)
    consumer = Consumer(
        Function("scorer", 15, 512, reserved_concurrency),
        EventSourceMapping("uuid-1", "scorer", stream.arn, "Enabled", factor),
        (table or a_table(5000),),
    )
    return Pipeline("race", (stream, consumer), kinds=KINDS)


def of_types(pipeline: Pipeline, *types: ResourceType) -> Pipeline:
    """The same pipeline, described with other types of resource."""
    return replace(pipeline, kinds=replace(pipeline.kinds, types=types))


# ---- the shape of a pipeline, known here and in flink_builders alone


def the_stream(pipeline: Pipeline) -> Stream:
    return stream_of(pipeline)


def the_consumer(pipeline: Pipeline) -> Consumer:
    (consumer,) = consumers_of(pipeline)
    return consumer


def the_table(pipeline: Pipeline) -> Table:
    (table,) = tables_of(pipeline)
    return table


def with_stream(pipeline: Pipeline, stream: Stream) -> Pipeline:
    """The same pipeline with another state of its stream."""
    return pipeline.replaced(stream_of(pipeline), stream)


def with_consumers(pipeline: Pipeline, *consumers: Consumer) -> Pipeline:
    """The same pipeline with other consumers."""
    others = (each for each in pipeline.resources if not isinstance(each, Consumer))
    return replace(pipeline, resources=(*others, *consumers))


def with_mapping(pipeline: Pipeline, **settings: Any) -> Pipeline:
    """The same pipeline with other settings of its one mapping."""
    consumer = the_consumer(pipeline)
    return with_consumers(
        pipeline, replace(consumer, mapping=replace(consumer.mapping, **settings))
    )


def with_key_samples(pipeline: Pipeline, *samples: KeySample) -> Pipeline:
    """The same pipeline, whose shards were looked into."""
    return with_stream(pipeline, replace(stream_of(pipeline), key_samples=samples))


def with_reserved_concurrency(pipeline: Pipeline, count: int) -> Pipeline:
    """The same pipeline in an account in which functions have so much reserved."""
    account = LambdaAccount(reserved_concurrency=count)
    return replace(pipeline, resources=(*pipeline.resources, account))


@dataclass(frozen=True)
class Minute:
    """What happened in every minute of a window, as CloudWatch would publish it."""

    records_per_second: float = 100.0
    record_bytes: float = 300.0
    refused_per_second: float = 0.0
    age_seconds: float = 1.0
    batch: float = 50.0
    seconds_per_batch: float = 0.4
    longest_seconds: float = 0.6
    errors: float = 0.0
    throttles: float = 0.0
    units_per_record: float = 1.0
    index_units_per_record: float = 1.0
    table_throttles: float = 0.0
    index_throttles: float = 0.0
    key_range_throttles: float = 0.0


@dataclass
class Told:
    """Windows of ninety minutes up to noon, written minute by minute."""

    pipeline: Pipeline
    minutes: list[Minute | None] = field(default_factory=list)

    def windows(self, end: datetime = NOON) -> Mapping[Metric, Window]:
        start = end - timedelta(minutes=len(self.minutes))
        series: dict[Metric, list[float | None]] = {}
        for at, minute in enumerate(self.minutes):
            for metric, sample in ({} if minute is None else self._samples(minute)).items():
                series.setdefault(metric, [None] * len(self.minutes))[at] = sample
        nothing: list[float | None] = [None] * len(self.minutes)
        return {
            metric: Window(metric, start, tuple(series.get(metric, nothing)))
            for metric in series_metrics(self.pipeline)
        }

    def _samples(self, minute: Minute) -> dict[Metric, float]:
        stream, records = stream_of(self.pipeline).name, minute.records_per_second * 60
        invocations = records / minute.batch if minute.batch else 0.0
        samples = {
            stream_metric(stream, "IncomingRecords", "Sum"): records,
            stream_metric(stream, "IncomingBytes", "Sum"): records * minute.record_bytes,
            stream_metric(stream, "WriteProvisionedThroughputExceeded", "Sum"): (
                minute.refused_per_second * 60
            ),
            stream_metric(stream, "ReadProvisionedThroughputExceeded", "Sum"): 0.0,
            stream_metric(stream, "GetRecords.Records", "Sum"): records,
            stream_metric(stream, "GetRecords.IteratorAgeMilliseconds", "Maximum"): (
                minute.age_seconds * 1000
            ),
            function_metric("scorer", "Invocations", "Sum"): invocations,
            function_metric("scorer", "Errors", "Sum"): minute.errors,
            function_metric("scorer", "Throttles", "Sum"): minute.throttles,
            function_metric("scorer", "Duration", "Sum"): (
                invocations * minute.seconds_per_batch * 1000
            ),
            function_metric("scorer", "Duration", "Maximum"): minute.longest_seconds * 1000,
        }
        for capacity in (each for table in tables_of(self.pipeline) for each in table.capacities):
            own = capacity.index is None
            units = minute.units_per_record if own else minute.index_units_per_record
            throttled = minute.table_throttles if own else minute.index_throttles
            where = (capacity.table, capacity.index)
            samples[table_metric(*where, "ConsumedWriteCapacityUnits", "Sum")] = records * units
            if throttled:
                samples[table_metric(*where, "WriteThrottleEvents", "Sum")] = throttled
            if minute.key_range_throttles and own:
                name = "WriteKeyRangeThroughputThrottleEvents"
                samples[table_metric(*where, name, "Sum")] = minute.key_range_throttles
        return samples


def told(pipeline: Pipeline, *minutes: Minute | None, healthy_before: bool = True) -> Told:
    """The given minutes at the end of ninety, healthy ones before them."""
    before = [Minute()] * (MINUTES - len(minutes)) if healthy_before else []
    return Told(pipeline, [*before, *minutes])


def signals(
    pipeline: Pipeline, *minutes: Minute | None, healthy_before: bool = True, now: datetime = NOON
) -> Signals:
    event_timeline = told(pipeline, *minutes, healthy_before=healthy_before)
    return Signals(
        pipeline, series_from(pipeline, event_timeline.windows(), now), 60, thresholds=in_force({})
    )


Samples = Sequence[float | None]


def newest(seen: Signals, part: str = "stream", /, **samples: Samples) -> Signals:
    """The same signals with other newest minutes in windows of ``part``: of the stream, or of the
    function, table, index or application of that name."""
    series = seen.series
    if part == "stream":
        return with_source_series(seen, _ending(source_series(seen), samples))
    kind, parts = next((kind, parts) for kind, parts in series.of.items() if part in parts)
    changed = {**parts, part: _ending(parts[part], samples)}
    of = {**series.of, kind: changed}
    return _as_read(replace(seen, series=replace(series, of=of)), changed[part])


def source_series(seen: Signals) -> SourceSeries:
    return seen.series.source


def with_source_series(seen: Signals, series: SourceSeries) -> Signals:
    """The same signals with other windows of what records wait in."""
    return _as_read(replace(seen, series=replace(seen.series, source=series)), series)


def _as_read(seen: Signals, series: Any) -> Signals:
    """The same signals, which were read with the windows of this series."""
    told = (getattr(series, each.name) for each in fields(series))
    windows = {each.metric: each for each in told if isinstance(each, Window)}
    known = {**seen.series.windows, **windows}
    return replace(seen, series=replace(seen.series, windows=known))


def _ending(series: Any, samples: Mapping[str, Samples]) -> Any:
    windows = {field: getattr(series, field) for field in samples}
    return replace(
        series,
        **{
            field: replace(window, samples=(*window.samples[: -len(end)], *end))
            for (field, window), end in zip(windows.items(), samples.values(), strict=True)
        },
    )
