"""One simulated account with several callers, and the faults that befall each of their calls."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from random import Random
from typing import TypeVar

from tests.direct_streams import DirectStreams
from tidegate.direct import DirectCloud
from tidegate.rules.graph import Pipeline, Question
from tidegate.rules.kinds.kinesis_stream.state import Stream
from tidegate.rules.scalable_targets import ScalableTarget
from tidegate.scaling.config.levers import all_settings, lever_spec, part_of
from tidegate.scaling.config.specification import PipelineSpec
from tidegate.scaling.ledger.sqlite import SqliteLedger
from tidegate.scaling.model.change_record import ChangeRecord, Lever, Outcome
from tidegate.scaling.model.errors import (
    CloudError,
    InvalidRequest,
    LedgerUnavailable,
    ResourceInUse,
    Throttled,
    Unreachable,
)
from tidegate.scaling.model.plan import Action
from tidegate.simulator.world import World

A = TypeVar("A")
STALE_SECONDS = 8
"""Descriptions of AWS lag a few seconds behind a change that was accepted."""


class Died(BaseException):
    """The process ends where it is, as after ``kill -9``."""


@dataclass
class Call:
    """A call that AWS accepted, with the change records that it was made for."""

    action: Action
    entries: tuple[str, ...]


@dataclass
class Stage:
    """The account, what was done to it, and which promises were broken."""

    world: World
    spec: PipelineSpec
    path: Path
    passed: float = 0.0
    calls: list[Call] = field(default_factory=list)
    last: dict[str, Action | None] = field(default_factory=dict)
    broken: list[str] = field(default_factory=list)
    opened: list[SqliteLedger] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.before = self.now, DirectCloud(self.world).describe(self.spec)

    @property
    def now(self) -> datetime:
        return self.world.now + timedelta(seconds=self.passed)

    def as_it_was(self) -> Pipeline:
        """The pipeline as a description that lags behind shows it."""
        at, old = self.before
        if (self.now - at).total_seconds() <= STALE_SECONDS:
            return old
        return DirectCloud(self.world).describe(self.spec)

    def wait(self, seconds: float) -> None:
        self.before = self.now, DirectCloud(self.world).describe(self.spec)
        whole = int(self.passed + seconds)
        self.passed += seconds - whole
        self.world.advance(whole)

    def look(self) -> SqliteLedger:
        """A ledger without faults."""
        self.opened.append(SqliteLedger(str(self.path)))
        return self.opened[-1]

    def close(self) -> None:
        for each in self.opened:
            each.close()

    def operator(self, action: Action) -> None:
        """Somebody else's change, where AWS takes it."""
        before = self.world.site.violations
        try:
            DirectCloud(self.world).apply(action)
            self.last[action.lease] = None
        except CloudError:
            self.world.site.violations = before


@dataclass
class Caller:
    """One run of one process: its random faults, and what happens in the middle of it. It
    ``is_blind`` while CloudWatch has nothing new for it."""

    stage: Stage
    random: Random
    rate: float
    meanwhile: list[Callable[[], None]] = field(default_factory=list)
    skew: timedelta = timedelta(0)
    is_blind: bool = False

    def clock(self) -> datetime:
        return self.stage.now + self.skew

    def befalls(self, *errors: BaseException, often: float = 0.15) -> None:
        """By chance another run comes in between, or one of the errors is raised."""
        chance = self.random.random()
        if self.meanwhile and chance < often:
            self.stage.wait(self.random.choice([0.001, 0.3, 5, 45, 90]))
            self.meanwhile.pop()()
            self.stage.wait(self.random.choice([0, 0, 50]))
        elif chance > 1 - self.rate:
            raise self.random.choice([*errors, Died()])


@dataclass
class FaultyCloud:
    """``Cloud`` and ``Resharder`` over the world, with faults before and after each call."""

    caller: Caller
    inner: DirectStreams
    is_late: bool = False

    def _errors(self, what: str) -> tuple[CloudError, ...]:
        return Throttled(what, "it", "Rate exceeded"), Unreachable(what, "it", "read timeout")

    def describe(self, spec: PipelineSpec) -> Pipeline:
        self.caller.befalls(*self._errors("describe"))
        stage = self.caller.stage
        self.is_late = spec is stage.spec and self.caller.random.random() < 2 * self.caller.rate
        return stage.as_it_was() if self.is_late else self.inner.describe(spec)

    def describe_alone(self, spec: PipelineSpec, lever: Lever) -> Pipeline:
        return self.describe(part_of(spec, lever))

    def describe_stream(self, name: str) -> Stream:
        self.caller.befalls(*self._errors("describe_stream"))
        return self.inner.describe_stream(name)

    def ask(self, question: Question[A]) -> A:
        return self.inner.ask(question)

    def scalable_targets(self, where: str | None = None) -> tuple[ScalableTarget, ...]:
        return self.inner.scalable_targets(where)

    def apply(self, action: Action) -> None:
        stage, random = self.caller.stage, self.caller.random
        entries = self._intended(action)
        if random.random() < self.caller.rate:
            raise random.choice([*self._errors(action.operation), Died()])
        if stage.last.get(action.lease) == action:
            stage.broken.append(f"asked twice: {action}")
        try:
            self.inner.apply(action)
        except ResourceInUse:
            if stage.last.get(action.lease) is not None:
                stage.broken.append(f"asked while its own change is under way: {action}")
            raise
        except InvalidRequest as error:
            stage.broken.append(f"refused for good: {error}")
            raise
        stage.last[action.lease] = action
        stage.calls.append(Call(action, entries))
        if random.random() < self.caller.rate:
            raise random.choice([self._errors(action.operation)[1], Died()])

    def _decided_to_lower(self, change_record: ChangeRecord) -> bool:
        """By metrics, and not because somebody asked for it."""
        spec = self.caller.stage.spec
        said = lever_spec(spec, change_record.lever)
        is_ours = said is not None and said.owner == "tidegate"
        lowers = change_record.to_capacity < change_record.from_capacity
        return is_ours and lowers and change_record.pipeline == spec.name

    def _intended(self, action: Action) -> tuple[str, ...]:
        """The intentions of a call, which are to be in the ledger and within the file's range."""
        stage = self.caller.stage
        ledger, now = stage.look(), all_settings(self.inner.describe(stage.spec))
        open_ = {each.lever: each for each in ledger.open_change_records()}
        for lever in action.levers():
            said = lever_spec(stage.spec, lever)
            if lever not in open_:
                stage.broken.append(f"called without an intention: {action}")
            elif said is None or said.owner is None:
                stage.broken.append(f"changed a lever without an owner: {lever}")
            elif not said.min <= open_[lever].to_capacity <= said.max:
                stage.broken.append(f"outside of the file's range: {open_[lever]}")
            elif self.caller.is_blind and self._decided_to_lower(open_[lever]):
                stage.broken.append(f"scaled in on missing data: {open_[lever]}")
            elif now[lever] != open_[lever].from_capacity and not self.is_late:
                stage.broken.append(f"changed from {now[lever]}, which nobody saw: {open_[lever]}")
        return tuple(open_[lever].entry_id for lever in action.levers() if lever in open_)


class FaultyLedger(SqliteLedger):
    """A ledger that is busy now and then, and whose process may die at it."""

    caller: Caller

    def _befalls(self) -> None:
        self.caller.befalls(LedgerUnavailable("the ledger is busy"))

    def acquire(self, resource: str, holder: str, now: datetime, seconds: int) -> bool:
        self._befalls()
        return super().acquire(resource, holder, now, seconds)

    def newest(self, resources: Collection[str]) -> dict[str, str]:
        self._befalls()
        return super().newest(resources)

    def begin(self, *change_records: ChangeRecord, after: Mapping[str, str] | None = None) -> bool:
        self._befalls()
        begun = super().begin(*change_records, after=after)
        # The worst moment: the intention is written, the call not yet made.
        self.caller.befalls(LedgerUnavailable("the ledger is busy"), often=0.5)
        return begun

    def complete(self, entry_id: str, outcome: Outcome, at: datetime, detail: str | None) -> None:
        self._befalls()
        super().complete(entry_id, outcome, at, detail)
        self._befalls()


def agrees(stage: Stage) -> None:
    """After the last call: the ledger denies no change that AWS accepted, and nothing is open."""
    ledger = stage.look()
    long_ago = stage.now - timedelta(days=2)
    levers = {lever for call in stage.calls for lever in call.action.levers()}
    known = {
        each.entry_id: each
        for lever in levers
        for each in ledger.change_records_of(lever, long_ago)
    }
    for call in stage.calls:
        for entry in call.entries:
            if known[entry].outcome in (Outcome.FAILED, Outcome.SUPERSEDED):
                stage.broken.append(f"the ledger denies a change: {known[entry]}")
    for each in ledger.open_change_records():
        stage.broken.append(f"still open: {each}")
    for lease in ledger.leases():
        if lease.is_held:
            stage.broken.append(f"still locked: {lease}")
