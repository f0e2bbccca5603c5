"""The ledger is read before AWS is asked, and again where something was settled."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from datetime import timedelta

import pytest

from tests.scaling.execute.test_executor import RACE, SHARDS, SPEC, FaultyCloud
from tidegate.direct import DirectCloud, DirectMetrics
from tidegate.rules.graph import Pipeline
from tidegate.scaling.config.specification import PipelineSpec
from tidegate.scaling.execute.observe import observe, with_settled
from tidegate.scaling.kinds.kinesis_stream.actions import UPDATE_SHARD_COUNT
from tidegate.scaling.ledger.sqlite import SqliteLedger
from tidegate.scaling.model.change_record import ChangeRecord, Outcome
from tidegate.scaling.ports import Edges
from tidegate.simulator.world import World


@dataclass
class Noting(FaultyCloud):
    """The world's cloud, which notes when it is asked."""

    notes: list[str] = field(default_factory=list)

    def describe(self, spec: PipelineSpec) -> Pipeline:
        self.notes.append("AWS")
        return super().describe(spec)


class NotingLedger(SqliteLedger):
    asked: list[str]

    def newest(self, resources: Collection[str]) -> dict[str, str]:
        self.asked.append("ledger")
        return super().newest(resources)


@dataclass
class Observer:
    world: World
    ledger: NotingLedger
    notes: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.ledger.asked = self.notes
        cloud = Noting(DirectCloud(self.world), notes=self.notes)
        self.edges = Edges(cloud, DirectMetrics(self.world), self.ledger)

    def begin(self, minutes_ago: float, to: int) -> ChangeRecord:
        at = self.world.now - timedelta(minutes=minutes_ago)
        made = ChangeRecord("1", "earlier name", SHARDS, UPDATE_SHARD_COUNT, 1, to, "", at)
        self.ledger.begin(made)
        return made


@pytest.fixture
def observer() -> Iterator[Observer]:
    world = World(RACE, 1)
    world.advance(60)
    ledger = NotingLedger(":memory:")
    yield Observer(world, ledger)
    ledger.close()


def test_what_another_run_does_during_the_look_shows_as_a_difference(observer: Observer) -> None:
    seen = observe(SPEC, observer.edges, observer.world.now)
    assert observer.notes == ["ledger", "AWS"]
    assert seen.newest == {}
    observer.begin(0, 2)
    assert observer.ledger.newest(["stream/racers"]) != seen.newest


def test_what_was_left_open_for_days_under_another_name_is_settled(observer: Observer) -> None:
    left = observer.begin(4 * 24 * 60, 2)
    now = observer.world.now
    seen = observe(SPEC, observer.edges, now)
    assert seen.history.open_change_records() == (left,)
    after = with_settled(seen, observer.edges, now)
    assert observer.notes == ["ledger", "AWS"] * 2
    assert after.history.open_change_records() == ()
    assert after.newest == observer.ledger.newest(["stream/racers"])
    (ended,) = observer.ledger.change_records("earlier name", left.begun_at)
    assert ended.outcome is Outcome.SUPERSEDED


def test_aws_is_not_looked_at_twice_where_nothing_was_open(observer: Observer) -> None:
    seen = observe(SPEC, observer.edges, observer.world.now)
    assert with_settled(seen, observer.edges, observer.world.now) is seen
    assert observer.notes == ["ledger", "AWS"]
