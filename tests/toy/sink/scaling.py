"""The toy sink as ``scaling`` sees it: its lever, what it is in a plan, its call, its operations."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import ceil, inf

from tests.toy.sink.signals import SLOTS, Shelf, shelf_metrics, shelves_of
from tidegate.rules.cause import Cause, LeverKind
from tidegate.rules.graph import Pipeline, Role
from tidegate.rules.kinds.signals import Signals
from tidegate.rules.reason import Reason, Words
from tidegate.rules.scalable_targets import ScalableTarget
from tidegate.rules.window import Metric, Window
from tidegate.scaling.load.base_load import RecordCost, Used
from tidegate.scaling.load.burst_baseline import Standing
from tidegate.scaling.model.alarm import Breach, NamedAlarm, metric_alarm
from tidegate.scaling.model.bill import Item, Modes, Priced, moved
from tidegate.scaling.model.change_record import Lever
from tidegate.scaling.model.dashboard_row import Graph, Limit, Line, Row
from tidegate.scaling.model.history import History
from tidegate.scaling.model.look import Look, Situation
from tidegate.scaling.model.permission import Arn, Permission, PipelineNames, WriteAccess
from tidegate.scaling.model.plan import Constraint, Demand
from tidegate.scaling.model.plan import Range as Allowed
from tidegate.scaling.model.planning import Planning
from tidegate.scaling.model.proposal import Evidence, Lateness, Range
from tidegate.scaling.model.reason import ReasonKind
from tidegate.scaling.model.recommendation import Recommendation
from tidegate.scaling.model.resource_type import Changes, Setting, Status
from tidegate.scaling.model.sinks import Use
from tidegate.scaling.model.sized import Reader
from tidegate.scaling.model.watched import Watched

SLOTS_MAX = 1000
SLOT_MONTHLY_USD = 0.5
IN_EFFECT = timedelta(minutes=1)

FOR_THE_LOAD = Words("shelf-load", "{load} x {each:.2f} slots each{drain}")
RUNS_OUT = Words("shelf-runs-out", "its slots don't take them")
AT_MOST = Words(ReasonKind.AWS_LIMIT, "a shelf has at most {most} slots")


@dataclass(frozen=True, slots=True)
class SetSlots:
    """The toy's one call."""

    shelf: str
    from_slots: int
    to_slots: int

    @property
    def operation(self) -> str:
        return "toy:SetSlots"

    @property
    def lease(self) -> str:
        return f"shelf/{self.shelf}"

    def levers(self) -> Iterator[Lever]:
        yield Lever.of(SLOTS, self.shelf)


@dataclass(frozen=True, slots=True)
class ShelfModel:
    """``tidegate.scaling.model.sinks.Sink``: it saves nothing up."""

    shelf: Shelf
    cost: RecordCost | None
    burst_credit_units: float = 0.0
    units_per_second_most: float = inf

    @property
    def resource(self) -> str:
        return self.shelf.name

    @property
    def where(self) -> str:
        return self.shelf.name

    @property
    def lever(self) -> Lever:
        return Lever.of(SLOTS, self.shelf.name)

    @property
    def units(self) -> int:
        return self.shelf.slots

    def units_during(self, history: History, start: datetime, seconds: float) -> float:
        return float(self.shelf.slots)

    def demands(self, records_per_second: float, use: Use) -> Iterator[Demand]:
        if self.cost is not None and self.cost.units_per_record:
            units = ceil(self.cost.units(records_per_second))
            because = FOR_THE_LOAD(load=use.load, each=self.cost.units_per_record, drain=use.drain)
            yield Demand(self.lever, max(1, units), because)

    def why_running_out(self, records_per_second: float) -> Reason:
        return RUNS_OUT()

    def as_built(self, demand: Demand) -> tuple[int, Reason]:
        return 0, demand.because

    def stands(self, standing: Standing, units_most: float) -> Demand | None:
        return None

    def partly_from_burst(
        self, likely: Demand, most: Demand, lead_seconds: float, headroom: float
    ) -> Demand:
        return most

    def used(self, signals: Signals, lever: Lever, arrivals: Window) -> tuple[Window, Window]:
        series = signals.of(self.shelf)
        return series.written, series.refused

    def base_headroom(self, lever: Lever) -> float:
        return 0.0

    def least_decrease(self, current: int, usual_records_per_second: float, now: datetime) -> float:
        return max(1, current / 5)


@dataclass(frozen=True, slots=True)
class ShelfPlanning(Planning):
    """Of the shelves that a pipeline writes to."""

    shelves: tuple[Shelf, ...]

    @property
    def roles(self) -> Mapping[LeverKind, Role]:
        return {SLOTS: Role.SINK}

    @property
    def capacity_causes(self) -> Collection[Cause]:
        return (Cause.DOWNSTREAM_SATURATED,)

    @property
    def in_effect_after(self) -> timedelta:
        return IN_EFFECT

    def sinks(self, signals: Signals, reader: Reader, history: History) -> Iterable[ShelfModel]:
        for shelf in self.shelves:
            if shelf in reader.writes:
                used = Used(signals.of(shelf).written, of_reads=False)
                yield ShelfModel(shelf, reader.cost(used))

    def consumption(self, signals: Signals) -> Iterable[tuple[Lever, Window]]:
        for shelf in self.shelves:
            yield Lever.of(SLOTS, shelf.name), signals.of(shelf).written


@dataclass(frozen=True)
class ShelfType:
    """``tidegate.scaling.model.resource_type.ResourceType`` of the toy sink."""

    kind_in_file: str = "shelf"

    @property
    def levers(self) -> Mapping[LeverKind, tuple[int, int]]:
        return {SLOTS: (1, SLOTS_MAX)}

    @property
    def scalable_dimensions(self) -> tuple[LeverKind, ...]:
        return (SLOTS,)

    def capacities(self, pipeline: Pipeline) -> Iterator[Setting]:
        for shelf in shelves_of(pipeline):
            yield Lever.of(SLOTS, shelf.name), shelf.slots

    def other_settings(self, pipeline: Pipeline) -> Iterator[Setting]:
        return iter(())

    def statuses(self, pipeline: Pipeline, lever: Lever) -> Sequence[Status]:
        return ()

    def owned_too(self, lever: Lever, target: ScalableTarget) -> None:
        return None

    def moves_by_itself(self, pipeline: Pipeline, lever: Lever) -> bool:
        return False

    def is_changing(self, pipeline: Pipeline, lever: Lever) -> bool:
        return False

    def identity(self, pipeline: Pipeline, lever: Lever) -> str:
        return next(each.arn for each in shelves_of(pipeline) if each.name == lever.where)

    def marks(self, pipeline: Pipeline, lever: Lever) -> tuple[str, ...]:
        return ()

    def why_useless(self, pipeline: Pipeline, lever: Lever) -> str | None:
        return None

    def why_undone(self, pipeline: Pipeline, lever: Lever, begun_at: datetime) -> str | None:
        return None

    def recommendations(self, look: Look) -> Iterator[Recommendation]:
        return iter(())

    def limits(self, situation: Situation, recommendation: Recommendation) -> Iterator[Constraint]:
        yield Allowed(1, SLOTS_MAX, AT_MOST(most=SLOTS_MAX))

    def monthly_usd(self, pipeline: Pipeline, lever: Lever, setting: int) -> float:
        return setting * SLOT_MONTHLY_USD

    @property
    def latency_levers(self) -> tuple[LeverKind, ...]:
        return ()

    def planning(self, pipeline: Pipeline) -> ShelfPlanning | None:
        shelves = shelves_of(pipeline)
        return ShelfPlanning(shelves) if shelves else None

    @property
    def operations(self) -> "ShelfOperations":
        return ShelfOperations()

    def actions(self, pipeline: Pipeline, changes: Changes) -> Iterator[SetSlots]:
        for lever, current in self.capacities(pipeline):
            if lever in changes.settings:
                yield SetSlots(lever.where, current, changes.settings[lever])


class ShelfOperations:
    """``tidegate.scaling.model.operations.Operations`` of the toy sink."""

    def alarms(self, watched: Watched) -> Iterator[NamedAlarm]:
        for shelf in shelves_of(watched.pipeline):
            _, refused = shelf_metrics(shelf.name)
            words = f"shelf {shelf.name} refuses records"
            yield f"{shelf.name}/refuses", metric_alarm(words, refused, Breach(0))

    def rows(self, watched: Watched) -> Iterator[Row]:
        for shelf in shelves_of(watched.pipeline):
            written = Line(shelf_metrics(shelf.name)[0], "written", 1 / 60)
            graph = Graph("Written", "records/s", (written,), (Limit("slots", shelf.slots),))
            yield Row(f"Shelf {shelf.name}", f"{shelf.slots} slots.", (graph,))

    def permissions(
        self, pipelines: Sequence[PipelineNames], *, sweeps: bool
    ) -> Iterator[Permission]:
        named = (each for pipeline in pipelines for each in pipeline.resources)
        shelves = [Arn("sqs", each.name) for each in named if each.kind == "shelf"]
        if shelves:
            calls = ("sqs:GetQueueUrl", "sqs:GetQueueAttributes", "sqs:ListQueueTags")
            yield Permission((*calls, "sqs:TagQueue"), tuple(shelves))

    @property
    def write_access(self) -> WriteAccess | None:
        return None

    def billed_metrics(self, pipeline: Pipeline) -> Iterator[Metric]:
        return iter(())

    def bill(self, priced: Priced) -> Iterator[Item]:
        for shelf in shelves_of(priced.pipeline):
            setting = Lever.of(SLOTS, shelf.name), shelf.slots
            yield moved(f"shelf {shelf.name}", "slots", setting, SLOT_MONTHLY_USD, priced)

    def modes(self, priced: Priced) -> Iterator[Modes]:
        return iter(())

    def proposal_metrics(self, pipeline: Pipeline) -> Iterator[Metric]:
        return iter(())

    def lateness(self, evidence: Evidence) -> Lateness:
        return Lateness()

    def proposed(self, evidence: Evidence) -> Iterator[Range]:
        return iter(())

    def shared_levers(self, pipeline: PipelineNames) -> Iterator[Lever]:
        return iter(())
