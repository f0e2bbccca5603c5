"""Doing a reshard: look, take the one next operation, wait for ACTIVE, look again."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol, TypeVar

from tidegate.rules.cause import LeverKind
from tidegate.rules.graph import Pipeline
from tidegate.rules.kinds.kinesis_stream.state import Stream
from tidegate.scaling.config.levers import resource_of
from tidegate.scaling.execute.before_call import FRESH, is_recent, why_not_called
from tidegate.scaling.execute.clock import Clock
from tidegate.scaling.execute.kinds.kinesis_stream.updates_left import updates_left
from tidegate.scaling.execute.settle import SHOWS_AFTER, may_not_show, settle
from tidegate.scaling.kinds.kinesis_stream.actions import MergeShards, SplitShard, UpdateShardCount
from tidegate.scaling.kinds.kinesis_stream.reshard.actions import action_for
from tidegate.scaling.kinds.kinesis_stream.reshard.planner import (
    Goal,
    Operation,
    plan,
)
from tidegate.scaling.kinds.kinesis_stream.reshard.shard_map import ShardMap, uniform
from tidegate.scaling.kinds.registry import KINDS
from tidegate.scaling.kinds.resource_state import settings_marks
from tidegate.scaling.model.change_record import ChangeRecord, Lever, Outcome, refused_by_limit
from tidegate.scaling.model.errors import (
    BetweenShapes,
    CloudError,
    InvalidRequest,
    LimitExceeded,
    Paused,
    ResourceInUse,
    Throttled,
    Unreachable,
)
from tidegate.scaling.model.history import History
from tidegate.scaling.model.pause import pausing
from tidegate.scaling.model.plan import Action
from tidegate.scaling.ports import Ledger

__all__ = ["Progress", "ReshardExecutor", "Resharder"]

T = TypeVar("T")

LEASE_SECONDS = 120
"""Longer than a look and a call take under it at the most; renewed before each."""
FIRST_WAIT_SECONDS, LONGEST_WAIT_SECONDS = 0.5, 15.0


class Resharder(Protocol):
    """As much of the cloud as a reshard needs. Raises ``CloudError`` only."""

    def describe_stream(self, name: str) -> Stream:
        """The stream with its open shards as they are now."""
        ...

    def apply(self, action: Action) -> None:
        """Ask for one change, without waiting for it to finish."""
        ...


@dataclass(frozen=True, slots=True)
class Progress:
    """Where a reshard is: operations taken by this run, those still planned, shards now."""

    taken: int
    left: tuple[Operation, ...]
    shard_count: int


@dataclass(slots=True)
class ReshardExecutor:
    """The executor of one stream. Nothing is kept between operations but the goal: whatever
    happens in between, by a crash or another's reshard, shows in the next description."""

    stream: str
    goal: Goal
    resharder: Resharder
    ledger: Ledger
    clock: Clock
    holder: str
    timeout_seconds: float
    tell: Callable[[Progress], None] = lambda _: None
    taken: int = 0
    _seen: Pipeline = field(init=False)
    _looked_at: datetime = field(init=False)
    _newest: Mapping[str, str] = field(default_factory=dict)
    _waits: int = 0
    _promised: tuple[int, ...] | None = None
    _updates_disappoint: bool = False

    def run(self, *, wait: bool) -> Progress:
        """Operate until the goal is reached; without ``wait`` until the last operation is
        accepted. KeyboardInterrupt passes; what was under way is settled by the next run.

        Raises ResourceInUse when another run has locked the stream, or when it isn't ACTIVE for
        longer than ``timeout_seconds``, and whatever AWS refuses for good."""
        return self._alone(lambda resource: self._run(resource, wait))

    def settle(self) -> None:
        """Settle what an earlier run has left open, and ask for nothing. Raises as ``run``."""
        if self.ledger.open_change_records((self._lever,)):
            self._alone(self._settle)

    def _alone(self, work: Callable[[str], T]) -> T:
        resource = resource_of(self._lever)
        try:
            return work(resource)
        finally:
            self.ledger.release(resource, self.holder)

    def _settle(self, resource: str) -> None:
        since = self.clock.now()
        while self._ready(resource) is None:
            self._wait(since)

    def _ready(self, resource: str) -> ShardMap | None:
        """The shape under the lease, None while an operation has to wait."""
        now = self.clock.now()
        if not self.ledger.acquire(resource, self.holder, now, LEASE_SECONDS):
            words = "the stream is locked by another run: tidegate ledger shows which"
            raise ResourceInUse("reshard", self.stream, words)
        self._newest = self.ledger.newest((resource,))
        shape, self._looked_at = self._look(), self.clock.now()
        if shape is None or self._is_open(now):
            return None
        return None if may_not_show(self._lever, shape.count, self.ledger, now) else shape

    def _run(self, resource: str, wait: bool) -> Progress:
        quiet_since = self.clock.now()
        while True:
            shape = self._ready(resource)
            if shape is None:
                self._wait(quiet_since)
                continue
            left = plan(shape.boundaries, self.goal, self._updates_worth_trying(shape))
            progress = Progress(self.taken, left, shape.count)
            self.tell(progress)
            if not left:
                return progress
            self._refuse_paused(resource)
            if self._take(action_for(self.stream, shape, left[0])):
                quiet_since, self._waits = self.clock.now(), 0
                if len(left) == 1 and not wait:
                    return Progress(self.taken, (), shape.count)
            self._wait(quiet_since)

    def _refuse_paused(self, resource: str) -> None:
        now, pauses = self.clock.now(), self.ledger.pauses()
        pause = pausing(pauses, self._lever, resource, None, now)
        if pause is not None:
            raise Paused(f"{pause.of} is paused until {pause.until:%H:%M} UTC: {pause.reason}")

    def _updates_worth_trying(self, shape: ShardMap) -> int:
        """None after an UpdateShardCount that didn't end in equal shards: asking again would end
        the same way (seen with an emulator that only halves the shards it has)."""
        if self._promised is not None and shape.boundaries != self._promised:
            self._updates_disappoint = True
        self._promised = None
        left = updates_left(self.ledger, self.stream, self.clock.now())
        return 0 if self._updates_disappoint else left.count

    def _look(self) -> ShardMap | None:
        """The shape when the stream is ready for an operation, None while it isn't."""
        try:
            stream = self.resharder.describe_stream(self.stream)
        except (Throttled, Unreachable):
            return None
        if not stream.is_provisioned:
            reason = "the stream is on demand, so AWS sets its shards: switch to provisioned mode"
            raise InvalidRequest("reshard", self.stream, reason)
        self._seen = Pipeline(self.stream, (stream,), kinds=KINDS)
        if stream.status != "ACTIVE":
            return None
        try:
            return ShardMap.of(stream.open_shards)
        except BetweenShapes:
            return None

    def _wait(self, since: datetime) -> None:
        waited = (self.clock.now() - since).total_seconds()
        if waited >= self.timeout_seconds:
            words = f"the stream has not been ready for {waited:.0f} s; run again to continue"
            raise ResourceInUse("reshard", self.stream, words)
        self.clock.sleep(min(LONGEST_WAIT_SECONDS, FIRST_WAIT_SECONDS * 2**self._waits))
        self._waits = min(self._waits + 1, 10)

    @property
    def _lever(self) -> Lever:
        return Lever.of(LeverKind.SHARD_COUNT, self.stream)

    def _is_open(self, now: datetime) -> bool:
        """Whether an intention was open, left by a crash or by an answer that never came. It is
        settled where it can be, and the stream then looked at anew."""
        open_ = History(self.ledger.open_change_records((self._lever,)))
        settle(open_, self._seen, self.ledger, now, SHOWS_AFTER)
        return open_.change_records != ()

    def _take(self, action: Action) -> bool:
        """Ask for one operation; False where it wasn't accepted and the next description
        decides."""
        change_record = self._entry(action)
        is_fresh = is_recent(self._looked_at, self.clock.now(), FRESH)
        if not is_fresh or not self.ledger.begin(change_record, after=self._newest):
            return False
        why_not = why_not_called((change_record,), self.ledger, self.clock.now)
        if why_not is not None:
            self._close(change_record, Outcome.SUPERSEDED, why_not[1])
            return False
        try:
            self.resharder.apply(action)
        except Unreachable:
            return False
        except (ResourceInUse, Throttled) as error:
            self._close(change_record, Outcome.SUPERSEDED, str(error))
            return False
        except LimitExceeded as error:
            self._close(change_record, Outcome.FAILED, refused_by_limit(str(error)))
            if isinstance(action, UpdateShardCount):
                return False
            raise
        except CloudError as error:
            self._close(change_record, Outcome.FAILED, str(error))
            raise
        self._close(change_record, Outcome.DONE, None)
        if isinstance(action, UpdateShardCount):
            self._promised = uniform(action.to_count)
        self.taken += 1
        return True

    def _close(self, change_record: ChangeRecord, outcome: Outcome, detail: str | None) -> None:
        self.ledger.complete(change_record.entry_id, outcome, self.clock.now(), detail)

    def _entry(self, action: Action) -> ChangeRecord:
        now = self.clock.now()
        counts = (0, 0)
        if isinstance(action, UpdateShardCount | SplitShard | MergeShards):
            counts = (action.from_count, action.to_count)
        return ChangeRecord(
            entry_id=f"reshard/{self.stream}/{self.holder}/{now.isoformat()}",
            pipeline=f"reshard/{self.stream}",
            lever=self._lever,
            operation=action.operation,
            from_capacity=counts[0],
            to_capacity=counts[1],
            because="requested by tidegate reshard",
            begun_at=now,
            marks=settings_marks(self._seen, self._lever),
        )
