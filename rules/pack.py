"""Rule packs: rules as YAML data, made concrete for a pipeline."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

import yaml

from tidegate.rules.graph import Capacity, Consumer, FlinkApplication, Pipeline, Table
from tidegate.rules.kinds.signals import SHARD_BYTES_PER_SECOND, SHARD_RECORDS_PER_SECOND
from tidegate.rules.metrics import behind_metric
from tidegate.rules.rule import Comparison, MissingData, Rule, Severity
from tidegate.rules.window import Metric

__all__ = ["PACKS", "QUANTITIES", "PackRule", "packs", "rule_file", "rules_for"]

_KIND_OF = {
    "kinesis": "kinesis_stream",
    "lambda": "lambda_mapping",
    "dynamodb": "dynamodb_table",
    "flink": "flink_application",
}
PACKS = tuple(_KIND_OF)
"""The built-in packs; each is the ``rules.yaml`` of a kind."""

QUANTITIES = {
    "objective_milliseconds": "the objective",
    "retention_milliseconds": "the retention",
    "stream_records_per_second": "what the open shards take (1,000 records/s each)",
    "stream_bytes_per_second": "what the open shards take (1 MiB/s each)",
    "timeout_milliseconds": "the timeout",
    "concurrency_available": "shards x parallelization factor",
    "reserved_concurrency": "the reserved concurrency",
    "unreserved_concurrency": "the account's unreserved concurrency",
    "write_units": "the provisioned write units",
    "read_units": "the provisioned read units",
    "checkpoint_interval_milliseconds": "the checkpoint interval",
    "running_storage_bytes": "the running application storage (50 GB each KPU)",
}
"""What a threshold may be relative to, in words."""

_NAMESPACES = {"stream": "AWS/Kinesis", "consumer": "AWS/Lambda", "capacity": "AWS/DynamoDB"}
_FLINK = "AWS/KinesisAnalytics"

RUNNING_STORAGE_BYTES = 50 * 10**9
"""Of a KPU (Managed Service for Apache Flink guide, how-resources)."""


@dataclass(frozen=True, slots=True)
class PackRule:
    """A rule of a pack, before it meets a pipeline.

    The threshold is ``share`` of the quantity ``of``, or ``share`` itself where ``of`` is None.
    ``scope`` says what it is made concrete for: the stream, each consumer, each capacity; each
    application, its tasks, its source where that is Kinesis or Kafka, and what is told by Flink 1
    or from Flink 2.2 on alone.
    """

    name: str
    pack: str
    scope: str
    metric: str
    statistic: str
    comparison: Comparison
    share: float
    of: str | None
    hold_seconds: int
    severity: Severity
    missing_data: MissingData
    unit: str
    source: str
    divisor: float = 1.0
    trend: bool = False

    @property
    def threshold_words(self) -> str:
        """The threshold without a pipeline, such as "80 % of the timeout"."""
        if self.of is None:
            return f"{self.share:g} {self.unit}".rstrip()
        return f"{self.share:.0%} of {QUANTITIES[self.of]}"


def _pack_rule(pack: str, data: Mapping[str, Any]) -> PackRule:
    given = dict(data)
    threshold = given.pop("threshold")
    share, of = (
        (threshold["share"], threshold["of"])
        if isinstance(threshold, dict)
        else (
            threshold,
            None,
        )
    )
    return PackRule(
        pack=pack,
        share=float(share),
        of=of,
        comparison=Comparison(given.pop("comparison")),
        severity=Severity(given.pop("severity")),
        missing_data=MissingData(given.pop("missing_data")),
        **given,
    )


def rule_file(pack: str, name: str = "rules.yaml") -> str:
    """The text of a file beside the rules of a pack: the rules themselves, or their tests."""
    folder = files("tidegate.rules.kinds").joinpath(_KIND_OF[pack])
    return folder.joinpath(name).read_text(encoding="utf-8")


@cache
def packs() -> tuple[PackRule, ...]:
    """Every rule of the built-in packs."""
    found = []
    for pack in PACKS:
        found += [_pack_rule(pack, each) for each in yaml.safe_load(rule_file(pack))["rules"]]
    return tuple(found)


@dataclass(frozen=True, slots=True)
class _Place:
    scope: str
    where: str
    dimensions: tuple[tuple[str, str], ...]
    quantities: Mapping[str, float]


def _stream_place(pipeline: Pipeline, iterator_age_max_seconds: float) -> _Place:
    stream = pipeline.stream
    quantities = {
        "objective_milliseconds": iterator_age_max_seconds * 1000,
        "retention_milliseconds": stream.retention_hours * 3_600_000,
    }
    if stream.is_provisioned:
        shards = stream.shard_count
        quantities["stream_records_per_second"] = shards * SHARD_RECORDS_PER_SECOND
        quantities["stream_bytes_per_second"] = shards * SHARD_BYTES_PER_SECOND
    return _Place("stream", stream.name, (("StreamName", stream.name),), quantities)


def _consumer_place(
    pipeline: Pipeline, consumer: Consumer, iterator_age_max_seconds: float
) -> _Place:
    function, mapping = consumer.function, consumer.mapping
    quantities: dict[str, float] = {
        "objective_milliseconds": iterator_age_max_seconds * 1000,
        "retention_milliseconds": pipeline.stream.retention_hours * 3_600_000,
        "timeout_milliseconds": function.timeout_seconds * 1000,
        "concurrency_available": pipeline.stream.shard_count * mapping.parallelization_factor,
    }
    if function.reserved_concurrency is None:
        quantities["unreserved_concurrency"] = pipeline.unreserved_concurrency
    elif function.reserved_concurrency:
        quantities["reserved_concurrency"] = function.reserved_concurrency
    return _Place("consumer", function.name, (("FunctionName", function.name),), quantities)


def _capacity_place(table: Table, capacity: Capacity) -> _Place:
    dimensions: tuple[tuple[str, str], ...] = (("TableName", table.name),)
    if capacity.index is not None:
        dimensions += (("GlobalSecondaryIndexName", capacity.index),)
    quantities: dict[str, float] = {}
    if table.is_provisioned:
        quantities = {"write_units": capacity.write_units, "read_units": capacity.read_units}
    return _Place("capacity", capacity.where, dimensions, quantities)


def _application_places(
    pipeline: Pipeline, application: FlinkApplication, iterator_age_max_seconds: float
) -> Iterator[_Place]:
    name, source = application.name, pipeline.stream
    own: tuple[tuple[str, str], ...] = (("Application", name),)
    quantities: dict[str, float] = {
        "checkpoint_interval_milliseconds": application.checkpoint_interval_milliseconds,
        "running_storage_bytes": application.kpus * RUNNING_STORAGE_BYTES,
    }
    flink = "flink-2" if application.is_flink_2 else "flink-1"
    for scope in ("application", flink, *(("kafka-source",) if source.is_topic else ())):
        yield _Place(scope, name, own, quantities)
    tasks = [(*own, ("Task", task)) for task in application.tasks] or [own]
    for dimensions in tasks:
        yield _Place("task", "/".join(value for _, value in dimensions), dimensions, {})
    if not source.is_topic:
        times = {
            "objective_milliseconds": iterator_age_max_seconds * 1000,
            "retention_milliseconds": source.retention_hours * 3_600_000,
        }
        behind = behind_metric(name, source.name, "Maximum")
        yield _Place("kinesis-source", name, behind.dimensions, times)


def _places(pipeline: Pipeline, iterator_age_max_seconds: float) -> Iterator[_Place]:
    if not pipeline.stream.is_topic:
        yield _stream_place(pipeline, iterator_age_max_seconds)
    for consumer in pipeline.consumers:
        yield _consumer_place(pipeline, consumer, iterator_age_max_seconds)
    for table in pipeline.tables:
        yield from (_capacity_place(table, capacity) for capacity in table.capacities)
    for application in pipeline.applications:
        yield from _application_places(pipeline, application, iterator_age_max_seconds)


def _concrete(rule: PackRule, place: _Place) -> Rule:
    quantity = 1.0 if rule.of is None else place.quantities[rule.of]
    threshold = rule.share * quantity
    words = rule.threshold_words
    if rule.of is not None:
        words += f" ({threshold:,.0f} {rule.unit})"
    return Rule(
        name=rule.name,
        where=place.where,
        metric=Metric(
            _NAMESPACES.get(rule.scope, _FLINK), rule.metric, place.dimensions, rule.statistic
        ),
        comparison=rule.comparison,
        threshold=threshold,
        hold_seconds=rule.hold_seconds,
        severity=rule.severity,
        missing_data=rule.missing_data,
        unit=rule.unit,
        source=rule.source,
        threshold_because=words,
        divisor=rule.divisor,
        trend=rule.trend,
    )


def rules_for(pipeline: Pipeline, iterator_age_max_seconds: float) -> tuple[Rule, ...]:
    """The built-in rules of every part of a pipeline.

    A rule relative to something that isn't there (a reservation, the provisioned units of an
    on-demand table) is left out.
    """
    return tuple(
        _concrete(rule, place)
        for place in _places(pipeline, iterator_age_max_seconds)
        for rule in packs()
        if rule.scope == place.scope and (rule.of is None or rule.of in place.quantities)
    )
