"""Kinds that no package knows are sized together by their roles: belts, porters and shelves."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import ceil

import pytest

from tests.builders import NOON
from tests.looks import a_look
from tests.toy.kinds import SIGNALS
from tests.toy.signals import Queue
from tidegate.rules.cause import Cause, Diagnosis, LeverKind
from tidegate.rules.graph import Kinds, Pipeline, Resource, Role
from tidegate.rules.kinds.packs import in_force
from tidegate.rules.kinds.signal_series import series_from, series_metrics
from tidegate.rules.kinds.signals import Signals
from tidegate.rules.kinds.source import SourceSeries
from tidegate.rules.reason import Reason
from tidegate.rules.window import Window
from tidegate.scaling.config.specification import PipelineSpec, ResourceSpec
from tidegate.scaling.load.base_load import RecordCost, Used
from tidegate.scaling.load.burst_baseline import Standing
from tidegate.scaling.load.current_load import Load
from tidegate.scaling.model.change_record import Lever
from tidegate.scaling.model.history import History
from tidegate.scaling.model.in_file import InFile
from tidegate.scaling.model.plan import Constraint, Decision, Demand
from tidegate.scaling.model.planning import Planning
from tidegate.scaling.model.recommendation import Recommendation
from tidegate.scaling.model.resource_type import Setting, SizedTogether
from tidegate.scaling.model.sinks import Use
from tidegate.scaling.plan.joint_scale_in import with_enough_executions
from tidegate.scaling.recommend.recommend import recommendations

BELTS, PORTERS, SLOTS = (
    LeverKind("belts", "queue"), LeverKind("porters", "crew"), LeverKind("slots", "shelf"),
)  # fmt: skip
BELT, PORTER, SLOT = 100, 50, 2
"""Records a second of a belt, of a porter, and of a slot."""

OF_A_RECORD = RecordCost(0.0, 1 / SLOT)
WHY = Reason.told("asked", "for the letters")
AT, CREW, SHELF = Lever.of(BELTS, "letters"), Lever.of(PORTERS, "crew"), Lever.of(SLOTS, "shelf")


@dataclass(frozen=True)
class Named:
    """A resource of which only the name matters; ``setting`` is of its lever."""

    name: str
    setting: int
    roles: tuple[Role, ...] = ()
    writes: tuple[Resource, ...] = ()


@dataclass(frozen=True)
class Belts:
    """``SourceUnits`` of the queue."""

    count: int
    lever: Lever = AT
    step_most: int = 3
    change_takes_seconds: float = 1.0
    change_lasts_seconds: float = 60.0
    least_decrease_share: float = 0.1
    operation: str = "toy:SetBelts"

    def lets_in(self, units: int) -> tuple[float, float]:
        return BELT * units, 1e9

    def for_volume(self, load: Load, said: InFile, readers: int) -> Demand:
        return Demand(AT, max(1, ceil(load.records_per_second / BELT)), WHY)

    def arrivals(self, series: SourceSeries) -> Window:
        return series.incoming_records

    def call_constraints(self, *_: object) -> Iterator[Constraint]:
        return iter(())


@dataclass(frozen=True)
class Crew:
    """``Executions`` and ``Reader`` of the porters, each of whom works for one belt."""

    signals: Signals
    crew: Named
    lever: Lever = CREW
    least_decrease_share: float = 0.1

    @property
    def durations(self) -> Window:
        return self.signals.series.source.read_records

    @property
    def writes(self) -> tuple[Resource, ...]:
        return self.crew.writes

    def units_for(self, busy: float) -> int:
        return ceil(busy)

    def units_needed(self) -> int:
        return 1

    def needed(self, seconds: int) -> int:
        peak = self.durations.last(seconds).peak or 0.0
        return ceil(peak / 60 / PORTER)

    def least_setting(self, units: int, seconds: int) -> int:
        return ceil(self.needed(seconds) / units)

    def why_raised(self, units: int) -> Reason:
        return Reason.told("fewer-belts", "fewer belts need more porters each")

    def too_few(self, units: int, setting: int, seconds: int) -> Reason | None:
        enough = units * setting >= self.needed(seconds)
        return None if enough else Reason.told("porters-needed", "too few porters")

    @property
    def keeps_up(self) -> bool:
        return False

    def cost(self, used: Used) -> RecordCost | None:
        return OF_A_RECORD

    def records_per_second_at_most(self, said: InFile, units: int) -> float:
        return 1e9

    def demand(self, load: Load, said: InFile, units: int, drain: Reason) -> Demand | None:
        return Demand(CREW, max(1, ceil(load.records_per_second / PORTER / units)), WHY)

    def source_demand(self, load: Load, said: InFile) -> tuple[int, Reason] | None:
        return None


@dataclass(frozen=True)
class Shelf:
    """``Sink``."""

    units: int
    used_slots: Window
    resource: str = "shelf"
    where: str = "shelf"
    lever: Lever = SHELF
    cost: RecordCost = OF_A_RECORD
    burst_credit_units: float = 0.0
    units_per_second_most: float = 1e9

    def units_during(self, history: History, start: datetime, seconds: float) -> float:
        return self.units

    def demands(self, records_per_second: float, use: Use) -> Iterator[Demand]:
        yield Demand(SHELF, ceil(records_per_second / SLOT), WHY)

    def why_running_out(self, records_per_second: float) -> Reason:
        return Reason.told("full", "the shelf gets full")

    def as_built(self, demand: Demand) -> tuple[int, Reason]:
        return 0, demand.because

    def stands(self, standing: Standing, units_most: float) -> Demand | None:
        return None

    def partly_from_burst(self, likely: Demand, most: Demand, *_: float) -> Demand:
        return most

    def used(self, signals: Signals, lever: Lever, arrivals: Window) -> tuple[Window, Window]:
        return self.used_slots, self.used_slots.silenced()

    def base_headroom(self, lever: Lever) -> float:
        return 0.0

    def least_decrease(self, current: int, usual: float, now: datetime) -> float:
        return 1


@dataclass(frozen=True)
class OfRole(Planning):
    """One of the three kinds in the plan."""

    role: tuple[LeverKind, Role]
    belts: Belts | None = None
    crew: Named | None = None
    shelf: Named | None = None

    @property
    def roles(self) -> Mapping[LeverKind, Role]:
        return dict([self.role])

    @property
    def source(self) -> Belts | None:
        return self.belts

    def executions(self, signals: Signals, said: InFile) -> Iterator[Crew]:
        return self.readers(signals, History(()))

    def readers(self, signals: Signals, history: History) -> Iterator[Crew]:
        if self.crew is not None:
            yield Crew(signals, self.crew)

    def sinks(self, signals: Signals, reader: object, history: History) -> Iterator[Shelf]:
        if self.shelf is not None:
            taken = signals.series.source.read_records
            slots = tuple(None if each is None else each / SLOT for each in taken.samples)
            yield Shelf(self.shelf.setting, Window(taken.metric, taken.start, slots))


@dataclass(frozen=True)
class AType(SizedTogether):
    """The type of one lever, with what it is set to, and its part in the plan."""

    lever: Lever
    setting: int
    part: OfRole

    @property
    def levers(self) -> Mapping[LeverKind, tuple[int, int]]:
        return {self.lever.kind: (1, 1000)}

    def capacities(self, pipeline: Pipeline) -> Iterator[Setting]:
        yield self.lever, self.setting

    def planning(self, pipeline: Pipeline) -> Planning:
        return self.part


def seen(*rates: float, belts: int, porters: int, slots: int) -> Signals:
    """Records a second minute by minute, all of which are taken at once, up to noon."""
    shelf = Named("shelf", slots, (Role.SINK,))
    crew = Named("crew", porters, (Role.PROCESSOR,), (shelf,))
    types = (
        AType(SHELF, slots, OfRole((SLOTS, Role.SINK), shelf=shelf)),
        AType(CREW, porters, OfRole((PORTERS, Role.PROCESSOR), crew=crew)),
        AType(AT, belts, OfRole((BELTS, Role.SOURCE), belts=Belts(belts))),
    )
    queue = Queue("letters", "arn:aws:sqs:us-east-1:123456789012:letters", belts)
    pipeline = Pipeline("mail", (queue, crew), kinds=Kinds(lambda: SIGNALS, types))
    start = NOON - timedelta(minutes=len(rates))
    sent, taken, age = series_metrics(pipeline)
    counts = tuple(rate * 60 for rate in rates)
    windows = {
        sent: Window(sent, start, counts),
        taken: Window(taken, start, counts),
        age: Window(age, start, (1000.0,) * len(rates)),
    }
    limits = in_force({}, SIGNALS)
    return Signals(pipeline, series_from(pipeline, windows, NOON), 60, thresholds=limits)


SPEC = PipelineSpec("mail", resources=[ResourceSpec("queue", "letters")])
SLOW = Diagnosis(Cause.CONSUMER_TOO_SLOW, "crew", (WHY,), cured_by=(PORTERS,))
WELL = Diagnosis(Cause.HEALTHY, "mail", (WHY,))


def wanted(of: Signals, diagnosis: Diagnosis) -> dict[Lever, Recommendation]:
    found = recommendations(a_look(of, (diagnosis,), SPEC))
    assert [each.lever for each in found] == [SHELF, CREW, AT]
    return {each.lever: each for each in found}


@pytest.mark.parametrize(
    ("rate", "belts", "porters", "behind"), [(310, 4, 3, 310), (900, 9, 6, 900), (1500, 15, 6, 900)]
)
def test_an_incident_raises_each_of_them_for_the_load(
    rate: float, belts: int, porters: int, behind: float
) -> None:
    """Three belts, of which one change makes nine at most: no more is let in to what is behind. The
    shelf has slots to spare, as is asked of a sink without a forecast."""
    found = wanted(seen(*[rate] * 90, belts=3, porters=2, slots=100), SLOW)
    assert {lever: each.wanted for lever, each in found.items()} == {
        AT: belts, CREW: porters, SHELF: ceil(behind / SLOT / 0.7),
    }  # fmt: skip
    assert found[AT].for_arrivals == belts


def test_in_health_each_of_them_is_lowered_to_what_the_last_hour_needed() -> None:
    found = wanted(seen(*[400] * 90, belts=10, porters=4, slots=900), WELL)
    assert {lever: each.wanted for lever, each in found.items()} == {
        SHELF: ceil(200 / 0.7), CREW: 2, AT: 4,
    }  # fmt: skip


def test_fewer_belts_are_left_with_enough_porters() -> None:
    """Eight porters are busy on ten belts; four belts need two each."""
    of = seen(*[400] * 90, belts=10, porters=1, slots=900)

    def decision(lever: Lever, current: int, to: int) -> Decision:
        return Decision(lever, current, to, to, WHY)

    def decide(each: Recommendation) -> Decision:
        return decision(each.lever, each.current, each.wanted)

    said = a_look(of, (), SPEC).said
    alone = [decision(CREW, 1, 1), decision(AT, 10, 4)]
    found = {each.lever: each for each in with_enough_executions(alone, of, said, decide)}
    assert (found[AT].allowed, found[CREW].allowed) == (4, 2)

    def refused(each: Recommendation) -> Decision:
        return Decision(each.lever, each.current, each.wanted, each.current, WHY)

    kept = {each.lever: each for each in with_enough_executions(alone, of, said, refused)}
    assert (kept[AT].allowed, [each.kind for each in kept[AT].held_by]) == (10, ["porters-needed"])
