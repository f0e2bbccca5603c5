"""Rule packs: rules as YAML data, made concrete for a pipeline."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cache
from importlib.resources import files

import yaml

from tidegate.rules.graph import Capacity, Consumer, FlinkApplication, Pipeline, Table
from tidegate.rules.kinds.signals import SHARD_BYTES_PER_SECOND, SHARD_RECORDS_PER_SECOND
from tidegate.rules.metrics import behind_metric
from tidegate.rules.pack_rule import PackRule, SignalRule, Threshold, pack_rule, signal_rule
from tidegate.rules.rule import Rule
from tidegate.rules.window import Metric

__all__ = ["PACKS", "in_force", "packs", "rule_file", "rules_for", "thresholds"]

_KIND_OF = {
    "kinesis": "kinesis_stream",
    "lambda": "lambda_mapping",
    "dynamodb": "dynamodb_table",
    "flink": "flink_application",
}
PACKS = tuple(_KIND_OF)
"""The built-in packs; each is the ``rules.yaml`` of a kind."""

_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
"""The one in C, where it is there, takes a tenth of the time: every cold start waits for it."""

_NAMESPACES = {"stream": "AWS/Kinesis", "consumer": "AWS/Lambda", "capacity": "AWS/DynamoDB"}
_FLINK = "AWS/KinesisAnalytics"

RUNNING_STORAGE_BYTES = 50 * 10**9
"""Of a KPU (Managed Service for Apache Flink guide, how-resources)."""


def rule_file(pack: str, name: str = "rules.yaml") -> str:
    """The text of a file beside the rules of a pack: the rules themselves, or their tests."""
    folder = files("tidegate.rules.kinds").joinpath(_KIND_OF[pack])
    return folder.joinpath(name).read_text(encoding="utf-8")


@cache
def _all() -> tuple[tuple[PackRule, ...], tuple[SignalRule, ...]]:
    rules: list[PackRule] = []
    signals: list[SignalRule] = []
    for pack in PACKS:
        said = yaml.load(rule_file(pack), _LOADER)
        rules += (pack_rule(pack, each) for each in said["rules"])
        signals += (signal_rule(pack, each) for each in said["signals"])
    shares = {each.name: each.share for each in (*rules, *signals)}
    filled = (
        each if each.same_as is None else replace(each, share=shares[each.same_as])
        for each in rules
    )
    return tuple(filled), tuple(signals)


def packs() -> tuple[PackRule, ...]:
    """Every rule on a metric of the built-in packs."""
    return _all()[0]


def thresholds() -> tuple[Threshold, ...]:
    """Every rule of the built-in packs, those on signals included."""
    rules, signals = _all()
    return (*rules, *signals)


def in_force(changed: Mapping[str, float]) -> Mapping[str, float]:
    """The threshold of every rule, where ``changed`` has those that a pipeline sets itself."""
    return {each.name: changed.get(each.same_as or each.name, each.share) for each in thresholds()}


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
        "concurrency_available": pipeline.stream.shard_count * mapping.batches_per_shard,
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


def _concrete(rule: PackRule, place: _Place, share: float) -> Rule:
    quantity = 1.0 if rule.of is None else place.quantities[rule.of]
    threshold = share * quantity
    words = rule.words(share)
    if rule.of is not None:
        words += f" ({threshold:,.0f} {rule.unit})"
    namespace = _NAMESPACES.get(rule.scope, _FLINK)
    metric, *among = (
        Metric(namespace, name, place.dimensions, rule.statistic)
        for name in (rule.metric, *rule.among)
    )
    return Rule(
        name=rule.name,
        where=place.where,
        metric=metric,
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
        among=tuple(among),
    )


def rules_for(
    pipeline: Pipeline, iterator_age_max_seconds: float, shares: Mapping[str, float]
) -> tuple[Rule, ...]:
    """The built-in rules of every part of a pipeline, with the thresholds in force.

    A rule relative to something that isn't there (a reservation, the provisioned units of an
    on-demand table) is left out.
    """
    return tuple(
        _concrete(rule, place, shares[rule.name])
        for place in _places(pipeline, iterator_age_max_seconds)
        for rule in packs()
        if rule.scope == place.scope and (rule.of is None or rule.of in place.quantities)
    )
