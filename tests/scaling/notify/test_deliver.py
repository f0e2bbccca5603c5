"""One run delivers at a time, and what could not be delivered is kept and said."""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

import pytest

from tests.builders import SPEC
from tidegate.direct import DirectCloud, DirectMetrics
from tidegate.pipeline_file import load_value
from tidegate.rules.cause import Cause, Diagnosis
from tidegate.rules.reason import Reason
from tidegate.scaling.config.specification import NoticeSpec
from tidegate.scaling.ledger.sqlite import SqliteLedger
from tidegate.scaling.model.errors import Unreachable
from tidegate.scaling.model.notification import Destination, Notification
from tidegate.scaling.notify.deliver import LEASE_SECONDS, notify
from tidegate.scaling.ports import Edges
from tidegate.scaling.report.sweep_report import PipelineReport
from tidegate.scaling.sweep import sweep
from tidegate.simulator.scenarios import load_scenario
from tidegate.simulator.world import World

TOPIC = "arn:aws:sns:us-east-1:123456789012:alerts"
PLACES = replace(SPEC, name="race-day", notices=NoticeSpec(TOPIC, True, "default"))


@dataclass
class Places:
    """Where notifications go: some of them out of order, each taking its time."""

    broken: set[Destination] = field(default_factory=set)
    seconds_each: float = 0.0
    sent: list[Destination] = field(default_factory=list)
    passed: float = 0.0

    def send(self, _: Notification, to: Destination, __: NoticeSpec, ___: str | None) -> str | None:
        self.passed += self.seconds_each
        if to in self.broken:
            raise Unreachable("places", to.value, "no answer")
        self.sent.append(to)
        return "known"

    def draw(self, name: str, body: str) -> None:
        raise AssertionError((name, body))


@pytest.fixture(scope="module")
def report() -> PipelineReport:
    """Of a pipeline with a throttled table."""
    race = load_scenario("race-day")
    (spec,) = load_value(race.pipeline_file, "race-day").pipelines
    world = World(race, 1)
    world.advance(480)
    edges = Edges(DirectCloud(world), DirectMetrics(world), SqliteLedger(":memory:"))
    seen = sweep([spec], edges, world.now, holder="me", dry_run=True).pipelines[0]
    cause = Diagnosis(Cause.TABLE_THROTTLED, "scores", (Reason.told("seen", "throttled"),))
    return replace(seen, diagnoses=(cause,), changes=())


@pytest.fixture
def ledger() -> Iterator[SqliteLedger]:
    ledger = SqliteLedger(":memory:")
    yield ledger
    ledger.close()


def edges(ledger: SqliteLedger, places: Places | None, began: datetime | None = None) -> Edges:
    """With a ``began`` time goes by as the places take it."""
    world = World(load_scenario("race-day"), 1)
    outside = Edges(DirectCloud(world), DirectMetrics(world), ledger, places)
    if began is None or places is None:
        return outside
    return replace(outside, clock=lambda: began + timedelta(seconds=places.passed))


def test_without_places_nothing_is_written_down(
    report: PipelineReport, ledger: SqliteLedger
) -> None:
    assert notify(report, PLACES, edges(ledger, None), "me", report.at) == ()
    assert ledger.kept("illness/race-day") is None
    assert ledger.leases() == ()


def test_each_place_gets_the_page_once_and_the_lock_is_given_back(
    report: PipelineReport, ledger: SqliteLedger
) -> None:
    places = Places()
    for _ in range(2):
        assert notify(report, PLACES, edges(ledger, places), "me", report.at) == ()
    assert sorted(places.sent, key=lambda each: each.value) == sorted(
        Destination, key=lambda each: each.value
    )
    assert ledger.leases() == ()


@pytest.mark.parametrize("broken", Destination)
def test_a_place_that_fails_is_named_and_gets_it_with_the_next_sweep(
    report: PipelineReport, ledger: SqliteLedger, broken: Destination
) -> None:
    places = Places({broken})
    (unsent,) = notify(report, PLACES, edges(ledger, places), "me", report.at)
    assert (unsent.what.startswith(broken.value), type(unsent.error)) == (True, Unreachable)
    assert set(places.sent) == set(Destination) - {broken}
    places.broken = set()
    assert notify(report, PLACES, edges(ledger, places), "me", report.at) == ()
    assert places.sent[-1] is broken
    assert len(places.sent) == len(Destination)


def test_while_another_run_delivers_nothing_is_sent_or_written_down(
    report: PipelineReport, ledger: SqliteLedger
) -> None:
    places = Places()
    assert ledger.acquire("notices/race-day", "another", report.at, LEASE_SECONDS)
    assert notify(report, PLACES, edges(ledger, places), "me", report.at) == ()
    assert (places.sent, ledger.kept("illness/race-day")) == ([], None)


@pytest.mark.parametrize("seconds_each", [1, 60, 400])
def test_the_lock_is_prolonged_by_the_clock_before_each_delivery(
    report: PipelineReport, ledger: SqliteLedger, seconds_each: float
) -> None:
    """Another run asks for it at the end of each delivery's lease."""
    places, seen = Places(seconds_each=seconds_each), []

    class Watched(Places):
        def send(
            self, told: Notification, to: Destination, where: NoticeSpec, known: str | None
        ) -> str | None:
            now = report.at + timedelta(seconds=places.passed + LEASE_SECONDS - 1)
            seen.append(ledger.acquire("notices/race-day", "another", now, 1))
            return places.send(told, to, where, known)

    outside = edges(ledger, places, report.at)
    assert notify(report, PLACES, replace(outside, notices=Watched()), "me", report.at) == ()
    assert seen == [False] * len(Destination)
