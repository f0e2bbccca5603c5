"""The executor in the embedded world: every fault at every call, and it ends right."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import ceil

import pytest

from tests.direct_streams import DirectStreams
from tidegate.rules.kinds.kinesis_stream.state import HASH_KEYS, Stream
from tidegate.scaling.execute.kinds.kinesis_stream.reshard import (
    Progress,
    Resharder,
    ReshardExecutor,
)
from tidegate.scaling.execute.kinds.kinesis_stream.updates_left import updates_left
from tidegate.scaling.kinds.kinesis_stream.actions import UpdateShardCount
from tidegate.scaling.kinds.kinesis_stream.reshard.planner import Even, Goal, Parts, plan
from tidegate.scaling.kinds.kinesis_stream.reshard.shard_map import ShardMap
from tidegate.scaling.ledger.sqlite import SqliteLedger
from tidegate.scaling.model.change_record import Outcome
from tidegate.scaling.model.errors import (
    CloudError,
    InvalidRequest,
    LimitExceeded,
    Paused,
    ResourceInUse,
    Throttled,
    Unreachable,
)
from tidegate.scaling.model.pause import Pause
from tidegate.scaling.model.plan import Action
from tidegate.simulator.kinds.kinesis_stream.control import StreamControl
from tidegate.simulator.kinds.kinesis_stream.stream import StreamState
from tidegate.simulator.scenarios import load_scenario
from tidegate.simulator.traffic import Traffic
from tidegate.simulator.world import World

RACE = load_scenario("race-day")
EIGHT = Even(8, 0.1)


@dataclass
class WorldClock:
    world: World

    def now(self) -> datetime:
        return self.world.now

    def sleep(self, seconds: float) -> None:
        self.world.advance(ceil(seconds))


@dataclass
class Faulty:
    """The world's stream, with one error at one of its calls, before or after it reached AWS."""

    inner: Resharder
    at: int
    error: BaseException
    after: bool
    calls: int = 0
    applied: int = 0

    def describe_stream(self, name: str) -> Stream:
        return self.inner.describe_stream(name)

    def apply(self, action: Action) -> None:
        self.calls += 1
        if self.calls == self.at and not self.after:
            raise self.error
        self.applied += 1
        self.inner.apply(action)
        if self.calls == self.at and self.after:
            raise self.error


@pytest.fixture
def ledger() -> Iterator[SqliteLedger]:
    opened = SqliteLedger(":memory:")
    yield opened
    opened.close()


@pytest.fixture
def world() -> World:
    return World(RACE.put(Traffic(points=((0, 10),))), 1)


def executor(
    world: World, ledger: SqliteLedger, goal: Goal, resharder: Resharder | None = None,
    holder: str = "me", told: list[Progress] | None = None,
) -> ReshardExecutor:  # fmt: skip
    tell = (told if told is not None else []).append
    cloud = resharder or DirectStreams(world)
    return ReshardExecutor("racers", goal, cloud, ledger, WorldClock(world), holder, 600, tell)


def count(world: World) -> int:
    return ShardMap.of(DirectStreams(world).describe_stream("racers").open_shards).count


def test_it_does_what_was_planned_and_tells_how_far_it_is(
    world: World, ledger: SqliteLedger
) -> None:
    told: list[Progress] = []
    planned = len(plan((), EIGHT, 10))
    executor(world, ledger, EIGHT, told=told).run(wait=True)
    assert count(world) == 8
    assert [len(progress.left) for progress in told] == list(range(planned, -1, -1))
    assert world.figures().limit_violations == 0


ERRORS: list[CloudError] = [
    Throttled("kinesis:UpdateShardCount", "racers", "rate exceeded"),
    ResourceInUse("kinesis:UpdateShardCount", "racers", "UPDATING"),
    Unreachable("kinesis:UpdateShardCount", "racers", "read timeout"),
]


@pytest.mark.parametrize("at", [1, 2, 3])
@pytest.mark.parametrize("error", ERRORS, ids=lambda error: type(error).__name__)
@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
def test_a_fault_at_any_call_costs_no_operation_and_loses_none(
    world: World, ledger: SqliteLedger, at: int, error: CloudError, after: bool
) -> None:
    faulty = Faulty(DirectStreams(world), at, error, after)
    executor(world, ledger, EIGHT, faulty).run(wait=True)
    assert count(world) == 8
    assert faulty.applied == len(plan((), EIGHT, 10))
    assert world.figures().limit_violations == 0
    change_records = ledger.change_records("reshard/racers", world.now - timedelta(days=1))
    assert all(change_record.outcome is not Outcome.BEGUN for change_record in change_records)


@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
def test_a_killed_run_is_taken_up_by_the_next(
    world: World, ledger: SqliteLedger, after: bool
) -> None:
    faulty = Faulty(DirectStreams(world), 2, KeyboardInterrupt(), after)
    with pytest.raises(KeyboardInterrupt):
        executor(world, ledger, EIGHT, faulty).run(wait=True)
    again = Faulty(DirectStreams(world), 0, KeyboardInterrupt(), after=False)
    executor(world, ledger, EIGHT, again, holder="next").run(wait=True)
    assert count(world) == 8
    assert faulty.applied + again.applied == len(plan((), EIGHT, 10))


def test_another_reshard_in_between_is_seen_and_made_good(
    world: World, ledger: SqliteLedger
) -> None:
    class Meddled(Faulty):
        def describe_stream(self, name: str) -> Stream:
            if self.calls == 2 and not world.the(StreamState).is_updating:
                self.calls += 1
                StreamControl(world.the(StreamState)).update_shard_count(3)
            return super().describe_stream(name)

    meddled = Meddled(DirectStreams(world), 0, KeyboardInterrupt(), after=False)
    executor(world, ledger, EIGHT, meddled).run(wait=True)
    assert count(world) == 8


def test_when_the_days_calls_are_spent_it_goes_on_by_splits(
    world: World, ledger: SqliteLedger
) -> None:
    refused = LimitExceeded("kinesis:UpdateShardCount", "racers", "10 in 24 hours")

    class Spent(Faulty):
        def apply(self, action: Action) -> None:
            if isinstance(action, UpdateShardCount):
                raise refused
            super().apply(action)

    spent = Spent(DirectStreams(world), 0, refused, after=False)
    executor(world, ledger, EIGHT, spent).run(wait=True)
    assert count(world) == 8
    left = updates_left(ledger, "racers", world.now)
    assert left.count == 0
    assert left.why_none is not None
    assert "10 in 24 hours" in left.why_none
    assert world.figures().limit_violations == 0


def test_an_update_that_does_not_end_even_is_finished_by_hand(
    world: World, ledger: SqliteLedger
) -> None:
    class Halving(Faulty):
        def apply(self, action: Action) -> None:
            if isinstance(action, UpdateShardCount):
                StreamControl(world.the(StreamState)).split_shard(
                    world.the(StreamState).open_shards[0].shard_id, HASH_KEYS // 10
                )
                self.applied += 1
            else:
                super().apply(action)

    StreamControl(world.the(StreamState)).split_shard(
        world.the(StreamState).open_shards[0].shard_id, HASH_KEYS // 3
    )
    world.advance(40)
    halving = Halving(DirectStreams(world), 0, KeyboardInterrupt(), after=False)
    executor(world, ledger, EIGHT, halving).run(wait=True)
    updates = [
        change_record
        for change_record in ledger.change_records("reshard/racers", world.now - timedelta(days=1))
        if change_record.operation == "kinesis:UpdateShardCount"
    ]
    assert count(world) == 8
    assert len(updates) == 1


def test_only_one_hand_is_on_a_stream(world: World, ledger: SqliteLedger) -> None:
    ledger.acquire("stream/racers", "a sweep", world.now, 60)
    with pytest.raises(ResourceInUse, match="locked by another run: tidegate ledger shows which"):
        executor(world, ledger, EIGHT).run(wait=True)
    assert count(world) == 1


def test_a_stream_that_is_not_ready_for_long_is_given_up_in_words(
    world: World, ledger: SqliteLedger
) -> None:
    world.site.pending.begin(world.the(StreamState).key, 10_000, lambda: None)
    with pytest.raises(ResourceInUse, match="has not been ready for 6"):
        executor(world, ledger, EIGHT).run(wait=True)


def test_a_refusal_for_good_is_told_and_written_down(world: World, ledger: SqliteLedger) -> None:
    wrong = InvalidRequest("kinesis:SplitShard", "racers", "no")
    with pytest.raises(InvalidRequest):
        executor(world, ledger, EIGHT, Faulty(DirectStreams(world), 1, wrong, after=False)).run(
            wait=True
        )
    (change_record,) = ledger.change_records("reshard/racers", world.now - timedelta(days=1))
    assert change_record.outcome is Outcome.FAILED


def test_without_waiting_it_ends_when_the_last_operation_is_accepted(
    world: World, ledger: SqliteLedger
) -> None:
    executor(world, ledger, Parts(0, HASH_KEYS, (HASH_KEYS // 2,))).run(wait=False)
    assert world.the(StreamState).is_updating


def test_a_paused_stream_is_not_resharded(world: World, ledger: SqliteLedger) -> None:
    until = world.now + timedelta(hours=1)
    ledger.keep_pause(Pause(until, "incident 7", "race-day", resources=("stream/racers",)))
    with pytest.raises(Paused, match=r"race-day is paused until .* UTC: incident 7"):
        executor(world, ledger, EIGHT).run(wait=True)
    assert count(world) == 1
    ledger.end_pause("race-day/*")
    executor(world, ledger, EIGHT).run(wait=True)
    assert count(world) == 8


@pytest.mark.parametrize("goal", [EIGHT, Even(3, 0.1)], ids=["eight", "three"])
def test_an_operation_is_not_asked_for_again_while_aws_shows_the_shards_of_before(
    world: World, ledger: SqliteLedger, goal: Goal
) -> None:
    """For five seconds after each operation the description is the one from before it."""

    class Lagging(Faulty):
        until, before = world.now, DirectStreams(world).describe_stream("racers")

        def describe_stream(self, name: str) -> Stream:
            return self.before if world.now < self.until else self.inner.describe_stream(name)

        def apply(self, action: Action) -> None:
            self.before = self.inner.describe_stream("racers")
            super().apply(action)
            self.until = world.now + timedelta(seconds=5)

    lagging = Lagging(DirectStreams(world), 0, Throttled("apply", "racers", "never"), after=False)
    executor(world, ledger, goal, lagging).run(wait=True)
    assert world.figures().limit_violations == 0
    assert lagging.applied == len(plan((), goal, 10))


def test_what_was_described_before_a_suspension_is_described_anew(world: World) -> None:
    """Somebody reshards while the process is suspended, before its intention is written."""

    class Suspended(SqliteLedger):
        is_first = True

        def pauses(self) -> tuple[Pause, ...]:
            if self.is_first:
                self.is_first = False
                DirectStreams(world).apply(UpdateShardCount("racers", 1, 2))
                world.advance(90)
            return super().pauses()

    suspended = Suspended(":memory:")
    executor(world, suspended, EIGHT).run(wait=True)
    assert count(world) == 8
    records = suspended.change_records("reshard/racers", world.now - timedelta(hours=1))
    assert [(each.from_capacity, each.to_capacity) for each in records] == [(2, 4), (4, 8)]
    suspended.close()
