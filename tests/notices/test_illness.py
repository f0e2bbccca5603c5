"""An illness from start to end: one page, one OpsItem, one resolution."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import date, timedelta

import pytest

from scaling.errors import Throttled
from scaling.illness import Destination, Illness, Kind, Notice, from_text, to_text
from scaling.ledger_sqlite import SqliteLedger
from scaling.ports import Edges
from scaling.report import PipelineReport
from scaling.specification import NoticeSpec, PipelineSpec, Suppression
from scaling.sweep import sweep
from simulator.direct import DirectCloud, DirectMetrics
from simulator.scenario import load_scenario, scenario_names
from simulator.world import World
from tidegate.pipeline_file import load_value

PLACES = NoticeSpec("arn:aws:sns:us-east-1:123456789012:alerts", ops_items=True, event_bus="default")


@dataclass
class Inbox:
    """A destination that keeps what it is sent, and may be out of order for a while."""

    got: list[tuple[Destination, Notice]] = field(default_factory=list)
    ops_items: dict[str, str] = field(default_factory=dict)
    broken: set[Destination] = field(default_factory=set)

    def send(self, notice: Notice, destination: Destination, known_as: str | None) -> str | None:
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
    for shard in world.stream.shards:
        for lane in shard.lanes:
            lane.poisoned = False
            if lane.batch is not None:
                lane.batch.poisoned = False


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
    assert len(illnesses) == (0 if well else 1), illnesses
