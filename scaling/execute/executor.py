"""Carries out a plan: change record, call, outcome; one run at a time on a resource."""

from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from tidegate.rules.graph import Pipeline
from tidegate.scaling.kinds.resource_state import is_changing
from tidegate.scaling.model.boundary import Unfinished, going_on
from tidegate.scaling.model.change_record import (
    ChangeRecord,
    Lever,
    Outcome,
    refused_by_limit,
    refused_by_rate,
)
from tidegate.scaling.model.errors import (
    CloudError,
    LimitExceeded,
    Throttled,
    Unreachable,
    as_known,
)
from tidegate.scaling.model.history import (
    History,
)
from tidegate.scaling.model.plan import Action, Decision, Plan
from tidegate.scaling.ports import Edges, Ledger
from tidegate.scaling.report.sweep_report import Change

__all__ = ["Executor", "reconcile"]

LEASE_SECONDS = 60
"""Longer than the bounded timeouts of the calls made under it."""

ABANDONED = timedelta(seconds=LEASE_SECONDS)


@dataclass(frozen=True, slots=True)
class Executor:
    """The executor of one sweep for one pipeline; ``holder`` names it in leases.

    ``now`` is what the plan was decided on. A sweep of many pipelines may come to this one minutes
    later: leases and change records are of the moment at which something is done.
    """

    pipeline: str
    edges: Edges
    holder: str
    now: datetime
    seen: History

    def act(self, plan: Plan) -> tuple[Change, ...]:
        """Take every action of the plan. One that fails, in whatever way, doesn't stop the next,
        unless that one lowers anything: a scale-in may rest on what was to be raised before it.
        Nothing is raised: what was changed before must not be lost. See ``Change.error``."""
        changes: list[Change] = []
        for action in plan.actions:
            moved = set(action.levers())
            decisions = tuple(each for each in plan.decisions if each.lever in moved)
            lowers = any(each.allowed < each.current for each in decisions)
            if lowers and any(each.outcome is not Outcome.DONE for each in changes):
                detail = (
                    "an earlier change of the same plan, which this change may depend on, was "
                    "not made"
                )
                changes.append(_superseded(action, decisions, "rests-on-another", detail))
            else:
                changes.append(self._take(action, decisions))
        return tuple(changes)

    def _take(self, action: Action, decisions: tuple[Decision, ...]) -> Change:
        try:
            return self._take_leased(action, decisions)
        except Exception as error:
            known = as_known(error)
            detail = f"AWS was not called: {known}"
            return Change(action, decisions, Outcome.FAILED, detail, known, refusal=known.kind)

    def _take_leased(self, action: Action, decisions: tuple[Decision, ...]) -> Change:
        resource = action.lease
        ledger, moment = self.edges.ledger, self.edges.moment(self.now)
        if not ledger.acquire(resource, self.holder, moment, LEASE_SECONDS):
            detail = f"{resource} is locked by another run"
            return _superseded(action, decisions, "locked", detail)
        try:
            return self._take_alone(action, decisions)
        finally:
            # What can't be given back ends by itself, and must not hide how the call went.
            with suppress(Exception):
                ledger.release(resource, self.holder)

    def _take_alone(self, action: Action, decisions: tuple[Decision, ...]) -> Change:
        if self._was_overtaken(decisions):
            detail = "another run changed the capacity in the meantime"
            return _superseded(action, decisions, "changed-since", detail)
        begun_at = self.edges.moment(self.now)
        change_records = [self._entry(action, decision, begun_at) for decision in decisions]
        begun = [
            change_record
            for change_record in change_records
            if self.edges.ledger.begin(change_record)
        ]
        if len(begun) < len(change_records):
            detail = "another change of the same lever is still in progress"
            closed = self._close(action, decisions, begun, Outcome.SUPERSEDED, detail)
            return replace(closed, refusal="change-pending")
        try:
            self.edges.cloud.apply(action)
        except Unreachable as error:
            # It may have reached AWS: the change record stays open until AWS shows it.
            return Change(action, decisions, Outcome.UNKNOWN, str(error))
        except CloudError as error:
            detail = _detail(error)
            closed = self._close(action, decisions, begun, Outcome.FAILED, detail)
            return replace(closed, refusal=error.kind)
        except Exception as error:
            known = as_known(error)
            return Change(action, decisions, Outcome.UNKNOWN, str(known), known)
        return self._close(action, decisions, begun, Outcome.DONE, None)

    def _was_overtaken(self, decisions: tuple[Decision, ...]) -> bool:
        """Whether the ledger has, for one of the levers, what it didn't have when the pipeline was
        described."""
        moved = {decision.lever for decision in decisions}
        known = {change_record.entry_id for change_record in self.seen.change_records}
        since = self.now - timedelta(minutes=10)
        return any(
            change_record.entry_id not in known
            for lever in moved
            for change_record in self.edges.ledger.change_records_of(lever, since)
        )

    def _entry(self, action: Action, decision: Decision, begun_at: datetime) -> ChangeRecord:
        return ChangeRecord(
            entry_id=f"{self.pipeline}/{decision.lever}/{self.now.isoformat()}",
            pipeline=self.pipeline,
            lever=decision.lever,
            operation=action.operation,
            from_capacity=decision.current,
            to_capacity=decision.allowed,
            because=str(decision.because),
            begun_at=begun_at,
        )

    def _close(
        self,
        action: Action,
        decisions: tuple[Decision, ...],
        change_records: list[ChangeRecord],
        outcome: Outcome,
        detail: str | None,
    ) -> Change:
        failures: list[Unfinished] = []
        for change_record in change_records:
            with going_on("the outcome is not in the ledger", failures):
                ended_at = self.edges.moment(self.now)
                self.edges.ledger.complete(change_record.entry_id, outcome, ended_at, detail)
        if not failures:
            return Change(action, decisions, outcome, detail)
        told = "; ".join(filter(None, (detail, str(failures[0]))))
        return Change(action, decisions, outcome, told, failures[0].error)


def _detail(error: CloudError) -> str:
    """AWS's words, marked by what they mean for the next time."""
    match error:
        case LimitExceeded():
            return refused_by_limit(str(error))
        case Throttled():
            return refused_by_rate(str(error))
    return str(error)


def _superseded(
    action: Action, decisions: tuple[Decision, ...], refusal: str, detail: str
) -> Change:
    return Change(action, decisions, Outcome.SUPERSEDED, detail, refusal=refusal)


def reconcile(
    history: History,
    pipeline: Pipeline,
    current: dict[Lever, int],
    ledger: Ledger,
    now: datetime,
) -> bool:
    """Close the intentions that a sweep left open when it died, by what AWS shows now; whether
    there were any.

    What has the wanted capacity was done; what hasn't after a minute, and isn't being changed,
    never reached AWS, and the coming plan asks for it again if it is still needed.
    """
    closed = False
    for change_record in history.open_change_records():
        if current.get(change_record.lever) == change_record.to_capacity:
            ledger.complete(
                change_record.entry_id, Outcome.DONE, now, "a later sweep saw the new capacity"
            )
            closed = True
        elif now - change_record.begun_at >= ABANDONED and not is_changing(
            pipeline, change_record.lever
        ):
            ledger.complete(
                change_record.entry_id, Outcome.SUPERSEDED, now, "the call never reached AWS"
            )
            closed = True
    return closed
