"""The account at the ports, with faults before and after each call; and a ledger with faults."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TypeVar

from tests.direct_streams import DirectStreams
from tests.faults.metrics import Lack, lacking
from tests.faults.promises import Reached
from tests.faults.stage import Caller
from tidegate.direct import DirectMetrics
from tidegate.rules.graph import Pipeline, Question
from tidegate.rules.kinds.kinesis_stream.state import Stream
from tidegate.rules.scalable_targets import ScalableTarget
from tidegate.rules.window import Metric, Window
from tidegate.scaling.config.specification import PipelineSpec
from tidegate.scaling.ledger.sqlite import SqliteLedger
from tidegate.scaling.model.change_record import ChangeRecord, DesiredCapacity, Lever, Outcome
from tidegate.scaling.model.errors import CloudError, LedgerUnavailable, Throttled, Unreachable
from tidegate.scaling.model.pause import Pause
from tidegate.scaling.model.plan import Action

__all__ = ["FaultyCloud", "FaultyLedger", "FaultyMetrics", "OnPorts"]


A = TypeVar("A")


@dataclass
class FaultyCloud:
    """``Cloud`` and ``Resharder`` over the world."""

    caller: Caller

    def _errors(self, what: str) -> tuple[CloudError, ...]:
        return Throttled(what, "it", "Rate exceeded"), Unreachable(what, "it", "read timeout")

    def describe(self, spec: PipelineSpec) -> Pipeline:
        self.caller.befalls(*self._errors("describe"))
        stage, is_late = self.caller.stage, self.caller.random.random() < 2 * self.caller.rate
        old = stage.as_it_was(spec) if is_late else None
        self.caller.is_late = old is not None
        stage.faults["late description"] += old is not None
        return stage.cloud.describe(spec) if old is None else old

    def describe_stream(self, name: str) -> Stream:
        self.caller.befalls(*self._errors("describe_stream"))
        stage, is_late = self.caller.stage, self.caller.random.random() < 2 * self.caller.rate
        old = stage.stream_as_it_was(name) if is_late else None
        self.caller.is_late = old is not None
        stage.faults["late description"] += old is not None
        world = stage.graph.world
        return DirectStreams(world).describe_stream(name) if old is None else old

    def describe_alone(self, spec: PipelineSpec, _: Lever) -> Pipeline:
        return self.describe(spec)

    def ask(self, question: Question[A]) -> A:
        self.caller.befalls(*self._errors("ask"))
        return self.caller.stage.cloud.ask(question)

    def scalable_targets(self, where: str | None = None) -> tuple[ScalableTarget, ...]:
        self.caller.befalls(*self._errors("scalable_targets"))
        targets = self.caller.stage.targets
        return tuple(each for each in targets if where in (None, each.where))

    def apply(self, action: Action) -> None:
        stage, random = self.caller.stage, self.caller.random
        if random.random() < self.caller.rate:
            raise self.caller.struck(*self._errors(action.operation))
        stage.cloud.apply(action)
        self.caller.accepted += 1
        if random.random() < 2 * self.caller.rate:
            stage.faults["answer lost"] += 1
            raise self.caller.struck(self._errors(action.operation)[1])


@dataclass
class FaultyMetrics:
    """``Metrics`` over the world: throttled, timed out, cut off, late, missing or garbled."""

    caller: Caller

    def read(
        self, metrics: Sequence[Metric], start: datetime, end: datetime
    ) -> Mapping[Metric, Window]:
        caller, random = self.caller, self.caller.random
        caller.befalls(
            Throttled("cloudwatch:GetMetricData", "it", "Rate exceeded"),
            Unreachable("cloudwatch:GetMetricData", "it", "read timeout"),
            often=0.5,
        )
        read = DirectMetrics(caller.stage.graph.world).read(metrics, start, end)
        found = {
            each: lacking(window, caller.lack, caller.garbling) for each, window in read.items()
        }
        caller.stage.faults[f"{caller.lack.value} metrics"] += caller.lack is not Lack.NOTHING
        if random.random() >= caller.rate:
            return found
        caller.stage.faults["partial metrics"] += 1
        kept = random.random()
        return {
            each: window if random.random() < kept else replace(window, unread="PartialData")
            for each, window in found.items()
        }


class FaultyLedger(SqliteLedger):
    """A ledger that is busy now and then, and whose process may die at it."""

    caller: Caller

    def _befalls(self, often: float = 0.05) -> None:
        self.caller.befalls(LedgerUnavailable("the ledger is busy"), often=often)

    def acquire(self, resource: str, holder: str, now: datetime, seconds: int) -> bool:
        self._befalls(0.15)
        return super().acquire(resource, holder, now, seconds)

    def release(self, resource: str, holder: str) -> None:
        self._befalls()
        super().release(resource, holder)

    def newest(self, resources: Collection[str]) -> dict[str, str]:
        self._befalls(0.15)
        return super().newest(resources)

    def pauses(self) -> tuple[Pause, ...]:
        self._befalls()
        return super().pauses()

    def begin(self, *change_records: ChangeRecord, after: Mapping[str, str] | None = None) -> bool:
        self._befalls(0.15)
        begun = super().begin(*change_records, after=after)
        # The worst moment: the intention is written, the call not yet made.
        self._befalls(0.5)
        return begun

    def complete(self, entry_id: str, outcome: Outcome, at: datetime, detail: str | None) -> None:
        self.caller.unwritten.add(entry_id)
        self._befalls(0.15)
        super().complete(entry_id, outcome, at, detail)
        self.caller.unwritten.discard(entry_id)
        self._befalls(0.15)

    def open_change_records(
        self, levers: Collection[Lever] | None = None
    ) -> tuple[ChangeRecord, ...]:
        self._befalls()
        return super().open_change_records(levers)

    def desired(self, lever: Lever) -> DesiredCapacity | None:
        self._befalls()
        return super().desired(lever)

    def keep_desired(self, lever: Lever, desired: DesiredCapacity | None) -> None:
        self._befalls()
        super().keep_desired(lever, desired)
        self._befalls()

    def amend_desired(
        self, lever: Lever, before: DesiredCapacity, after: DesiredCapacity | None
    ) -> bool:
        self._befalls()
        return super().amend_desired(lever, before, after)

    @property
    def written(self) -> int:
        """Rows that this connection has changed."""
        with self._file.alone() as connection:
            return connection.total_changes


class OnPorts:
    """How callers reach the account at the ports."""

    @contextmanager
    def reached_by(self, caller: Caller) -> Iterator[Reached]:
        """The account as one caller has it."""
        ledger = FaultyLedger(str(caller.stage.path))
        ledger.caller = caller
        try:
            yield Reached(FaultyCloud(caller), FaultyMetrics(caller), ledger)
        finally:
            ledger.close()

    def register(self, target: ScalableTarget) -> None:
        """The stage knows it."""
