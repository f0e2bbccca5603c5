"""One simulated account with several callers: its clock, and what was asked of it by whom."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from random import Random

from tests.faults.graphs import Graph
from tests.faults.metrics import Lack
from tidegate.direct import DirectCloud
from tidegate.rules.graph import Pipeline
from tidegate.rules.kinds.kinesis_stream.state import Stream, has_stream, stream_of
from tidegate.rules.scalable_targets import ScalableTarget
from tidegate.scaling.config.levers import all_settings, lever_spec
from tidegate.scaling.config.specification import LeverSpec, PipelineSpec
from tidegate.scaling.execute.executor import LEASE_SECONDS
from tidegate.scaling.ledger.sqlite import SqliteLedger
from tidegate.scaling.model.change_record import Lever
from tidegate.scaling.model.errors import CloudError
from tidegate.scaling.model.plan import Action
from tidegate.scaling.ports import Ledger

__all__ = ["STALE_SECONDS", "Call", "Caller", "Died", "Stage"]

STALE_SECONDS = 8
"""Descriptions of AWS lag a few seconds behind a change that was accepted."""

CALL_SECONDS = 0.003
"""What a call takes at least."""

JUMP_SHARE = 0.01
JUMP_SECONDS = 240.0
"""A clock that is further off signs no request that AWS takes: five minutes (AWS Signature Version
4)."""


class Died(BaseException):
    """The process ends where it is, as after ``kill -9``."""


@dataclass
class Call:
    """A change that a caller asked for, with its change records: how often AWS accepted it, and
    whether it was answered."""

    action: Action
    entries: tuple[str, ...]
    times: int = 0
    is_answered: bool = False


@dataclass
class Stage:
    """The account and what was done to it: ``settings`` are what each lever was last set to, by
    whomever; ``asked`` what Application Auto Scaling asked for; ``broken`` the broken promises."""

    graph: Graph
    path: Path
    passed: float = 0.0
    calls: list[Call] = field(default_factory=list)
    last: dict[str, Action | None] = field(default_factory=dict)
    asked: dict[Lever, list[int]] = field(default_factory=dict)
    targets: dict[ScalableTarget, datetime] = field(default_factory=dict)
    by_others: set[str] = field(default_factory=set)
    broken: list[str] = field(default_factory=list)
    faults: Counter[str] = field(default_factory=Counter)
    ledger: Ledger | None = None

    def __post_init__(self) -> None:
        self.before = self.now, self._described()
        self.settings = self.levers()

    @property
    def now(self) -> datetime:
        return self.graph.world.now + timedelta(seconds=self.passed)

    @property
    def cloud(self) -> DirectCloud:
        """The account without faults."""
        return DirectCloud(self.graph.world, self.graph.kinds)

    def _described(self) -> dict[str, Pipeline]:
        return {each.name: self.cloud.describe(each) for each in self.graph.specs}

    def levers(self) -> dict[Lever, int]:
        """What every lever is set to now."""
        pipelines = self._described().values()
        return {lever: at for each in pipelines for lever, at in all_settings(each).items()}

    def said(self, lever: Lever) -> LeverSpec | None:
        """What the file says of a lever, where one of its pipelines owns it."""
        said = (lever_spec(each, lever) for each in self.graph.specs if lever in self.of(each))
        found = [each for each in said if each is not None]
        return next((each for each in found if each.owner is not None), next(iter(found), None))

    def of(self, spec: PipelineSpec) -> dict[Lever, int]:
        """The levers of one pipeline."""
        return all_settings(self.before[1][spec.name])

    def as_it_was(self, spec: PipelineSpec) -> Pipeline | None:
        """The pipeline as a description that lags behind shows it, where one may."""
        at, old = self.before
        is_young = (self.now - at).total_seconds() <= STALE_SECONDS
        return old[spec.name] if is_young and spec in self.graph.specs else None

    def stream_as_it_was(self, name: str) -> Stream | None:
        """The same of one stream."""
        pipelines = filter(None, map(self.as_it_was, self.graph.specs))
        found = (stream_of(each) for each in pipelines if has_stream(each))
        return next((each for each in found if each.name == name), None)

    def wait(self, seconds: float) -> None:
        self.before = self.now, self._described()
        whole = int(self.passed + seconds)
        self.passed += seconds - whole
        self.graph.world.advance(whole)

    def look(self) -> Ledger:
        """The ledger without faults: a file, where nothing else was set."""
        if self.ledger is None:
            self.ledger = SqliteLedger(str(self.path))
        return self.ledger

    def close(self) -> None:
        if isinstance(self.ledger, SqliteLedger):
            self.ledger.close()

    def changed_by_others(self, action: Action, settings: dict[Lever, int]) -> None:
        """Somebody else's change, where AWS takes it."""
        site = self.graph.world.site
        before = site.violations
        self.by_others.add(action.lease)
        try:
            self.cloud.apply(action)
        except CloudError:
            site.violations = before
            return
        self.last[action.lease] = None
        self.settings |= settings


@dataclass
class Caller:
    """One run of one process: its random faults, and what happens in the middle of it. ``lack`` is
    what is the matter with the metrics that it reads; it ``is_late`` once AWS has described
    something to it as it no longer was. ``unwritten`` are change records of which the ledger would
    not take the outcome; it has ``written`` so often to a ledger in AWS."""

    stage: Stage
    kind: str
    random: Random
    rate: float
    skew: timedelta = timedelta(0)
    meanwhile: list[Callable[[], None]] = field(default_factory=list)
    pauses: tuple[float, ...] = (0.001, 0.3, 5, 45, 90, 400)
    call_seconds: float = CALL_SECONDS
    is_late: bool = False
    is_interrupted: bool = False
    calls: list[Call] = field(default_factory=list)
    unwritten: set[str] = field(default_factory=set)
    written: int = 0
    accepted: int = 0

    def __post_init__(self) -> None:
        self.began = self.stage.now
        # Of its own, so that the rest of a schedule doesn't depend on it.
        self.garbling = Random(f"{self.random.random()}/metrics")
        self.lack = self.garbling.choice((Lack.NOTHING, Lack.NOTHING, *Lack))

    def clock(self) -> datetime:
        return self.stage.now + self.skew

    def befalls(self, *errors: BaseException, often: float = 0.15) -> None:
        """By chance another run comes in between, or one of the errors is raised."""
        self.stage.passed += self.call_seconds
        chance = self.random.random()
        if self.meanwhile and chance < often:
            # Suspended, for longer than a lease now and then.
            seconds = self.random.choice(self.pauses)
            self.stage.faults["suspended"] += seconds > LEASE_SECONDS
            self.stage.wait(seconds)
            self.is_interrupted = True
            self.meanwhile.pop()()
            self.stage.wait(self.random.choice([0, 0, 50]))
        elif chance > 1 - self.rate:
            raise self.struck(*errors)
        elif self.rate and chance > 1 - self.rate - JUMP_SHARE:
            self.stage.faults["clock set"] += 1
            self.skew = timedelta(seconds=self.random.uniform(-JUMP_SECONDS, JUMP_SECONDS))

    def struck(self, *errors: BaseException) -> BaseException:
        """One of the errors, or the end of the process."""
        found = self.random.choice([*errors, Died()])
        self.stage.faults[type(found).__name__] += 1
        return found
