"""The toy kind as ``scaling`` sees it: its lever, its size, its limits and its call."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import ceil

from tests.toy.operations import CONSUMER_MONTHLY_USD, QueueOperations
from tests.toy.signals import CONSUMERS, PER_CONSUMER, Queue
from tidegate.rules.cause import LeverKind
from tidegate.rules.graph import Pipeline
from tidegate.rules.kinds.signals import rate
from tidegate.rules.reason import Words
from tidegate.rules.scalable_targets import ScalableTarget
from tidegate.scaling.model.change_record import Lever
from tidegate.scaling.model.look import Look, Situation
from tidegate.scaling.model.plan import Constraint, Range
from tidegate.scaling.model.reason import ReasonKind
from tidegate.scaling.model.recommendation import COOLDOWN, UNCHANGED, Recommendation
from tidegate.scaling.model.resource_type import Changes, Setting, Status

CONSUMERS_MAX = 12
USE = 0.8
HOUR_SECONDS = 3600

ENOUGH = Words("queue-load", "{records:,.0f} records/s and what waits need {consumers} consumers")
FEWER = Words("queue-idle", "the last hour's peak of {records:,.0f} records/s needs {consumers}")
AT_MOST = Words(ReasonKind.AWS_LIMIT, "a queue has at most {most} consumers")


@dataclass(frozen=True, slots=True)
class SetConsumers:
    """The toy's one call."""

    queue: str
    from_count: int
    to_count: int

    @property
    def operation(self) -> str:
        return "toy:SetConsumers"

    @property
    def lease(self) -> str:
        return f"queue/{self.queue}"

    def levers(self) -> Iterator[Lever]:
        yield Lever.of(CONSUMERS, self.queue)


@dataclass(frozen=True)
class QueueType:
    """``tidegate.scaling.model.resource_type.ResourceType`` of the toy."""

    kind_in_file: str = "queue"

    @property
    def levers(self) -> Mapping[LeverKind, tuple[int, int]]:
        return {CONSUMERS: (1, CONSUMERS_MAX)}

    @property
    def scalable_dimensions(self) -> tuple[LeverKind, ...]:
        return (CONSUMERS,)

    def capacities(self, pipeline: Pipeline) -> Iterator[Setting]:
        for queue in pipeline.all(Queue):
            yield Lever.of(CONSUMERS, queue.name), queue.consumers

    def other_settings(self, pipeline: Pipeline) -> Iterator[Setting]:
        return iter(())

    def statuses(self, pipeline: Pipeline, lever: Lever) -> Sequence[Status]:
        queues = pipeline.all(Queue)
        return [Status.of(f"queue {q.name}", q.status, "ACTIVE", ("UPDATING",)) for q in queues]

    def owned_too(self, lever: Lever, target: ScalableTarget) -> None:
        return None

    def moves_by_itself(self, pipeline: Pipeline, lever: Lever) -> bool:
        return False

    def is_changing(self, pipeline: Pipeline, lever: Lever) -> bool:
        return any(each.status == "UPDATING" for each in pipeline.all(Queue))

    def identity(self, pipeline: Pipeline, lever: Lever) -> str:
        return next(each.arn for each in pipeline.all(Queue))

    def marks(self, pipeline: Pipeline, lever: Lever) -> tuple[str, ...]:
        return ()

    def why_useless(self, pipeline: Pipeline, lever: Lever) -> str | None:
        return None

    def why_undone(self, pipeline: Pipeline, lever: Lever, begun_at: datetime) -> str | None:
        return None

    def recommendations(self, look: Look) -> Iterator[Recommendation]:
        for queue in look.signals.pipeline.all(Queue):
            yield _recommendation(look, queue)

    def limits(self, situation: Situation, recommendation: Recommendation) -> Iterator[Constraint]:
        yield Range(1, CONSUMERS_MAX, AT_MOST(most=CONSUMERS_MAX))

    def monthly_usd(self, pipeline: Pipeline, lever: Lever, setting: int) -> float:
        return setting * CONSUMER_MONTHLY_USD

    @property
    def latency_levers(self) -> tuple[LeverKind, ...]:
        return ()

    def planning(self, pipeline: Pipeline) -> None:
        return None

    @property
    def operations(self) -> QueueOperations:
        return QueueOperations()

    def actions(self, pipeline: Pipeline, changes: Changes) -> Iterator[SetConsumers]:
        for lever, current in self.capacities(pipeline):
            if lever in changes.settings:
                yield SetConsumers(lever.where, current, changes.settings[lever])


def _recommendation(look: Look, queue: Queue) -> Recommendation:
    lever, source = Lever.of(CONSUMERS, queue.name), look.signals.series.source
    stay = Recommendation(lever, queue.consumers, queue.consumers, UNCHANGED)
    changed = look.history.last_change(lever)
    if changed is not None and look.now - changed < COOLDOWN + timedelta(minutes=2):
        return stay
    came = rate(source.incoming_records)
    if any(CONSUMERS in each.cured_by for each in look.diagnoses):
        waiting = came * (look.signals.age_seconds or 0.0)
        work = came + waiting / look.said.catch_up_seconds
        enough = max(queue.consumers + 1, ceil(work / PER_CONSUMER / USE))
        because = ENOUGH(records=came, consumers=enough)
        return Recommendation(lever, queue.consumers, enough, because)
    peak = rate(source.incoming_records, HOUR_SECONDS)
    enough = max(1, ceil(peak / PER_CONSUMER / USE))
    full = source.incoming_records.last(HOUR_SECONDS).coverage > 0.9
    if look.signals.age_seconds is None or look.signals.age_seconds > 5 or not full:
        return stay
    if enough >= queue.consumers:
        return stay
    because = FEWER(records=peak, consumers=enough)
    return Recommendation(lever, queue.consumers, enough, because)
