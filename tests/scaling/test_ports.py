"""What the time is in what began a while ago."""

from datetime import UTC, datetime, timedelta

from tidegate.direct import DirectCloud, DirectMetrics
from tidegate.scaling.ledger.sqlite import SqliteLedger
from tidegate.scaling.ports import Edges
from tidegate.simulator.scenarios import load_scenario
from tidegate.simulator.world import World

BEGAN = datetime(2026, 1, 5, 12, tzinfo=UTC)


def edges() -> Edges:
    world = World(load_scenario("race-day"), 1)
    return Edges(DirectCloud(world), DirectMetrics(world), SqliteLedger(":memory:"))


def test_without_a_clock_no_time_goes_by() -> None:
    assert edges().moment(BEGAN) == BEGAN


def test_a_clock_tells_the_time_by_now() -> None:
    told = Edges(edges().cloud, edges().metrics, edges().ledger, clock=lambda: BEGAN + timedelta(9))
    assert told.moment(BEGAN) == BEGAN + timedelta(9)
