"""What was seen is written down when it is new, and the dashboard drawn when its limits are."""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

import pytest

from tidegate.direct import DirectCloud, DirectMetrics
from tidegate.pipeline_file import load_value
from tidegate.scaling.config.specification import NoticeSpec, PipelineSpec
from tidegate.scaling.ledger.sqlite import SqliteLedger
from tidegate.scaling.model.errors import LedgerUnavailable, Unreachable
from tidegate.scaling.model.notification import Destination, Notification
from tidegate.scaling.model.snapshot import StatusSnapshot
from tidegate.scaling.notify.follow_up import follow_up, keep
from tidegate.scaling.ports import Edges, Notices
from tidegate.scaling.report.snapshot import of_report
from tidegate.scaling.report.sweep_report import PipelineReport
from tidegate.scaling.sweep import sweep
from tidegate.simulator.scenarios import load_scenario
from tidegate.simulator.world import World

RACE = load_scenario("race-day")
(SPEC,) = load_value(RACE.pipeline_file, "race-day").pipelines
DRAWN = replace(SPEC, update_dashboard=True)


@dataclass
class Drawings:
    """Keeps what is drawn; nobody is to be notified."""

    is_broken: bool = False
    bodies: list[tuple[str, str]] = field(default_factory=list)

    def send(self, _: Notification, to: Destination, __: NoticeSpec, ___: str | None) -> None:
        raise AssertionError(to)

    def draw(self, name: str, body: str) -> None:
        if self.is_broken:
            raise Unreachable("cloudwatch:PutDashboard", name, "no answer")
        self.bodies.append((name, body))


@pytest.fixture(scope="module")
def world() -> World:
    world = World(RACE, 1)
    world.advance(180)
    return world


@pytest.fixture
def ledger() -> Iterator[SqliteLedger]:
    ledger = SqliteLedger(":memory:")
    yield ledger
    ledger.close()


def edges(world: World, ledger: SqliteLedger, notices: Notices | None = None) -> Edges:
    return Edges(DirectCloud(world), DirectMetrics(world), ledger, notices)


@pytest.fixture(scope="module")
def report(world: World) -> PipelineReport:
    outside = edges(world, SqliteLedger(":memory:"))
    return sweep([SPEC], outside, world.now, holder="me", dry_run=True).pipelines[0]


def kept(ledger: SqliteLedger, report: PipelineReport) -> list[tuple[datetime, int]]:
    """When each snapshot is of, and how many causes it has."""
    found = ledger.snapshots(report.name, report.at - timedelta(days=1))
    return [(each.at, len(each.diagnoses)) for each in found]


def test_what_was_seen_is_written_down_once_and_again_when_it_differs(
    world: World, ledger: SqliteLedger, report: PipelineReport
) -> None:
    outside = edges(world, ledger)
    assert follow_up(report, SPEC, outside, "me") == report
    assert kept(ledger, report) == [(report.at, 1)]
    same = replace(report, at=report.at + timedelta(minutes=1))
    follow_up(same, SPEC, outside, "me")
    assert kept(ledger, report) == [(report.at, 1)]
    follow_up(replace(same, diagnoses=()), SPEC, outside, "me")
    assert kept(ledger, report) == [(report.at, 1), (same.at, 0)]


def test_a_snapshot_is_compared_with_the_newest_before_it(
    ledger: SqliteLedger, report: PipelineReport
) -> None:
    seen = of_report(report)
    changed = replace(seen, at=seen.at + timedelta(minutes=1), diagnoses=())
    back = replace(seen, at=seen.at + timedelta(minutes=2))
    for each in (seen, changed, back):
        keep(each, ledger)
    assert kept(ledger, report) == [(seen.at, 1), (changed.at, 0), (back.at, 1)]


def test_the_dashboard_is_drawn_where_the_file_asks_for_it_and_only_when_it_would_differ(
    world: World, ledger: SqliteLedger, report: PipelineReport
) -> None:
    drawings = Drawings()
    outside = edges(world, ledger, drawings)
    follow_up(report, SPEC, outside, "me")
    assert drawings.bodies == []
    for _ in range(3):
        assert follow_up(report, DRAWN, outside, "me").undelivered == ()
    ((name, first),) = drawings.bodies
    assert name == "tidegate-race-day-us-east-1"
    renamed = replace(DRAWN, objective=replace(DRAWN.objective, iterator_age_max_seconds=77))
    follow_up(report, renamed, outside, "me")
    assert len(drawings.bodies) == 2
    assert drawings.bodies[1] != (name, first)


def test_a_stage_draws_one_of_its_own_also_where_the_ledger_tells_of_another_name(
    world: World, ledger: SqliteLedger, report: PipelineReport
) -> None:
    drawings = Drawings()
    for stack in (None, "tidegate-dev", "tidegate-dev"):
        outside = replace(edges(world, ledger, drawings), stack=stack)
        assert follow_up(report, DRAWN, outside, "me").undelivered == ()
    assert [name for name, _ in drawings.bodies] == [
        "tidegate-race-day-us-east-1", "stage-tidegate-dev-us-east-1_race-day",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("is_drawn", "name"),
    [(True, "stage-tidegate-dev-us-east-1_orders"), (False, "tidegate-orders-us-east-1")],
    ids=["drawn by the stage", "put by the command line"],
)
def test_a_page_points_to_the_dashboard_that_is_kept(
    ledger: SqliteLedger, is_drawn: bool, name: str
) -> None:
    sent: list[Notification] = []

    class Kept(Drawings):
        def send(self, _: Notification, to: Destination, __: NoticeSpec, ___: str | None) -> None:
            assert to is Destination.EVENT_BUS
            sent.append(_)

    scenario = load_scenario("poison-batch")
    (spec,) = load_value(scenario.pipeline_file, "poison-batch").pipelines
    spec = replace(spec, notices=NoticeSpec(event_bus="default"), update_dashboard=is_drawn)
    sick = World(scenario, 1)
    outside = replace(edges(sick, ledger, Kept()), stack="tidegate-dev")
    for _ in range(20):
        sick.advance(60)
        sweep([spec], outside, sick.now, holder="me")
    assert {each.dashboard.rpartition("name=")[2] for each in sent} == {name}


def test_a_dashboard_that_could_not_be_drawn_is_named_and_drawn_by_the_next_sweep(
    world: World, ledger: SqliteLedger, report: PipelineReport
) -> None:
    drawings = Drawings(is_broken=True)
    outside = edges(world, ledger, drawings)
    (undrawn,) = follow_up(report, DRAWN, outside, "me").undelivered
    assert (undrawn.what, type(undrawn.error)) == (
        "dashboard tidegate-race-day-us-east-1",
        Unreachable,
    )
    drawings.is_broken = False
    assert follow_up(report, DRAWN, outside, "me").undelivered == ()
    assert len(drawings.bodies) == 1


class Closed(SqliteLedger):
    """A ledger that can't be written any more."""

    def keep_snapshot(self, snapshot: StatusSnapshot) -> None:
        raise LedgerUnavailable("the disk is full")


@pytest.mark.parametrize("spec", [SPEC, DRAWN], ids=["plain", "with a dashboard"])
def test_a_ledger_that_is_out_of_order_stops_nothing_else(
    world: World, report: PipelineReport, spec: PipelineSpec
) -> None:
    ledger, drawings = Closed(":memory:"), Drawings()
    told = follow_up(report, spec, edges(world, ledger, drawings), "me")
    ledger.close()
    (unkept,) = told.undelivered
    assert unkept.what == "what was seen of race-day is not in the ledger"
    assert replace(told, undelivered=()) == report
    assert len(drawings.bodies) == (1 if spec.update_dashboard else 0)
