"""A sink that only this folder knows is diagnosed, sized with what writes to it, and scaled."""

from dataclasses import dataclass

from tests.simulator.graphs import function, graph
from tests.toy.sink.kinds import FILE, IN_WORLD, TOY_KINDS
from tests.toy.sink.scaling import SLOTS_MAX
from tests.toy.sink.signals import SLOTS
from tests.toy.sink.world import ShelfData, ShelfState
from tidegate.direct import DirectCloud, DirectMetrics
from tidegate.pipeline_file import parse
from tidegate.rules.cause import Cause
from tidegate.scaling.ledger.sqlite import SqliteLedger
from tidegate.scaling.model.health import Health
from tidegate.scaling.model.plan import Decision
from tidegate.scaling.ports import Edges
from tidegate.scaling.report.sweep_report import PipelineReport
from tidegate.scaling.sweep import sweep
from tidegate.simulator.kinds.kinesis_stream.data import StreamData
from tidegate.simulator.traffic import Traffic
from tidegate.simulator.world import World


@dataclass
class Played:
    world: World
    reports: list[PipelineReport]

    @property
    def slots(self) -> int:
        return self.world.the(ShelfState).slots

    def decisions(self) -> list[tuple[int, int, str]]:
        """Of the shelf: from, to, and the kind of the reason."""
        mine = (each for each in decided(self) if each.lever.kind is SLOTS)
        return [(each.current, each.allowed, each.because.kind) for each in mine]


def played(
    *points: tuple[int, int], slots: int, minutes: int = 60, owner: str = "tidegate"
) -> Played:
    traffic = Traffic(points=points, noise=0.0, source="orders")
    world = World(
        graph(
            ShelfData("jars", slots), StreamData("orders", 2), traffic,
            *function("order-writer", "orders", writes=("jars",)),
        ), 1, IN_WORLD,
    )  # fmt: skip
    specs = parse(FILE.replace("OWNER", owner), "orders.yaml", TOY_KINDS).pipelines
    ledger = SqliteLedger(":memory:")
    edges = Edges(DirectCloud(world, TOY_KINDS), DirectMetrics(world), ledger)
    reports: list[PipelineReport] = []
    for minute in range(minutes):
        world.advance(60)
        found = sweep(specs, edges, world.now, holder=f"sweep-{minute}")
        assert found.unreached == ()
        reports += found.pipelines
    return Played(world, reports)


RISE = ((0, 100), (1800, 100), (1900, 900))
"""Records a second, by seconds."""


def test_a_shelf_in_order_is_healthy_and_left_alone() -> None:
    calm = played((0, 100), slots=200, minutes=30)
    assert {each.health for each in calm.reports[5:]} == {Health.HEALTHY}
    assert (calm.slots, calm.decisions()) == (200, [])


def test_it_is_diagnosed_and_raised_for_its_load() -> None:
    busy = played(*RISE, slots=200, minutes=60)
    causes = [(each.cause, each.where) for report in busy.reports for each in report.diagnoses]
    assert (Cause.DOWNSTREAM_SATURATED, "jars") in causes
    assert busy.slots >= 900
    assert {why for _, _, why in busy.decisions()} == {"shelf-load"}
    assert busy.reports[-1].health is Health.HEALTHY
    assert busy.world.figures().limit_violations == 0


def test_it_is_lowered_to_what_the_last_hour_needed() -> None:
    calm = played((0, 100), slots=800, minutes=100)
    (lowered, *_) = calm.decisions()
    assert (lowered[0], lowered[2]) == (800, "hours-peak")
    assert 100 <= calm.slots < 200


def test_what_writes_to_it_is_sized_with_it() -> None:
    busy = played(*RISE, slots=200, minutes=50)
    assert {each.lever.kind.value for each in decided(busy)} == {"slots", "parallelization_factor"}


def decided(run: Played) -> list[Decision]:
    return [
        each for report in run.reports for change in report.changes for each in change.decisions
    ]


def test_its_limit_holds_it_and_is_told() -> None:
    flood = played((0, 100), (600, 2000), slots=200, minutes=60)
    held = {kind for report in flood.reports for each in report.held for kind in each.kinds}
    assert (flood.slots, "aws-limit" in held) == (SLOTS_MAX, True)
    assert flood.world.figures().limit_violations == 0


def test_one_that_nobody_may_change_is_advised_on() -> None:
    theirs = played(*RISE, slots=200, minutes=40, owner="application-autoscaling")
    assert theirs.slots == 200
    told = [words for report in theirs.reports for words in report.advice]
    assert any(words.startswith("raise slots of jars from 200 to ") for words in told)
