"""What holds for every change, whoever asks for it and whatever fails."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple, Protocol, TypeVar

from tests.faults.metrics import Lack
from tests.faults.stage import Call, Caller, Stage
from tidegate.rules.graph import Pipeline, Question
from tidegate.rules.kinds.kinesis_stream.state import Stream
from tidegate.rules.scalable_targets import ScalableTarget
from tidegate.scaling.aws.kinds.dynamodb_table.changes import ChangedMeanwhile
from tidegate.scaling.config.specification import LeverSpec, PipelineSpec
from tidegate.scaling.kinds.kinesis_stream.actions import MergeShards, SplitShard
from tidegate.scaling.kinds.resource_state import is_changing
from tidegate.scaling.model.change_record import ChangeRecord, Lever, Outcome
from tidegate.scaling.model.errors import (
    CloudError,
    InvalidRequest,
    LimitExceeded,
    ResourceInUse,
    Unreachable,
)
from tidegate.scaling.model.plan import Action
from tidegate.scaling.ports import Cloud, Ledger, Metrics

__all__ = ["Reached", "Witness", "agrees", "has_effect", "says_how_it_ended"]


A = TypeVar("A")


class Account(Cloud, Protocol):
    """``Cloud`` and ``Resharder``."""

    def describe_stream(self, name: str) -> Stream: ...


class CallersLedger(Ledger, Protocol):
    """A ledger of one caller's."""

    @property
    def written(self) -> int:
        """How much the caller has written to it."""
        ...


class Reached(NamedTuple):
    """The account, its metrics and the ledger as one caller has them."""

    account: Account
    metrics: Metrics
    ledger: CallersLedger


@dataclass
class Witness:
    """An account that looks at each change before it is asked for, and at what becomes of it."""

    caller: Caller
    inner: Account

    def describe(self, spec: PipelineSpec) -> Pipeline:
        return self.inner.describe(spec)

    def describe_stream(self, name: str) -> Stream:
        return self.inner.describe_stream(name)

    def describe_alone(self, spec: PipelineSpec, lever: Lever) -> Pipeline:
        return self.inner.describe_alone(spec, lever)

    def ask(self, question: Question[A]) -> A:
        return self.inner.ask(question)

    def scalable_targets(self, where: str | None = None) -> tuple[ScalableTarget, ...]:
        return self.inner.scalable_targets(where)

    def apply(self, action: Action) -> None:
        stage = self.caller.stage
        open_ = {each.lever: each for each in stage.look().open_change_records()}
        intended = [open_[lever] for lever in action.levers() if lever in open_]
        if len(intended) != len(tuple(action.levers())):
            stage.broken.append(f"called without an intention: {action}")
        stage.broken += self._not_allowed(intended)
        call = Call(action, tuple(each.entry_id for each in intended))
        self.caller.calls.append(call)
        stage.calls.append(call)
        before, shards = self.caller.accepted, stage.levers()
        try:
            self.inner.apply(action)
            call.is_answered = True
        except CloudError as error:
            call.is_answered = not isinstance(error, Unreachable)
            stage.broken += self._refused(action, error)
            raise
        finally:
            call.times = self.caller.accepted - before
            for each in intended if call.times else ():
                stage.settings[each.lever] = each.to_capacity
                if isinstance(action, SplitShard | MergeShards):
                    step = action.to_count - action.from_count
                    stage.settings[each.lever] = shards[each.lever] + step
            if call.times:
                self._accepted(call)

    def _accepted(self, call: Call) -> None:
        stage, action = self.caller.stage, call.action
        if call.times > 1 or stage.last.get(action.lease) == action:
            stage.broken.append(f"asked twice: {action}")
        stage.last[action.lease] = action

    def _refused(self, action: Action, error: CloudError) -> Iterator[str]:
        """What AWS would not have had to refuse."""
        stage = self.caller.stage
        if isinstance(error, ChangedMeanwhile):
            return
        if isinstance(error, ResourceInUse) and stage.last.get(action.lease) is not None:
            yield f"asked while its own change is under way: {action}"
        if isinstance(error, InvalidRequest):
            yield f"refused for good: {error}"
        if isinstance(error, LimitExceeded) and action.lease not in stage.by_others:
            yield f"beyond AWS's limits: {error}"

    def _not_allowed(self, intended: list[ChangeRecord]) -> Iterator[str]:
        stage, now = self.caller.stage, self.caller.stage.levers()
        for each in intended:
            lever, said = each.lever, stage.said(each.lever)
            if said is None or said.owner is None:
                yield f"changed a lever without an owner: {lever}"
                continue
            if not said.min <= each.to_capacity <= said.max:
                yield f"outside of the file's range: {each}"
            if now[lever] != each.from_capacity and not self.caller.is_late:
                yield f"changed from {now[lever]}, which nobody saw: {each}"
            if self.caller.kind != "reshard":
                yield from self._not_its_own(each, said)

    def _not_its_own(self, change: ChangeRecord, said: LeverSpec) -> Iterator[str]:
        stage, caller = self.caller.stage, self.caller
        if caller.kind == "get":
            yield f"a GET changed something: {change}"
        if said.owner == "application-autoscaling":
            wanted = stage.asked.get(change.lever, ())
            ends = change.from_capacity, change.to_capacity
            if not any(min(ends[0], each) <= ends[1] <= max(ends[0], each) for each in wanted):
                yield f"nobody asked for it: {change}"
        elif caller.kind == "patch":
            yield f"a PATCH changed what is Tidegate's: {change}"
        elif caller.lack is Lack.EMPTY and change.to_capacity < change.from_capacity:
            yield f"scaled in on missing data: {change}"
        for target, since in stage.targets.items():
            is_its = (target.kind, target.where) == (change.lever.kind, change.lever.where)
            if is_its and since < caller.began:
                yield f"changed what DynamoDB's own scaling sets: {change}"


def says_how_it_ended(caller: Caller) -> Iterator[str]:
    """After a run that lived: each call that AWS answered has its outcome in the ledger, unless the
    ledger couldn't be had."""
    ledger = caller.stage.look()
    for call in caller.calls:
        for entry in call.entries if call.is_answered else ():
            found = ledger.change_record(entry)
            if entry not in caller.unwritten and (found is None or found.outcome is Outcome.BEGUN):
                yield f"answered, and without an outcome: {found}"


def has_effect(stage: Stage) -> Iterator[str]:
    """Every lever that nothing is changing is what it was last set to, by whomever."""
    for spec in stage.graph.specs:
        pipeline = stage.cloud.describe(spec)
        for lever in stage.of(spec):
            now = stage.levers()[lever]
            if not is_changing(pipeline, lever) and now != stage.settings[lever]:
                yield f"the {lever} is {now}, last set to {stage.settings[lever]}"


def agrees(stage: Stage) -> Iterator[str]:
    """After the last call: the ledger knows what AWS did, and nothing is open."""
    ledger = stage.look()
    for call in stage.calls:
        for each in filter(None, map(ledger.change_record, call.entries)):
            if call.times and each.outcome in (Outcome.FAILED, Outcome.SUPERSEDED):
                yield f"the ledger denies a change: {each}"
            is_alone = call.action.lease not in stage.by_others
            if not call.times and each.outcome is Outcome.DONE and is_alone:
                yield f"the ledger claims a change: {each}"
    yield from (f"still open: {each}" for each in ledger.open_change_records())
    yield from (f"still locked: {each}" for each in ledger.leases() if each.is_held)
