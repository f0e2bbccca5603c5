"""A change is undone through the executor: written down, once, and only where it still stands."""

from collections.abc import Iterator
from copy import deepcopy
from dataclasses import replace
from datetime import timedelta
from itertools import count

import pytest

from tests.scaling.execute.test_executor import RACE, SPEC, FaultyCloud
from tidegate.direct import DirectCloud, DirectMetrics
from tidegate.pipeline_file import load_value
from tidegate.rules.cause import LeverKind
from tidegate.scaling.config.levers import all_settings
from tidegate.scaling.config.specification import PipelineSpec
from tidegate.scaling.execute.observe import observe
from tidegate.scaling.kinds.kinesis_stream.actions import UpdateShardCount
from tidegate.scaling.kinds.lambda_mapping.actions import UpdateParallelizationFactor
from tidegate.scaling.ledger.seen_levers import with_others
from tidegate.scaling.ledger.sqlite import SqliteLedger
from tidegate.scaling.model.change_record import ChangeRecord, Lever, Outcome
from tidegate.scaling.ports import Edges
from tidegate.scaling.revert import NotReverted, Undo, revert
from tidegate.simulator.kinds.lambda_mapping.mapping import uuid_of
from tidegate.simulator.world import World

FACTOR = Lever.of(LeverKind.PARALLELIZATION_FACTOR, "scorer")
WINDOW = Lever.of(LeverKind.BATCHING_WINDOW, "scorer")
SHARDS = Lever.of(LeverKind.SHARD_COUNT, "racers")


@pytest.fixture
def world() -> World:
    made = World(RACE, 1)
    made.advance(120)
    return made


@pytest.fixture
def edges(world: World) -> Iterator[Edges]:
    ledger = SqliteLedger(":memory:")
    yield Edges(FaultyCloud(DirectCloud(world)), DirectMetrics(world), ledger)
    ledger.close()


def undo(world: World, before: int, after: int, lever: Lever = FACTOR) -> Undo:
    at = world.now - timedelta(hours=1)
    record = ChangeRecord(
        "1", SPEC.name, lever, "lambda:UpdateEventSourceMapping", before, after, "", at,
        Outcome.DONE, at,
    )  # fmt: skip
    return Undo(record, "a test of load", "me")


def test_the_lever_is_put_back_with_a_change_record_of_its_own(world: World, edges: Edges) -> None:
    change = revert(undo(world, before=4, after=1), SPEC, edges, world.now)
    assert change is not None
    assert change.outcome is Outcome.DONE
    (record,) = edges.ledger.change_records_of(FACTOR, world.now - timedelta(minutes=1))
    assert (record.from_capacity, record.to_capacity, record.outcome) == (1, 4, Outcome.DONE)
    assert record.because == "1 is reverted: a test of load"


def test_a_batching_window_is_put_back_as_well(world: World, edges: Edges) -> None:
    change = revert(undo(world, before=5, after=0, lever=WINDOW), SPEC, edges, world.now)
    assert change is not None
    assert change.outcome is Outcome.DONE
    (record,) = edges.ledger.change_records_of(WINDOW, world.now - timedelta(minutes=1))
    assert (record.from_capacity, record.to_capacity) == (0, 5)


@pytest.mark.parametrize("lever", [FACTOR, WINDOW], ids=str)
def test_a_lever_that_is_looked_at_again_before_the_call_still_has_its_resource(
    world: World, edges: Edges, lever: Lever
) -> None:
    moments = (world.now + timedelta(seconds=2 * at) for at in count())
    slow = replace(edges, clock=lambda: next(moments))
    was = {FACTOR: 1, WINDOW: 0}[lever]
    whole = replace(SPEC, max_usd_a_day=1e6)
    change = revert(undo(world, before=4, after=was, lever=lever), whole, slow, world.now)
    assert change is not None
    assert (change.outcome, change.detail) == (Outcome.DONE, None)


def test_nothing_is_done_where_it_is_back_already(world: World, edges: Edges) -> None:
    assert revert(undo(world, before=1, after=4), SPEC, edges, world.now) is None
    assert edges.ledger.pipelines() == ()


@pytest.mark.parametrize(
    ("lever", "words"),
    [(FACTOR, "is 1 by now"), (Lever.of(FACTOR.kind, "another"), "is not there by now")],
    ids=["set since", "gone"],
)
def test_what_no_longer_stands_is_not_undone(
    world: World, edges: Edges, lever: Lever, words: str
) -> None:
    with pytest.raises(NotReverted, match=words):
        revert(undo(world, before=2, after=3, lever=lever), SPEC, edges, world.now)
    assert edges.ledger.pipelines() == ()


def test_changes_are_undone_one_after_the_other_the_newest_first(
    world: World, edges: Edges
) -> None:
    """What was undone between them is no other change."""
    made = [undo(world, 1, 4), undo(world, 4, 9)]
    for entry_id, each in zip("12", made, strict=True):
        at = world.now + timedelta(seconds=int(entry_id))
        record = replace(each.change_record, entry_id=entry_id, begun_at=at)
        open_ = replace(record, outcome=Outcome.BEGUN, ended_at=None)
        assert edges.ledger.begin(open_)
        edges.ledger.complete(entry_id, Outcome.DONE, at, None)
    edges.cloud.apply(UpdateParallelizationFactor(uuid_of(0), "scorer", 1, 9))
    world.advance(120)
    for entry_id, left in (("2", 4), ("1", 1)):
        kept = edges.ledger.change_record(entry_id)
        assert kept is not None
        change = revert(Undo(kept, "a test of load", entry_id), SPEC, edges, world.now)
        assert change is not None
        world.advance(120)
        assert all_settings(edges.cloud.describe(SPEC))[FACTOR] == left


def shards(edges: Edges) -> int:
    return all_settings(edges.cloud.describe(SPEC))[SHARDS]


def set_shards(edges: Edges, world: World, *counts: int) -> None:
    for count_ in counts:
        edges.cloud.apply(UpdateShardCount("racers", shards(edges), count_))
        world.advance(900)


@pytest.fixture
def in_part(world: World, edges: Edges) -> Undo:
    """The revert of a raise from 2 to 16 shards, which AWS lets go down by half at a time."""
    set_shards(edges, world, *(each for each in (2, 4, 8, 16) if each > shards(edges)))
    found = undo(world, before=2, after=16, lever=SHARDS)
    assert again(found, world, edges) == 8
    return found


def again(what: Undo, world: World, edges: Edges) -> int:
    change = revert(what, SPEC, edges, world.now)
    assert change is not None
    assert (change.outcome, change.detail) == (Outcome.DONE, None)
    world.advance(900)
    return shards(edges)


def test_a_revert_of_which_a_part_was_done_is_gone_on_with(
    world: World, edges: Edges, in_part: Undo
) -> None:
    assert [again(in_part, world, edges) for _ in range(2)] == [4, 2]
    assert revert(in_part, SPEC, edges, world.now) is None


def within(lever: str, least: int, most: int) -> PipelineSpec:
    """The race with another range of a lever."""
    file = deepcopy(RACE.pipeline_file)
    file["pipelines"][0]["levers"][lever] |= {"min": least, "max": most}
    return load_value(file, "race-day").pipelines[0]


@pytest.mark.parametrize(
    ("lever", "word", "was", "least"),
    [(FACTOR, "parallelization_factor", 1, 1), (WINDOW, "batching_window_seconds", 0, 0)],
)
def test_what_a_bound_has_cut_goes_on_once_the_bound_allows_more(
    world: World, edges: Edges, lever: Lever, word: str, was: int, least: int
) -> None:
    found = undo(world, before=7, after=was, lever=lever)
    for most, left in ((3, 3), (5, 5), (9, 7)):
        assert revert(found, within(word, least, most), edges, world.now) is not None
        world.advance(900)
        assert all_settings(edges.cloud.describe(SPEC))[lever] == left


def look(world: World, edges: Edges) -> None:
    """As a sweep looks at what others have changed."""
    seen = observe(SPEC, edges, world.now)
    with_others(seen.history, seen.pipeline, edges.ledger, world.now, keep=True)


@pytest.mark.parametrize(
    "counts", [(12,), (16,), (12, 8)], ids=["elsewhere", "to what it was", "there and back"]
)
def test_it_is_not_where_somebody_has_changed_the_lever_since(
    world: World, edges: Edges, in_part: Undo, counts: tuple[int, ...]
) -> None:
    look(world, edges)
    for count_ in counts:
        set_shards(edges, world, count_)
        look(world, edges)
    before = shards(edges)
    with pytest.raises(NotReverted, match=r"a part of it, set it to 8: it was changed since"):
        revert(in_part, SPEC, edges, world.now)
    assert shards(edges) == before


def test_nor_while_another_revert_is_open(world: World, edges: Edges, in_part: Undo) -> None:
    (first,) = edges.ledger.change_records_of(SHARDS, world.now - timedelta(hours=1))
    open_ = replace(
        first, entry_id="2", from_capacity=8, to_capacity=4, begun_at=world.now,
        outcome=Outcome.BEGUN, ended_at=None,
    )  # fmt: skip
    assert edges.ledger.begin(open_)
    with pytest.raises(NotReverted, match="that began at"):
        revert(in_part, SPEC, edges, world.now)
    assert shards(edges) == 8


def test_nor_after_another_change_of_tidegate_s(world: World, edges: Edges, in_part: Undo) -> None:
    """That one has reasons of its own, though it led to where the revert had left the lever."""
    (first,) = edges.ledger.change_records_of(SHARDS, world.now - timedelta(hours=1))
    later = replace(
        first, entry_id="2", from_capacity=4, to_capacity=8, begun_at=world.now,
        outcome=Outcome.BEGUN, ended_at=None, because="behind",
    )  # fmt: skip
    assert edges.ledger.begin(later)
    edges.ledger.complete("2", Outcome.DONE, world.now, None)
    with pytest.raises(NotReverted, match="the change set it to 16: it was changed since"):
        revert(in_part, SPEC, edges, world.now)


def test_a_part_whose_outcome_is_unknown_is_asked_for_again(
    world: World, edges: Edges, in_part: Undo
) -> None:
    (first,) = edges.ledger.change_records_of(SHARDS, world.now - timedelta(hours=1))
    lost = replace(
        first, entry_id="2", from_capacity=8, to_capacity=4, begun_at=world.now,
        outcome=Outcome.BEGUN, ended_at=None,
    )  # fmt: skip
    assert edges.ledger.begin(lost)
    edges.ledger.complete("2", Outcome.UNKNOWN, world.now, None)
    world.advance(900)
    assert again(in_part, world, edges) == 4
