"""The recommended alarms of a pipeline: pure functions.

As in the AWS blog "Monitoring AWS Outposts capacity", capacity alarms at 80 %, or at all of it
where Tidegate itself keeps it well used. Each takes M of N minutes and treats missing data as its
metric needs; one composite alarm a pipeline pages, so that one illness pages once.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from tidegate.rules.cause import LeverKind
from tidegate.rules.graph import Capacity, Consumer, FlinkApplication, Pipeline, Stream
from tidegate.rules.kinds.signals import SHARD_BYTES_PER_SECOND, SHARD_RECORDS_PER_SECOND
from tidegate.rules.metrics import (
    account_metric,
    application_metric,
    behind_metric,
    function_metric,
    stream_metric,
    table_metric,
)
from tidegate.rules.window import Metric
from tidegate.scaling.config.levers import lever_spec
from tidegate.scaling.config.specification import PipelineSpec
from tidegate.scaling.model.change_record import Lever
from tidegate.scaling.observability.composite_alarm import composite

__all__ = ["PREFIX", "Alarm", "prefix_of", "wanted"]

PREFIX = "tidegate/pipeline/"
NEAR = 0.8
FORECAST_SECONDS = 4 * 3600
"""As first aid forecasts: time to wake a person and to cure the cause."""

HEAP_PERCENT = 85
RARE = 1e-9
"""Any increase of a count, as a rate per second."""

NAME_MAX = 255
"""Characters of an alarm's name (PutMetricAlarm, API reference)."""

MISSING, NOT_BREACHING = "missing", "notBreaching"


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
    """Every alarm of the pipelines; the composite ones tell the topic, their own or the given."""
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
    return f"{name[: NAME_MAX - 9]}-{sha256(name.encode()).hexdigest()[:8]}"


def _each(pipeline: Pipeline, spec: PipelineSpec) -> Iterator[tuple[str, dict[str, Any]]]:
    if not pipeline.stream.is_topic:
        yield from _stream(pipeline.stream, spec)
    if any(each.function.reserved_concurrency is None for each in pipeline.consumers):
        yield "account-concurrency-near-limit", _alarm(
            "The account uses more than 80 % of its concurrent executions, which these functions "
            "share",
            account_metric("ConcurrentExecutions", "Maximum"),
            NEAR * pipeline.account_concurrency, 3, 5, NOT_BREACHING,
        )  # fmt: skip
    for consumer in pipeline.consumers:
        yield from _consumer(consumer)
    for application in pipeline.applications:
        yield from _application(application, pipeline, spec)
    for table in pipeline.tables:
        for capacity in table.capacities:
            yield from _capacity(capacity, spec, provisioned=table.is_provisioned)


def _stream(stream: Stream, spec: PipelineSpec) -> Iterator[tuple[str, dict[str, Any]]]:
    name = stream.name
    age = stream_metric(name, "GetRecords.IteratorAgeMilliseconds", "Maximum")
    objective = spec.objective.iterator_age_max_seconds
    retention = stream.retention_hours * 3600
    yield "age-over-objective", _alarm(
        f"The iterator age of {name} is over its objective of {objective:g} s",
        age, objective * 1000, 3, 5, MISSING,
    )  # fmt: skip
    yield "age-over-half-of-retention", _alarm(
        f"The iterator age of {name} is over half of the retention: records may be lost",
        age, retention * 500, 3, 3, MISSING,
    )  # fmt: skip
    yield "records-will-be-lost", {
        **_common(
            f"At its present growth the iterator age of {name} reaches the retention within 4 h",
            retention * 1000, 3, 5, MISSING,
        ),
        "Metrics": [
            _query("age", age),
            _expression(f"age + RATE(age) * {FORECAST_SECONDS}"),
        ],
    }  # fmt: skip
    refused = stream_metric(name, "WriteProvisionedThroughputExceeded", "Sum")
    yield (
        "producers-refused",
        _alarm(f"Records are refused to the producers of {name}", refused, 1, 3, 5, NOT_BREACHING),
    )
    if stream.is_provisioned:
        yield from _near_shard_limits(stream)


def _near_shard_limits(stream: Stream) -> Iterator[tuple[str, dict[str, Any]]]:
    # CloudWatch has no metric of a stream's shards that the alarm could be relative to.
    for metric, word, limit in (
        ("IncomingRecords", "records", SHARD_RECORDS_PER_SECOND),
        ("IncomingBytes", "bytes", SHARD_BYTES_PER_SECOND),
    ):
        yield f"{word}-near-shard-limit", _alarm(
            f"{stream.name} takes in more than 80 % of the {word} that its shards take "
            f"({stream.shard_count:,} when this was put; after a reshard run tidegate alarms "
            "again)",
            stream_metric(stream.name, metric, "Sum"),
            NEAR * limit * stream.shard_count * 60, 4, 5, NOT_BREACHING,
        )  # fmt: skip


def _consumer(consumer: Consumer) -> Iterator[tuple[str, dict[str, Any]]]:
    function = consumer.function
    name = function.name
    for metric, words in (("Errors", "fails"), ("Throttles", "is throttled")):
        yield (
            f"{name}/{metric.lower()}",
            _alarm(f"{name} {words}", function_metric(name, metric, "Sum"), 1, 3, 5, NOT_BREACHING),
        )
    limit = function.timeout_seconds
    yield f"{name}/duration-near-timeout", _alarm(
        f"{name} takes more than 80 % of its timeout of {limit} s",
        function_metric(name, "Duration", "Maximum"), NEAR * limit * 1000, 3, 5, NOT_BREACHING,
    )  # fmt: skip
    cap = function.reserved_concurrency
    if cap is not None:
        yield f"{name}/concurrency-near-cap", _alarm(
            f"{name} uses more than 80 % of its reserved concurrency of {cap}",
            function_metric(name, "ConcurrentExecutions", "Maximum"), NEAR * cap, 3, 5,
            NOT_BREACHING,
        )  # fmt: skip


def _application(
    application: FlinkApplication, pipeline: Pipeline, spec: PipelineSpec
) -> Iterator[tuple[str, dict[str, Any]]]:
    """Those that AWS recommends for Flink applications; counters are judged by their rate."""
    name = application.name
    renamed = application.is_flink_2
    down = application_metric(name, "restartingTime" if renamed else "downtime", "Maximum")
    yield f"{name}/job-down", _alarm(f"The job of {name} is down", down, 1, 3, 5, NOT_BREACHING)
    restarts = application_metric(name, "numRestarts" if renamed else "fullRestarts", "Maximum")
    failed = application_metric(name, "numberOfFailedCheckpoints", "Maximum")
    for kind, words, metric in (
        ("restarts", f"The job of {name} fails and restarts", restarts),
        ("checkpoints-failing", f"Checkpoints of {name} fail", failed),
    ):
        yield f"{name}/{kind}", {
            # Two in a quarter of an hour: a single one may be AWS's own maintenance.
            **_common(words, RARE, 2, 15, NOT_BREACHING),
            "Metrics": [_query("count", metric), _expression("RATE(count)")],
        }  # fmt: skip
    for kind, metric_name, limit in (
        ("heap-full", "heapMemoryUtilization", HEAP_PERCENT),
        ("cpu-full", "cpuUtilization", NEAR * 100),
    ):
        metric = application_metric(name, metric_name, "Average")
        words = f"{name} uses more than {limit:g} % of its {kind.removesuffix('-full')}"
        yield f"{name}/{kind}", _alarm(words, metric, limit, 4, 5, NOT_BREACHING)
    objective = spec.objective.iterator_age_max_seconds
    if not pipeline.stream.is_topic:
        behind = behind_metric(name, pipeline.stream.name, "Maximum")
        words = f"{name} is behind {pipeline.stream.name} by more than {objective:g} s"
        yield f"{name}/behind", _alarm(words, behind, objective * 1000, 3, 5, MISSING)


def _capacity(
    capacity: Capacity, spec: PipelineSpec, *, provisioned: bool
) -> Iterator[tuple[str, dict[str, Any]]]:
    where = (capacity.table, capacity.index)
    for kind in ("Write", "Read"):
        throttled = table_metric(*where, f"{kind}ThrottleEvents", "Sum")
        yield (
            f"{capacity.where}/{kind.lower()}s-throttled",
            _alarm(f"{kind}s are throttled at {capacity.where}", throttled, 1, 3, 5, NOT_BREACHING),
        )
        if provisioned:
            consumed = table_metric(*where, f"Consumed{kind}CapacityUnits", "Sum")
            near = _near(spec, capacity, LeverKind[f"{kind.upper()}_CAPACITY"])
            given = table_metric(*where, f"Provisioned{kind}CapacityUnits", "Average")
            yield f"{capacity.where}/{kind.lower()}-capacity", {
                **_common(
                    f"{capacity.where} uses more than {near * 100:.0f} % of its {kind.lower()} "
                    "capacity",
                    near * 100, 4, 5, NOT_BREACHING,
                ),
                "Metrics": [
                    _query("consumed", consumed),
                    _query("provisioned", given),
                    _expression("100 * consumed / 60 / provisioned"),
                ],
            }  # fmt: skip


def _near(spec: PipelineSpec, capacity: Capacity, kind: LeverKind) -> float:
    """Tidegate's own tables are used to their last unit when all is well; only what lives on its
    burst is worth a page there."""
    said = lever_spec(spec, Lever.of(kind, capacity.where))
    return 1.0 if said is not None and said.owner == "tidegate" else NEAR


def _common(words: str, threshold: float, m: int, n: int, missing: str) -> dict[str, Any]:
    return {
        "AlarmDescription": words,
        "EvaluationPeriods": n,
        "DatapointsToAlarm": m,
        "Threshold": float(threshold),
        "ComparisonOperator": "GreaterThanOrEqualToThreshold",
        "TreatMissingData": missing,
    }


def _alarm(
    words: str, metric: Metric, threshold: float, m: int, n: int, missing: str
) -> dict[str, Any]:
    return {
        **_common(words, threshold, m, n, missing),
        **_plain(metric),
        "Statistic": metric.statistic,
        "Period": 60,
    }


def _plain(metric: Metric) -> dict[str, Any]:
    dimensions = [{"Name": key, "Value": value} for key, value in metric.dimensions]
    return {"Namespace": metric.namespace, "MetricName": metric.name, "Dimensions": dimensions}


def _query(name: str, metric: Metric) -> dict[str, Any]:
    stat = {"Metric": _plain(metric), "Period": 60, "Stat": metric.statistic}
    return {"Id": name, "MetricStat": stat, "ReturnData": False}


def _expression(text: str) -> dict[str, Any]:
    return {"Id": "judged", "Expression": text, "ReturnData": True}
