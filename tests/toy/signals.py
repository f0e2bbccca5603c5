"""The toy kind as ``rules`` sees it: a queue as source, with one lever, its number of consumers."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from tidegate.rules.cause import Cause, Diagnosis, LeverKind
from tidegate.rules.flow import Flow, Grade, ReaderHealth
from tidegate.rules.graph import Pipeline, Question, Resource, Role
from tidegate.rules.kinds.signal_kind import Place, SignalKind
from tidegate.rules.kinds.signals import Signals, rate
from tidegate.rules.kinds.source import Cut, SourceSeries
from tidegate.rules.reason import Words
from tidegate.rules.window import Metric

NAMESPACE = "Toy/Queue"
CONSUMERS = LeverKind("consumers", "queue")
PER_CONSUMER = 50
"""Records a second that one consumer takes."""

RULES = """\
rules:
  - name: queue-waiting
    scope: queue
    metric: AgeMilliseconds
    statistic: Maximum
    comparison: ">"
    threshold: {share: 1.0, of: objective_milliseconds}
    unit: ms
    hold_seconds: 120
    severity: critical
    missing_data: ok
    source: the toy's own manual
    causes: [consumer-too-slow]
signals:
  - name: queue-busy
    signal: records taken a second, of what the consumers take at most
    comparison: ">="
    threshold: 0.9
    unit: ""
    most: 1.0
    source: the toy's own manual
    causes: [consumer-too-slow]
    levers: [consumers]
"""
SLOW = Words("queue-slow", "{name} is {age:.0f} s behind, and its {consumers} consumers are busy")
READS = Words("queue-reads", "{name} hands records to its consumers")


@dataclass(frozen=True, slots=True)
class Queue:
    """What is configured of a queue."""

    name: str
    arn: str
    consumers: int
    status: str = "ACTIVE"

    @property
    def roles(self) -> tuple[Role, ...]:
        return (Role.SOURCE,)

    @property
    def writes(self) -> tuple[Resource, ...]:
        return ()


@dataclass(frozen=True, slots=True)
class Waiting(Question[int]):
    """Asks how many letters wait."""

    queue: str


def queue_metric(queue: str, name: str, statistic: str = "Sum") -> Metric:
    return Metric(NAMESPACE, name, (("Queue", queue),), statistic)


class QueueSignals(SignalKind):
    """Records sent and taken, and the age of the oldest."""

    name = "queue"
    pack = "toy"

    def rules(self) -> str:
        return RULES

    def metrics(self, pipeline: Pipeline) -> Iterable[Metric]:
        for queue in pipeline.all(Queue):
            yield queue_metric(queue.name, "Sent")
            yield queue_metric(queue.name, "Taken")
            yield queue_metric(queue.name, "AgeMilliseconds", "Maximum")

    def heartbeats(self, pipeline: Pipeline) -> Iterable[Metric]:
        return (queue_metric(queue.name, "Taken") for queue in pipeline.all(Queue))

    def source(self, pipeline: Pipeline, cut: Cut) -> SourceSeries | None:
        if pipeline.first(Queue) is None:
            return None
        sent, taken, age = map(cut, self.metrics(pipeline))
        silent = sent.silenced()
        return SourceSeries(sent, silent, silent, silent, taken, age)

    def places(self, pipeline: Pipeline, iterator_age_max_seconds: float) -> Iterator[Place]:
        for queue in pipeline.all(Queue):
            own = (("Queue", queue.name),)
            quantities = {"objective_milliseconds": iterator_age_max_seconds * 1000}
            yield Place("queue", NAMESPACE, queue.name, own, quantities)

    def causes(self, signals: Signals) -> Iterable[Diagnosis]:
        for queue in signals.pipeline.all(Queue):
            busy = rate(signals.series.source.read_records) / PER_CONSUMER / queue.consumers
            if signals.age_is_sick and busy >= signals.thresholds["queue-busy"]:
                age = signals.age_seconds or 0.0
                why = SLOW(name=queue.name, age=age, consumers=queue.consumers)
                yield Diagnosis(Cause.CONSUMER_TOO_SLOW, queue.name, (why,), cured_by=(CONSUMERS,))

    def readers(self, signals: Signals) -> Iterable[ReaderHealth]:
        for queue in signals.pipeline.all(Queue):
            taken = rate(signals.series.source.read_records)
            grade = Grade.INFERRED if taken else None
            yield ReaderHealth(queue.name, grade, READS(name=queue.name), Flow(60))
