"""The recommended alarms of a pipeline, and the steps from those there are: pure functions.

As in the AWS blog "Monitoring AWS Outposts capacity", capacity alarms at 80 %, or at all of it
where Tidegate itself keeps it well used. Each takes M of N
minutes and treats missing data as its metric needs; one composite alarm a pipeline pages, so that
one illness pages once.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from rules.diagnosis import LeverKind
from rules.metrics import function_metric, stream_metric, table_metric
from rules.pipeline import Capacity, Consumer, Pipeline
from rules.window import Metric
from scaling.levers import lever_spec
from scaling.record import Lever
from scaling.specification import PipelineSpec

__all__ = ["Alarm", "Change", "changes", "prefix_of", "wanted"]

PREFIX = "tidegate/pipeline/"
NEAR = 0.8
FORECAST_SECONDS = 4 * 3600
"""As first aid forecasts: time to wake a person and to cure the cause."""

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


@dataclass(frozen=True, slots=True)
class Change:
    """``verb`` is create, change or remove."""

    verb: str
    alarm: Alarm

    def __str__(self) -> str:
        words = self.alarm.configuration.get("AlarmDescription", "")
        return f"{self.verb} {self.alarm.name}" + (f": {words}" if self.verb != "remove" else "")


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
        own = [Alarm(prefix + name, configuration) for name, configuration in _each(pipeline, spec)]
        topic = topic_arn or spec.notices.sns_topic_arn
        actions = [] if topic is None else [topic]
        rule = " OR ".join(f'ALARM("{each.name}")' for each in own)
        composite = {
            "AlarmDescription": f"{pipeline.name} is ill: one of its alarms is on",
            "AlarmRule": rule,
            "AlarmActions": actions,
            "OKActions": actions,
        }
        found += [*own, Alarm(f"{PREFIX}{pipeline.name}/any", composite)]
    return tuple(found)


def _each(pipeline: Pipeline, spec: PipelineSpec) -> Iterator[tuple[str, dict[str, Any]]]:
    yield from _stream(pipeline, spec)
    seen: set[str] = set()
    for consumer in pipeline.consumers:
        yield from _consumer(consumer, pipeline)
        for table in consumer.tables:
            if table.name not in seen:
                seen.add(table.name)
                for capacity in table.capacities:
                    yield from _capacity(capacity, spec, provisioned=table.is_provisioned)


def _stream(pipeline: Pipeline, spec: PipelineSpec) -> Iterator[tuple[str, dict[str, Any]]]:
    stream = pipeline.stream
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
            f"At its present growth the iterator age of {name} reaches the retention in 4 h",
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


def _consumer(consumer: Consumer, pipeline: Pipeline) -> Iterator[tuple[str, dict[str, Any]]]:
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
    cap = function.reserved_concurrency or pipeline.account_concurrency
    yield f"{name}/concurrency-near-cap", _alarm(
        f"{name} uses more than 80 % of a concurrency of {cap}",
        function_metric(name, "ConcurrentExecutions", "Maximum"), NEAR * cap, 3, 5, NOT_BREACHING,
    )  # fmt: skip


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


def changes(have: Sequence[Alarm], want: Sequence[Alarm]) -> tuple[Change, ...]:
    """From the alarms there are to those wanted. Composite ones are removed first and put last,
    since CloudWatch keeps an alarm that a rule names."""
    there = {each.name: each for each in have}
    names = {each.name for each in want}
    removals = sorted(
        (each for each in have if each.name not in names),
        key=lambda each: not each.is_composite,
    )
    puts = [
        Change("change" if each.name in there else "create", each)
        for each in want
        if not _is_same(there.get(each.name), each)
    ]
    return (*(Change("remove", each) for each in removals), *puts)


def _is_same(have: Alarm | None, want: Alarm) -> bool:
    """Whether all that is wanted is there; AWS adds settings of its own."""
    return have is not None and all(
        have.configuration.get(key) == value for key, value in want.configuration.items()
    )
