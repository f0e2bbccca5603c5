"""A queue that only this folder knows is diagnosed, scaled out and scaled in by the sweep."""

from dataclasses import dataclass

import pytest

from tests.simulator.graphs import graph
from tests.toy.kinds import FILE, IN_WORLD, TOY_KINDS
from tests.toy.scaling import CONSUMERS_MAX
from tests.toy.signals import CONSUMERS, Queue, Waiting
from tests.toy.world import QueueData, QueueState
from tidegate.direct import DirectCloud, DirectMetrics
from tidegate.pipeline_file import parse
from tidegate.rules.cause import Cause
from tidegate.scaling.ledger.sqlite import SqliteLedger
from tidegate.scaling.model.change_record import Outcome
from tidegate.scaling.model.errors import ResourceMissing
from tidegate.scaling.model.health import Health
from tidegate.scaling.ports import Edges
from tidegate.scaling.report.sweep_report import PipelineReport
from tidegate.scaling.sweep import sweep
from tidegate.simulator.world import World


@dataclass
class Played:
    world: World
    reports: list[PipelineReport]
    ledger: SqliteLedger

    @property
    def consumers(self) -> int:
        return self.world.the(QueueState).consumers


def played(*rates: int, consumers: int = 2, minutes: int = 100, owner: str = "tidegate") -> Played:
    world = World(graph(QueueData("letters", rates, consumers)), 1, IN_WORLD)
    specs = parse(FILE.replace("OWNER", owner), "mail.yaml", TOY_KINDS).pipelines
    ledger = SqliteLedger(":memory:")
    edges = Edges(DirectCloud(world, TOY_KINDS), DirectMetrics(world), ledger)
    reports: list[PipelineReport] = []
    for minute in range(minutes):
        world.advance(60)
        found = sweep(specs, edges, world.now, holder=f"sweep-{minute}")
        assert found.unreached == ()
        reports += found.pipelines
    return Played(world, reports, ledger)


def test_a_queue_in_order_is_healthy_and_left_alone() -> None:
    calm = played(50, minutes=20)
    assert {each.health for each in calm.reports[5:]} == {Health.HEALTHY}
    assert (calm.consumers, [each.changes for each in calm.reports if each.changes]) == (2, [])
    assert "letters hands records to its consumers" in str(calm.reports[-1].diagnoses[0].because)


@pytest.mark.parametrize("peak", [180, 260])
def test_it_is_scaled_out_for_its_load_and_in_after_it(peak: int) -> None:
    busy = played(60, peak, peak, 30)
    causes = {cause.cause for report in busy.reports for cause in report.diagnoses}
    assert Cause.CONSUMER_TOO_SLOW in causes
    most = max(each.pipeline.the(Queue).consumers for each in busy.reports)
    assert most * 50 > peak
    assert busy.consumers == 1
    assert busy.reports[-1].health is Health.HEALTHY
    decided = [
        each for report in busy.reports for change in report.changes for each in change.decisions
    ]
    assert {each.lever.kind for each in decided} == {CONSUMERS}
    assert {each.because.kind for each in decided} == {"queue-load", "queue-idle"}
    assert busy.world.figures().limit_violations == 0


def test_its_limit_holds_it_and_is_told() -> None:
    flood = played(100, 2000, minutes=40)
    assert flood.consumers == CONSUMERS_MAX
    held = {kind for report in flood.reports for each in report.held for kind in each.kinds}
    assert "aws-limit" in held
    assert flood.reports[-1].health is Health.SICK
    assert flood.world.figures().limit_violations == 0


def test_one_that_nobody_may_change_is_advised_on() -> None:
    theirs = played(180, minutes=30, owner="application-autoscaling")
    assert theirs.consumers == 2
    (advice, *_) = theirs.reports[-1].advice
    assert advice.startswith("raise consumers of letters from 2 to ")


def test_its_changes_are_in_the_ledger() -> None:
    busy = played(60, 180, minutes=40)
    (lever,) = {
        each.lever
        for report in busy.reports
        for change in report.changes
        for each in change.decisions
    }
    records = busy.ledger.change_records_of(lever, busy.reports[0].at)
    assert {each.operation for each in records} == {"toy:SetConsumers"}
    assert {each.outcome for each in records} == {Outcome.DONE}


def test_a_question_of_its_own_is_asked_of_a_world() -> None:
    world = World(graph(QueueData("letters", (70,), 1)), 1, IN_WORLD)
    world.advance(30)
    cloud = DirectCloud(world, TOY_KINDS)
    assert cloud.ask(Waiting("letters")) == 30 * 70 - 30 * 50
    with pytest.raises(ResourceMissing, match="no such queue"):
        cloud.ask(Waiting("lost"))
