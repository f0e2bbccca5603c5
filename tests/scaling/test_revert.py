"""A change is undone through the executor: written down, once, and only where it still stands."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from itertools import count

import pytest

from tests.scaling.execute.test_executor import RACE, SPEC, FaultyCloud
from tidegate.direct import DirectCloud, DirectMetrics
from tidegate.rules.cause import LeverKind
from tidegate.scaling.config.levers import all_settings
from tidegate.scaling.kinds.lambda_mapping.actions import UpdateParallelizationFactor
from tidegate.scaling.ledger.sqlite import SqliteLedger
from tidegate.scaling.model.change_record import ChangeRecord, Lever, Outcome
from tidegate.scaling.ports import Edges
from tidegate.scaling.revert import NotReverted, Undo, revert
from tidegate.simulator.kinds.lambda_mapping.mapping import uuid_of
from tidegate.simulator.world import World

FACTOR = Lever.of(LeverKind.PARALLELIZATION_FACTOR, "scorer")
WINDOW = Lever.of(LeverKind.BATCHING_WINDOW, "scorer")


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
