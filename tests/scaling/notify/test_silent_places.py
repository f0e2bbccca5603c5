"""A place that does not answer lets a sweep wait once."""

from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

import pytest

from tests.builders import NOON
from tidegate.direct import DirectCloud, DirectMetrics
from tidegate.pipeline_file import load_value
from tidegate.scaling.config.specification import NoticeSpec
from tidegate.scaling.ledger.sqlite import SqliteLedger
from tidegate.scaling.model.errors import Unreachable
from tidegate.scaling.model.notification import Destination, Notification
from tidegate.scaling.notify.incident import Incident, to_text
from tidegate.scaling.notify.silent_places import SilentPlaces, waiting_once
from tidegate.scaling.ports import Edges
from tidegate.scaling.sweep import sweep
from tidegate.simulator.scenarios import load_scenario
from tidegate.simulator.world import World

TOPIC = "arn:aws:sns:us-east-1:123456789012:alerts"
ALL = NoticeSpec(TOPIC, True, "default")
ONE_WAIT_SECONDS = 13
LONG_AGO = "2026-01-01T00:00:00+00:00"


@dataclass
class Silent:
    """Places of which some answer late and with nothing, or refuse at once."""

    silent: tuple[Destination, ...]
    waits_seconds: float = ONE_WAIT_SECONDS
    now: datetime = NOON
    asked: list[tuple[Destination, str]] = field(default_factory=list)

    def clock(self) -> datetime:
        return self.now

    def send(
        self, notification: Notification, to: Destination, _: NoticeSpec, __: str | None
    ) -> str | None:
        self.asked.append((to, notification.pipeline))
        if to in self.silent:
            self.now += timedelta(seconds=self.waits_seconds)
            raise Unreachable("places", to.value, "read timeout")
        return "known"

    def draw(self, name: str, body: str) -> None:
        raise AssertionError((name, body))


def swept(places: Silent, *more: NoticeSpec, sweeps: int = 1) -> list[str]:
    """Pipelines that did not heal in time, and tell of it in places; those that a place was asked
    for."""
    race = load_scenario("race-day")
    world = World(race, 1)
    world.advance(480)
    notices = (ALL, ALL, *more)
    (sick,) = load_value(race.pipeline_file, "race-day").pipelines
    specs = [replace(sick, name=f"race-{at}", notices=each) for at, each in enumerate(notices)]
    ledger = SqliteLedger(":memory:")
    for spec in specs:
        ledger.keep(f"illness/{spec.name}", to_text(Incident(heals_until=LONG_AGO)))
    edges = Edges(DirectCloud(world), DirectMetrics(world), ledger, places, places.clock)
    places.now = world.now
    for at in range(sweeps):
        report = sweep(specs, edges, places.now, holder=f"me-{at}")
        assert not report.unreached
    ledger.close()
    return [name for to, name in places.asked if to in places.silent]


@pytest.mark.parametrize("silent", list(Destination))
def test_who_has_something_to_tell_there_waits_for_it_once(silent: Destination) -> None:
    places = Silent((silent,))
    assert swept(places) == ["race-0"]
    others = [each for each in places.asked if each[0] is not silent]
    assert len(others) == 2 * (len(Destination) - 1)


def test_the_next_sweep_asks_it_again() -> None:
    assert swept(Silent((Destination.SNS,)), sweeps=2) == ["race-0", "race-0"]


def test_another_topic_is_asked() -> None:
    other = replace(ALL, sns_topic_arn=f"{TOPIC}-too")
    assert swept(Silent((Destination.SNS,)), other) == ["race-0", "race-2"]


def test_what_is_refused_at_once_holds_nobody_else_back() -> None:
    places = Silent((Destination.EVENT_BUS,), waits_seconds=0.2)
    assert swept(places) == ["race-0", "race-1"]


def test_where_no_time_goes_by_nobody_waits() -> None:
    world, places = World(load_scenario("race-day"), 1), Silent(())
    ledger = SqliteLedger(":memory:")
    edges = Edges(DirectCloud(world), DirectMetrics(world), ledger, places)
    assert waiting_once(edges) is places
    assert waiting_once(replace(edges, notices=None)) is None
    assert isinstance(waiting_once(replace(edges, clock=places.clock)), SilentPlaces)
