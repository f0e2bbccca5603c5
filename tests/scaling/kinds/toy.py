"""A kind of resource that only tests know: a queue with one lever, how many consumers it has."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from tidegate.rules.cause import LeverKind
from tidegate.rules.graph import Pipeline
from tidegate.rules.scalable_targets import ScalableTarget
from tidegate.rules.window import Metric
from tidegate.scaling.kinds.kinesis_stream.actions import UpdateShardCount
from tidegate.scaling.model.alarm import Breach, NamedAlarm, metric_alarm
from tidegate.scaling.model.bill import Item, Modes, Priced, fixed, moved, short
from tidegate.scaling.model.change_record import Lever
from tidegate.scaling.model.dashboard_row import Graph, Limit, Line, Row
from tidegate.scaling.model.look import Look, Situation
from tidegate.scaling.model.operations import Operations
from tidegate.scaling.model.permission import Arn, Permission, PipelineNames, WriteAccess
from tidegate.scaling.model.plan import Action, Constraint
from tidegate.scaling.model.proposal import (
    PERIOD_SECONDS,
    Evidence,
    Lateness,
    Proposed,
    Range,
    coarse,
    whole,
)
from tidegate.scaling.model.recommendation import Recommendation
from tidegate.scaling.model.resource_type import Changes, ResourceType, Setting, Status
from tidegate.scaling.model.watched import Watched

CONSUMERS = Lever.of(LeverKind.SHARD_COUNT, "orders")
"""Of a kind that there is: the words of levers are a closed list in ``rules/cause.py``."""

PER_CONSUMER = 50
"""Records a second that one consumer takes."""


CONSUMER_MONTHLY_USD, RECORD_USD = 2.0, 0.001

TAKEN = Metric("Toy/Queue", "Taken", (("Queue", "orders"),), "Sum")
"""Records taken from the queue."""


@dataclass(frozen=True)
class Queue:
    """The queue ``orders``, which no stream of a pipeline is."""

    consumers: int = 3
    kind_in_file: str | None = None

    @property
    def levers(self) -> Mapping[LeverKind, tuple[int, int]]:
        return {LeverKind.SHARD_COUNT: (1, 12)}

    @property
    def scalable_dimensions(self) -> tuple[LeverKind, ...]:
        return (LeverKind.SHARD_COUNT,)

    def recommendations(self, look: Look) -> Iterator[Recommendation]:
        return iter(())

    def capacities(self, pipeline: Pipeline) -> Iterator[Setting]:
        yield CONSUMERS, self.consumers

    def other_settings(self, pipeline: Pipeline) -> Iterator[Setting]:
        return iter(())

    def statuses(self, pipeline: Pipeline, lever: Lever) -> Sequence[Status]:
        return [Status.of("orders", "ACTIVE", "ACTIVE", ())]

    def owned_too(self, lever: Lever, target: ScalableTarget) -> None:
        return None

    def moves_by_itself(self, pipeline: Pipeline, lever: Lever) -> bool:
        return False

    def is_changing(self, pipeline: Pipeline, lever: Lever) -> bool:
        return False

    def identity(self, pipeline: Pipeline, lever: Lever) -> str:
        return "orders"

    def marks(self, pipeline: Pipeline, lever: Lever) -> tuple[str, ...]:
        return ()

    def why_useless(self, pipeline: Pipeline, lever: Lever) -> str | None:
        return None

    def why_undone(self, pipeline: Pipeline, lever: Lever, begun_at: datetime) -> str | None:
        return None

    def limits(self, situation: Situation, recommendation: Recommendation) -> Iterator[Constraint]:
        return iter(())

    def actions(self, pipeline: Pipeline, changes: Changes) -> Iterator[Action]:
        for lever, setting in changes.settings.items():
            if lever == CONSUMERS:
                yield UpdateShardCount("orders", self.consumers, setting)

    @property
    def latency_levers(self) -> tuple[LeverKind, ...]:
        return ()

    def planning(self, pipeline: Pipeline) -> None:
        return None

    @property
    def operations(self) -> Operations:
        return self

    def alarms(self, watched: Watched) -> Iterator[NamedAlarm]:
        share = 0.5 if CONSUMERS in watched.owned else 0.8
        words = f"queue orders uses {share:.0%} of its {self.consumers} consumers, or more"
        full = share * self.consumers * PER_CONSUMER * 60
        yield "orders/busy", metric_alarm(words, TAKEN, Breach(full))

    def rows(self, watched: Watched) -> Iterator[Row]:
        taken = Line(TAKEN, "taken", 1 / 60)
        limit = Limit("consumers", self.consumers * PER_CONSUMER)
        text = f"{self.consumers} consumers."
        yield Row("Queue orders", text, (Graph("Taken", "records/s", (taken,), (limit,)),))

    def permissions(
        self, pipelines: Sequence[PipelineNames], *, sweeps: bool
    ) -> Iterator[Permission]:
        calls = ("toy:DescribeQueue", *(("toy:SetConsumers",) if sweeps else ()))
        yield Permission(calls, (Arn("toy", "queue/orders"),))

    @property
    def write_access(self) -> WriteAccess | None:
        return WriteAccess("toy", "queue/", ("toy:Send",))

    def monthly_usd(self, pipeline: Pipeline, lever: Lever, setting: int) -> float:
        return setting * CONSUMER_MONTHLY_USD

    def billed_metrics(self, pipeline: Pipeline) -> Iterator[Metric]:
        yield TAKEN

    def bill(self, priced: Priced) -> Iterator[Item]:
        setting, taken = (
            (CONSUMERS, self.consumers),
            priced.usage.a_month(priced.usage.total(TAKEN)),
        )
        yield moved("queue orders", "consumers", setting, CONSUMER_MONTHLY_USD, priced)
        yield fixed("queue orders", "records", short(taken), taken * RECORD_USD)

    def modes(self, priced: Priced) -> Iterator[Modes]:
        now = self.consumers * CONSUMER_MONTHLY_USD
        words = f"{self.consumers} consumers"
        yield Modes("queue orders", False, now, now, 9.0, 0.5, 0.25, words)

    def proposal_metrics(self, pipeline: Pipeline) -> Iterator[Metric]:
        yield coarse(TAKEN)

    def lateness(self, evidence: Evidence) -> Lateness:
        return Lateness(wait_seconds=70)

    def proposed(self, evidence: Evidence) -> Iterator[Range]:
        peak = max(evidence.present(coarse(TAKEN)), default=0.0) / PERIOD_SECONDS
        most = Proposed(whole(peak / PER_CONSUMER), f"{peak:,.0f} records/s were taken")
        yield Range(CONSUMERS, self.consumers, Proposed(1, "one is enough at night"), most)

    def shared_levers(self, pipeline: PipelineNames) -> Iterator[Lever]:
        yield CONSUMERS


TOY: ResourceType = Queue()
