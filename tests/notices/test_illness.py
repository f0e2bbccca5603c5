"""An illness from start to end: one page, one OpsItem, one resolution."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import date, timedelta

import pytest

from scaling.errors import Throttled
from scaling.illness import Destination, Illness, Kind, Notice, advance, from_text, to_text
from scaling.ledger_sqlite import SqliteLedger
from scaling.ports import Edges
from scaling.report import PipelineReport
from scaling.specification import NoticeSpec, Suppression
from scaling.sweep import sweep
from simulator.direct import DirectCloud, DirectMetrics
from simulator.scenario import load_scenario, scenario_names
from simulator.world import World
from tidegate.pipeline_file import load_value

PLACES = NoticeSpec(
    "arn:aws:sns:us-east-1:123456789012:alerts", ops_items=True, event_bus="default"
)


@dataclass
class Inbox:
    """A destination that keeps what it is sent, and may be out of order for a while."""

    got: list[tuple[Destination, Notice]] = field(default_factory=list)
    ops_items: dict[str, str] = field(default_factory=dict)
    broken: set[Destination] = field(default_factory=set)

    def send(
        self, notice: Notice, destination: Destination, places: NoticeSpec, known_as: str | None
    ) -> str | None:
        assert places == PLACES
        if destination in self.broken:
            raise Throttled("sns:Publish", "alerts", "rate exceeded")
        self.got.append((destination, notice))
        if destination is Destination.OPS_ITEM:
            known_as = known_as or f"oi-{len(self.ops_items)}"
            self.ops_items[known_as] = notice.kind.value
        return known_as

    def draw(self, name: str, body: str) -> None:
        raise AssertionError("no dashboard was asked for")

    def count(self, destination: Destination, kind: Kind) -> int:
        return sum(to is destination and each.kind is kind for to, each in self.got)


def cure(world: World) -> None:
    """What a person would do."""
    world.consumer.function = replace(
        world.scenario.function, timeout_seconds=300, seconds_per_record=0.002,
        seconds_per_invocation=0.05, reserved_concurrency=None,
    )  # fmt: skip
    world.traffic = replace(world.traffic, hot_key_share=0.0, hot_range_share=0.0)
    world.consumer.hot_key_share = 0.0
    world.stream.weigh(world.traffic)
    # What waited behind the hot key has many keys now, and so many lanes.
    factor = world.stream.factor
    world.stream.set_factor(factor + 1)
    world.stream.set_factor(factor)
    for shard in world.stream.shards:
        for lane in shard.lanes:
            lane.poisoned = False
            if lane.batch is not None:
                lane.batch.poisoned = False
    if world.application is not None:
        state = world.application.state
        state.data = replace(
            state.data, skew=0.0, sink_records_per_second=None, fails_after_seconds=None,
            checkpoint_megabytes_per_second=1000.0, heap_state_share=0.0,
            records_per_second_per_subtask=20_000.0,
        )  # fmt: skip


COMES_AGAIN = ("flink-heap",)
"""A state that grows without end fills any heap."""


def swept(
    name: str, inbox: Inbox, *, seed: int = 1, suppressions: list[Suppression] | None = None
) -> Iterator[tuple[World, PipelineReport]]:
    """A scenario to its end, then what is left is cured by hand, and an hour more."""
    scenario = load_scenario(name)
    (spec,) = load_value(scenario.pipeline_file, name).pipelines
    spec = replace(spec, notices=PLACES, suppressions=suppressions or [])
    world = World(scenario, seed)
    ledger = SqliteLedger(":memory:")
    edges = Edges(DirectCloud(world), DirectMetrics(world), ledger, inbox)
    world.advance(180)
    while world.second <= scenario.duration_seconds + 3600:
        if world.second == scenario.duration_seconds:
            cure(world)
        report = sweep([spec], edges, world.now, holder="test")
        assert report.unreached == ()
        yield world, report.pipelines[0]
        world.advance(60)
    ledger.close()


@pytest.mark.parametrize("name", scenario_names())
def test_an_illness_is_one_page_one_ops_item_and_one_resolution(name: str) -> None:
    inbox = Inbox()
    list(swept(name, inbox))
    illnesses = Counter(notice.illness_id for _, notice in inbox.got)
    pages = inbox.count(Destination.SNS, Kind.PAGE)
    assert pages == inbox.count(Destination.SNS, Kind.RESOLVED) == len(illnesses)
    assert list(inbox.ops_items.values()) == ["resolved"] * len(illnesses)
    well = load_scenario(name).planted_cause in ("healthy", "oversized")
    if name in COMES_AGAIN:
        assert len(illnesses) > 1
    else:
        assert len(illnesses) == (0 if well else 1), illnesses


def test_nothing_is_lost_or_sent_twice_when_a_destination_fails() -> None:
    inbox = Inbox(broken={Destination.SNS, Destination.OPS_ITEM})
    told = []
    for world, report in swept("table-throttled", inbox):
        told += report.undelivered
        if world.second == 1800:
            inbox.broken.clear()
    assert any("sns: Tidegate: orders: table-throttled at orders" in each for each in told)
    for destination in (Destination.SNS, Destination.OPS_ITEM, Destination.EVENT_BUS):
        assert inbox.count(destination, Kind.PAGE) == 1
        assert inbox.count(destination, Kind.RESOLVED) == 1
    assert len(inbox.ops_items) == 1


def test_the_page_says_what_was_found_what_was_done_and_where_to_look() -> None:
    inbox = Inbox()
    list(swept("table-throttled", inbox))
    page = next(each for to, each in inbox.got if to is Destination.SNS)
    assert page.subject == "Tidegate: orders: table-throttled at orders"
    lines = page.text.splitlines()
    assert lines[0] == page.subject
    assert any(line.startswith("- table-throttled at orders: ") for line in lines)
    assert any(line.startswith("- write_capacity of orders: 450 -> ") for line in lines)
    assert lines[-1].endswith("#dashboards:name=tidegate-orders")


def test_what_a_person_must_do_is_in_the_page() -> None:
    inbox = Inbox()
    for world, _ in swept("poison-batch", inbox):
        if inbox.got and world.second > 1800:
            break
    page = inbox.got[0][1]
    assert "To be done by you:" in page.text
    assert page.to_do
    assert page.done == ()


def test_a_suppression_holds_until_its_day_is_over() -> None:
    day = date(2026, 1, 5)
    for suppression, pages in (
        (Suppression(day, "known", "poison-batch"), 0),
        (Suppression(day, "known"), 0),
        (Suppression(day - timedelta(days=1), "known", "poison-batch"), 1),
        (Suppression(day, "known", "hot-key"), 1),
    ):
        inbox = Inbox()
        for world, _ in swept("poison-batch", inbox, suppressions=[suppression]):
            if world.second >= 3000:
                break
        assert inbox.count(Destination.SNS, Kind.PAGE) == pages, suppression


def test_what_is_kept_is_read_again_as_it_was() -> None:
    inbox = Inbox(broken=set(Destination))
    kept = Illness()
    scenario = load_scenario("table-throttled")
    (spec,) = load_value(scenario.pipeline_file, "file").pipelines
    spec = replace(spec, notices=PLACES)
    for _, report in swept("table-throttled", inbox):
        kept = advance(kept, report, spec)
        assert from_text(to_text(kept)) == kept
    assert kept.due
