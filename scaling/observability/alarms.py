"""The recommended alarms of a pipeline: pure functions.

Each has the threshold of a rule, takes M of N minutes and treats missing data as its metric needs;
one composite alarm a pipeline pages, so that one incident pages once.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from tidegate.rules.cause import LeverKind
from tidegate.rules.graph import Pipeline
from tidegate.rules.kinds.dynamodb_table.metrics import table_metric
from tidegate.rules.kinds.dynamodb_table.state import Capacity, tables_of
from tidegate.rules.kinds.flink_application.state import applications_of
from tidegate.rules.kinds.kinesis_stream.kind import (
    SHARD_BYTES_PER_SECOND,
    SHARD_RECORDS_PER_SECOND,
)
from tidegate.rules.kinds.kinesis_stream.metrics import stream_metric
from tidegate.rules.kinds.kinesis_stream.state import Stream, has_stream, stream_of
from tidegate.rules.kinds.lambda_mapping.metrics import account_metric, function_metric
from tidegate.rules.kinds.lambda_mapping.state import Function, account_of, consumers_of
from tidegate.rules.kinds.packs import in_force
from tidegate.rules.rule import Comparison
from tidegate.scaling.config.levers import lever_spec
from tidegate.scaling.config.specification import PipelineSpec
from tidegate.scaling.kinds.flink_application.watch import application_alarms
from tidegate.scaling.model.alarm import MISSING, Breach, NamedAlarm, math_alarm, metric_alarm
from tidegate.scaling.model.change_record import Lever
from tidegate.scaling.observability.composite_alarm import composite

__all__ = ["PREFIX", "Alarm", "prefix_of", "wanted"]

PREFIX = "tidegate/pipeline/"
FORECAST_SECONDS = 4 * 3600
"""As the retention extension forecasts: time to wake a person and to cure the cause."""

NAME_MAX, HASH_MAX = 255, 8
"""Characters of an alarm's name (PutMetricAlarm, API reference)."""


@dataclass(frozen=True, slots=True)
class Alarm:
    """An alarm by its name; ``configuration`` as PutMetricAlarm takes it, or PutCompositeAlarm
    when it has an AlarmRule."""

    name: str
    configuration: Mapping[str, Any]

    @property
    def is_composite(self) -> bool:
        """Whether it combines the others."""
        return "AlarmRule" in self.configuration


def prefix_of(pipeline: str) -> str:
    """What the names of a pipeline's alarms begin with."""
    return f"{PREFIX}{pipeline}/"


def wanted(
    pipelines: Sequence[tuple[Pipeline, PipelineSpec]], topic_arn: str | None
) -> tuple[Alarm, ...]:
    """Every alarm of the pipelines; the composite ones notify the topic, their own or the given."""
    found: list[Alarm] = []
    for pipeline, spec in pipelines:
        prefix = prefix_of(pipeline.name)
        own = [
            Alarm(_short(prefix + name), configuration)
            for name, configuration in _each(pipeline, spec)
        ]
        topic = topic_arn or spec.notices.sns_topic_arn
        actions = [] if topic is None else [topic]
        paging = composite(pipeline.name, prefix, [each.name for each in own], actions)
        found += [*own, *(Alarm(*each) for each in paging)]
    return tuple(found)


def _short(name: str) -> str:
    if len(name) <= NAME_MAX:
        return name
    return f"{name[: NAME_MAX - HASH_MAX - 1]}-{sha256(name.encode()).hexdigest()[:HASH_MAX]}"


def _each(pipeline: Pipeline, spec: PipelineSpec) -> Iterator[NamedAlarm]:
    limits, objective = in_force(spec.thresholds), spec.objective.iterator_age_max_seconds
    if has_stream(pipeline):
        yield from _ages(stream_of(pipeline), objective, limits)
        yield from _refusals(stream_of(pipeline), limits)
    if any(each.function.reserved_concurrency is None for each in consumers_of(pipeline)):
        share = limits["concurrency-near-account-limit"]
        yield (
            "account-concurrency-near-limit",
            metric_alarm(
                f"The account uses {share * 100:g} % of its concurrent executions, which these "
                "functions share, or more",
                account_metric("ConcurrentExecutions", "Maximum"),
                Breach(share * account_of(pipeline).concurrency),
            ),
        )
    for consumer in consumers_of(pipeline):
        yield from _failures(consumer.function.name, limits)
        yield from _near_limits(consumer.function, limits)
    for application in applications_of(pipeline):
        yield from application_alarms(application, pipeline.source, objective, limits)
    for table in tables_of(pipeline):
        for capacity in table.capacities:
            yield from _throttles(capacity, limits)
            if table.is_provisioned:
                yield from _capacity(capacity, spec, limits)


def _ages(stream: Stream, objective: float, limits: Mapping[str, float]) -> Iterator[NamedAlarm]:
    name = stream.name
    age = stream_metric(name, "GetRecords.IteratorAgeMilliseconds", "Maximum")
    retention = stream.retention_hours * 3_600_000
    near, lost = limits["iterator-age-near-retention"], limits["iterator-age-at-retention"]
    yield (
        "age-over-objective",
        metric_alarm(
            f"The iterator age of {name} is over its objective of {objective:g} s",
            age,
            Breach(objective * 1000, 3, 5, MISSING, Comparison.ABOVE),
        ),
    )
    yield (
        "age-near-retention",
        metric_alarm(
            f"The iterator age of {name} is over {near * 100:g} % of the retention: records may be "
            "lost",
            age,
            Breach(near * retention, 3, 3, MISSING, Comparison.ABOVE),
        ),
    )
    yield (
        "records-will-be-lost",
        math_alarm(
            f"At its present growth the iterator age of {name} reaches {lost * 100:g} % of the "
            "retention within 4 h",
            {"age": age},
            f"age + RATE(age) * {FORECAST_SECONDS}",
            Breach(lost * retention, 3, 5, MISSING),
        ),
    )


def _refusals(stream: Stream, limits: Mapping[str, float]) -> Iterator[NamedAlarm]:
    name = stream.name
    yield (
        "producers-refused",
        math_alarm(
            f"Records are refused to the producers of {name}",
            {
                "refused": stream_metric(name, "WriteProvisionedThroughputExceeded", "Sum"),
                "taken": stream_metric(name, "IncomingRecords", "Sum"),
            },
            _part("refused", "taken"),
            Breach(limits["producers-throttled"], comparison=Comparison.ABOVE),
        ),
    )
    if not stream.is_provisioned:
        return
    # CloudWatch has no metric of a stream's shards that the alarm could be relative to.
    for metric, word, limit in (
        ("IncomingRecords", "records", SHARD_RECORDS_PER_SECOND),
        ("IncomingBytes", "bytes", SHARD_BYTES_PER_SECOND),
    ):
        share = limits[f"{word}-near-shard-limit"]
        yield (
            f"{word}-near-shard-limit",
            metric_alarm(
                f"{name} takes in {share * 100:g} % of the {word} that its shards take, or more "
                f"({stream.shard_count:,} when this was put; after a reshard run tidegate alarms "
                "again)",
                stream_metric(name, metric, "Sum"),
                Breach(share * limit * stream.shard_count * 60, 4, 5),
            ),
        )


def _part(name: str, others: str) -> str:
    """Of what was asked for, the part that was refused; what isn't published is nothing."""
    return f"{name} / ({name} + FILL({others}, 0))"


def _failures(name: str, limits: Mapping[str, float]) -> Iterator[NamedAlarm]:
    yield (
        f"{name}/errors",
        metric_alarm(
            f"{name} fails",
            function_metric(name, "Errors", "Sum"),
            Breach(limits["function-errors"], comparison=Comparison.ABOVE),
        ),
    )
    yield (
        f"{name}/throttles",
        math_alarm(
            f"{name} is throttled",
            {
                "throttled": function_metric(name, "Throttles", "Sum"),
                "invoked": function_metric(name, "Invocations", "Sum"),
            },
            _part("throttled", "invoked"),
            Breach(limits["function-throttled"]),
        ),
    )


def _near_limits(function: Function, limits: Mapping[str, float]) -> Iterator[NamedAlarm]:
    name, timeout, cap = function.name, function.timeout_seconds, function.reserved_concurrency
    near = limits["duration-near-timeout"]
    yield (
        f"{name}/duration-near-timeout",
        metric_alarm(
            f"{name} takes {near * 100:g} % of its timeout of {timeout} s, or more",
            function_metric(name, "Duration", "Maximum"),
            Breach(near * timeout * 1000),
        ),
    )
    if cap is not None:
        share = limits["concurrency-near-reservation"]
        yield (
            f"{name}/concurrency-near-cap",
            metric_alarm(
                f"{name} uses {share * 100:g} % of its reserved concurrency of {cap}, or more",
                function_metric(name, "ConcurrentExecutions", "Maximum"),
                Breach(share * cap),
            ),
        )


def _throttles(capacity: Capacity, limits: Mapping[str, float]) -> Iterator[NamedAlarm]:
    for kind in ("Write", "Read"):
        word = f"{kind.lower()}s-throttled"
        where = (capacity.table, capacity.index)
        yield (
            f"{capacity.where}/{word}",
            math_alarm(
                f"{kind}s are throttled at {capacity.where}",
                {
                    "throttled": table_metric(*where, f"{kind}ThrottleEvents", "Sum"),
                    "consumed": table_metric(*where, f"Consumed{kind}CapacityUnits", "Sum"),
                },
                _part("throttled", "consumed"),
                Breach(limits[word]),
            ),
        )


def _capacity(
    capacity: Capacity, spec: PipelineSpec, limits: Mapping[str, float]
) -> Iterator[NamedAlarm]:
    """Tidegate's own tables are used to their last unit when all is well; only what lives on its
    burst is worth a page there."""
    where = (capacity.table, capacity.index)
    for kind, lever in (
        ("Write", LeverKind.WRITE_CAPACITY), ("Read", LeverKind.READ_CAPACITY),
    ):  # fmt: skip
        said = lever_spec(spec, Lever.of(lever, capacity.where))
        ours = said is not None and said.owner == "tidegate"
        near = limits[f"{kind.lower()}-capacity-used-up" if ours else "capacity-near-limit"]
        yield (
            f"{capacity.where}/{kind.lower()}-capacity",
            math_alarm(
                f"{capacity.where} uses {near * 100:g} % of its {kind.lower()} capacity, or more",
                {
                    "consumed": table_metric(*where, f"Consumed{kind}CapacityUnits", "Sum"),
                    "provisioned": table_metric(
                        *where, f"Provisioned{kind}CapacityUnits", "Average"
                    ),
                },
                "100 * consumed / 60 / provisioned",
                Breach(near * 100, 4, 5),
            ),
        )
