"""Carries out a plan: change record, call, outcome; one run at a time on a resource."""

from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import datetime

from tidegate.scaling.config.levers import all_settings
from tidegate.scaling.execute.before_call import FRESH, is_recent, why_not_called
from tidegate.scaling.execute.observe import Observed
from tidegate.scaling.kinds.resource_state import is_changing, settings_marks
from tidegate.scaling.model.boundary import Unfinished, going_on
from tidegate.scaling.model.change_record import (
    TAKEN_BACK,
    ChangeRecord,
    Outcome,
    refused_by_limit,
    refused_by_rate,
    revision,
)
from tidegate.scaling.model.effect import is_take_back
from tidegate.scaling.model.errors import (
    CloudError,
    LimitExceeded,
    Throttled,
    Unreachable,
    as_known,
)
from tidegate.scaling.model.pause import pausing
from tidegate.scaling.model.plan import Action, Decision, Plan
from tidegate.scaling.model.roles import plannings
from tidegate.scaling.ports import Edges
from tidegate.scaling.report.sweep_report import Change

__all__ = ["Executor", "shown"]

LEASE_SECONDS = 60
"""Longer than the bounded timeouts of the calls made under it."""

LIMIT = "limit-exceeded"
"""``TidegateError.kind`` of LimitExceeded; a quota of the account has another, and no decrease
exceeds it."""


@dataclass(slots=True)
class Executor:
    """The executor of one run for one pipeline; ``holder`` names it in leases.

    ``now`` is what the plan was decided on, by what was ``seen`` then. A sweep of many pipelines
    may come to this one minutes later: leases and change records are of the moment at which
    something is done.
    """

    edges: Edges
    holder: str
    now: datetime
    seen: Observed
    _newest: dict[str, str] = field(init=False)

    def __post_init__(self) -> None:
        self._newest = dict(self.seen.newest)

    def act(self, plan: Plan) -> tuple[Change, ...]:
        """Take every action of the plan. One that fails, in whatever way, doesn't stop the next,
        unless that one lowers anything: a scale-in may rest on what was to be raised before it.
        Nothing is raised: what was changed before must not be lost. See ``Change.error``."""
        changes: list[Change] = []
        for action in plan.actions:
            decisions = _of(action, plan)
            lowers = any(each.allowed < each.current for each in decisions)
            if lowers and any(each.outcome is not Outcome.DONE for each in changes):
                detail = (
                    "an earlier change of the same plan, which this change may depend on, was "
                    "not made"
                )
                changes.append(_superseded(action, decisions, "rests-on-another", detail))
            else:
                changes += self._take(action, decisions)
        return tuple(changes)

    def _take(self, action: Action, decisions: tuple[Decision, ...]) -> tuple[Change, ...]:
        try:
            return self._take_leased(action, decisions)
        except Exception as error:
            return (_not_called(action, decisions, error),)

    def _take_leased(self, action: Action, decisions: tuple[Decision, ...]) -> tuple[Change, ...]:
        resource = action.lease
        ledger, moment = self.edges.ledger, self.edges.moment(self.now)
        if not ledger.acquire(resource, self.holder, moment, LEASE_SECONDS):
            detail = f"{resource} is locked by another run"
            return (_superseded(action, decisions, "locked", detail),)
        try:
            why_not = self._paused(action, decisions) or self._why_not(decisions)
            if why_not is not None:
                return (_superseded(action, decisions, *why_not),)
            change = self._take_alone(action, decisions)
            increases = self._increases_of(action) if change.refusal == LIMIT else None
            if increases is None:
                return (change,)
            return self._take_increases(change, increases)
        finally:
            # What can't be given back ends by itself, and must not hide how the call went.
            with suppress(Exception):
                ledger.release(resource, self.holder)

    def _increases_of(self, action: Action) -> Action | None:
        found = (each.increases_of(action) for each in plannings(self.seen.pipeline))
        return next((each for each in found if each is not None), None)

    def _take_increases(self, refused: Change, increases: Action) -> tuple[Change, ...]:
        """What AWS limits is decreases: one of them must not hold up a raise of the same call."""
        levers = set(increases.levers())
        lowered = tuple(each for each in refused.decisions if each.lever not in levers)
        raised = tuple(each for each in refused.decisions if each.lever in levers)
        try:
            change = self._take_alone(increases, raised, "/increase")
        except Exception as error:
            change = _not_called(increases, raised, error)
        return replace(refused, decisions=lowered), change

    def _paused(self, action: Action, decisions: tuple[Decision, ...]) -> tuple[str, str] | None:
        """Which refusal and which detail, where one of the levers was paused in the meantime."""
        now, pauses = self.edges.moment(self.now), self.edges.ledger.pauses()
        name = self.seen.spec.name
        for decision in decisions:
            pause = pausing(pauses, decision.lever, action.lease, name, now)
            if pause is not None:
                return "paused", f"{pause.of} was paused: {pause.reason}"
        return None

    def _why_not(self, decisions: tuple[Decision, ...]) -> tuple[str, str] | None:
        """Which refusal and which detail, where AWS no longer shows what was decided on."""
        if is_recent(self.seen.looked_at, self.edges.moment(self.now), FRESH):
            return None
        pipeline = self.edges.cloud.describe_alone(self.seen.spec, decisions[0].lever)
        settings = all_settings(pipeline)
        for decision in decisions:
            capacity = settings.get(decision.lever)
            if capacity != decision.current:
                told = "gone" if capacity is None else decision.lever.amount(capacity)
                return "changed-since", f"the {decision.lever:words} is {told} by now"
            if is_changing(pipeline, decision.lever):
                return "resource-busy", "AWS is still at another change of the same resource"
        return None

    def _take_alone(
        self, action: Action, decisions: tuple[Decision, ...], part: str = ""
    ) -> Change:
        begun_at = self.edges.moment(self.now)
        begun = tuple(self._record(action, each, begun_at, part) for each in decisions)
        if not self.edges.ledger.begin(*begun, after=self._newest):
            return _superseded(action, decisions, *self._who_was_faster(action))
        why_not = why_not_called(begun, self.edges.ledger, lambda: self.edges.moment(self.now))
        if why_not is not None:
            closed = self._close(action, decisions, begun, (Outcome.SUPERSEDED, why_not[1]))
            return replace(closed, refusal=why_not[0])
        try:
            self.edges.cloud.apply(action)
        except Unreachable as error:
            # It may have reached AWS: the change record stays open until AWS shows it.
            return Change(action, decisions, Outcome.UNKNOWN, str(error))
        except CloudError as error:
            closed = self._close(action, decisions, begun, (Outcome.FAILED, _detail(error)))
            return replace(closed, refusal=error.kind)
        except Exception as error:
            known = as_known(error)
            return Change(action, decisions, Outcome.UNKNOWN, str(known), known)
        return self._close(action, decisions, begun, (Outcome.DONE, None))

    def _who_was_faster(self, action: Action) -> tuple[str, str]:
        resource = action.lease
        if self.edges.ledger.newest((resource,)).get(resource) != self._newest.get(resource):
            return "changed-since", "another run changed the resource in the meantime"
        return "change-pending", "another change of the same lever is still in progress"

    def _record(
        self, action: Action, decision: Decision, begun_at: datetime, part: str
    ) -> ChangeRecord:
        pipeline = self.seen.spec.name
        part += TAKEN_BACK if is_take_back(decision) else ""
        return ChangeRecord(
            entry_id=f"{pipeline}/{decision.lever}/{self.now.isoformat()}{part}",
            pipeline=pipeline,
            lever=decision.lever,
            operation=action.operation,
            from_capacity=decision.current,
            to_capacity=decision.allowed,
            because=str(decision.because),
            begun_at=begun_at,
            marks=settings_marks(self.seen.pipeline, decision.lever),
        )

    def _close(
        self,
        action: Action,
        decisions: tuple[Decision, ...],
        begun: tuple[ChangeRecord, ...],
        ending: tuple[Outcome, str | None],
    ) -> Change:
        outcome, detail = ending
        failures: list[Unfinished] = []
        for change_record in begun:
            with going_on("the outcome is not in the ledger", failures):
                ended_at = self.edges.moment(self.now)
                self.edges.ledger.complete(change_record.entry_id, outcome, ended_at, detail)
                # The next action of the plan may be one on the same resource.
                self._newest[action.lease] = revision(change_record.entry_id, outcome)
        if not failures:
            return Change(action, decisions, outcome, detail)
        told = "; ".join(filter(None, (detail, str(failures[0]))))
        return Change(action, decisions, outcome, told, failures[0].error)


def _not_called(action: Action, decisions: tuple[Decision, ...], error: Exception) -> Change:
    known = as_known(error)
    detail = f"AWS was not called: {known}"
    return Change(action, decisions, Outcome.FAILED, detail, known, refusal=known.kind)


def shown(plan: Plan) -> tuple[Change, ...]:
    """The changes of a dry run, which makes none."""
    return tuple(Change(action, _of(action, plan), None) for action in plan.actions)


def _of(action: Action, plan: Plan) -> tuple[Decision, ...]:
    moved = set(action.levers())
    return tuple(each for each in plan.decisions if each.lever in moved)


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
