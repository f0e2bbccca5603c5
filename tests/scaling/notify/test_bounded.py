"""Notifications while every place they go to is out of order: what is kept of them fits an item."""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any

import boto3
import pytest
from moto import mock_aws

from tests.builders import SPEC
from tests.orders import create_ledger_table
from tidegate.direct import DirectCloud, DirectMetrics
from tidegate.pipeline_file import load_value
from tidegate.rules.cause import Cause, Diagnosis
from tidegate.rules.reason import Reason
from tidegate.scaling.aws.ledger_dynamodb import DynamoLedger
from tidegate.scaling.config.specification import NoticeSpec
from tidegate.scaling.ledger.sqlite import SqliteLedger
from tidegate.scaling.model.errors import Unreachable
from tidegate.scaling.model.notification import Destination, Due, Kind, Notification
from tidegate.scaling.notify.bounded import DUE_BYTES_MAX, within_an_item
from tidegate.scaling.notify.deliver import notify
from tidegate.scaling.ports import Edges, Ledger
from tidegate.scaling.report.sweep_report import PipelineReport
from tidegate.scaling.sweep import sweep
from tidegate.simulator.scenarios import load_scenario
from tidegate.simulator.world import World

ITEM_BYTES_MAX = 400 * 1024
"""Names of attributes included (DynamoDB quotas)."""

PLACES = replace(
    SPEC,
    name="race-day",
    notices=NoticeSpec("arn:aws:sns:us-east-1:123456789012:alerts", True, "default"),
)


@dataclass
class OutOfOrder:
    """Every place, until it is mended."""

    is_mended: bool = False
    sent: list[tuple[Destination, Notification]] = field(default_factory=list)

    def send(
        self, notification: Notification, to: Destination, _: NoticeSpec, __: str | None
    ) -> str | None:
        if not self.is_mended:
            raise Unreachable("places", "all of them", "no answer")
        self.sent.append((to, notification))
        return "known"

    def draw(self, name: str, body: str) -> None:
        raise AssertionError((name, body))


@pytest.fixture(scope="module")
def report() -> PipelineReport:
    race = load_scenario("race-day")
    (spec,) = load_value(race.pipeline_file, "race-day").pipelines
    world = World(race, 1)
    world.advance(480)
    edges = Edges(DirectCloud(world), DirectMetrics(world), SqliteLedger(":memory:"))
    return sweep([spec], edges, world.now, holder="me", dry_run=True).pipelines[0]


@pytest.fixture
def client() -> Iterator[Any]:
    with mock_aws():
        client = boto3.client("dynamodb", "us-east-1")
        create_ledger_table(client, "ledger")
        yield client


def over(ledger: Ledger, places: OutOfOrder) -> Edges:
    world = World(load_scenario("race-day"), 1)
    return Edges(DirectCloud(world), DirectMetrics(world), ledger, places)


def ill(report: PipelineReport, minute: int, tables: int) -> PipelineReport:
    """So many tables are throttled, each minute another one more."""
    words = "throttled 1,234 writes in a minute, of those attempted 7%, " * 4
    found = tuple(
        Diagnosis(Cause.TABLE_THROTTLED, f"table-{minute}-{each}", (Reason.told("seen", words),))
        for each in range(tables)
    )
    at = report.at + timedelta(minutes=minute)
    return replace(report, diagnoses=found, at=at)


@pytest.mark.sampled(2)
@pytest.mark.parametrize(
    ("tables", "minutes"), [(20, 60), (3, 120), (600, 3)], ids=["wide", "long", "very wide"]
)
@pytest.mark.slow
def test_an_outage_of_all_places_stops_nobody_and_the_page_comes_first_afterwards(
    report: PipelineReport, client: Any, tables: int, minutes: int
) -> None:
    ledger, places = DynamoLedger(client, "ledger"), OutOfOrder()
    for minute in range(minutes):
        seen = ill(report, minute, tables)
        undelivered = notify(seen, PLACES, over(ledger, places), "me", seen.at)
        assert {type(each.error) for each in undelivered} == {Unreachable}
    places.is_mended = True
    assert notify(seen, PLACES, over(ledger, places), "me", seen.at) == ()
    first = dict(reversed([(to, each.kind) for to, each in places.sent]))
    assert first == dict.fromkeys(Destination, Kind.PAGE)
    last = dict(places.sent)
    assert last[Destination.EVENT_BUS].at == seen.at.isoformat()
    assert last[Destination.OPS_ITEM].at == seen.at.isoformat()


def test_a_notification_says_how_much_it_leaves_out(report: PipelineReport, client: Any) -> None:
    ledger, places = DynamoLedger(client, "ledger"), OutOfOrder(is_mended=True)
    assert notify(ill(report, 0, 600), PLACES, over(ledger, places), "me", report.at) == ()
    found = places.sent[0][1].found
    assert len(found) == 30
    assert found[-1] == "and 571 more"


def due(kind: Kind, at: int, found: str) -> Due:
    told = Notification(kind, "ill", "race", str(at), ("one",), (found,), (), (), "")
    return Due(told, Destination.EVENT_BUS)


def test_updates_are_given_up_before_pages_and_old_ones_before_new_ones() -> None:
    half = "x" * (DUE_BYTES_MAX // 2 - 1000)
    page, old, new = due(Kind.PAGE, 0, half), due(Kind.UPDATE, 1, half), due(Kind.UPDATE, 2, half)
    end = due(Kind.RESOLVED, 3, half)
    assert within_an_item((page, old, new)) == (page, new)
    assert within_an_item((page, old, new, end)) == (page, end)
    assert within_an_item((page, end, replace(page))) == (end, page)
    assert within_an_item((page,)) == (page,)
