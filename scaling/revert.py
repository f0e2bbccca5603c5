"""Undo: a lever is put back to what it was before one change of Tidegate's."""

from dataclasses import dataclass
from datetime import datetime

from tidegate.rules.reason import Reason
from tidegate.scaling.autoscaling_api.next_step import plan_towards
from tidegate.scaling.config.levers import all_settings
from tidegate.scaling.config.specification import PipelineSpec
from tidegate.scaling.execute.executor import Executor, shown
from tidegate.scaling.execute.observe import (
    Observed,
    observe_for,
    with_other_owners,
    with_settled,
)
from tidegate.scaling.ledger.seen_levers import with_others
from tidegate.scaling.model.change_record import ChangeRecord, DesiredCapacity, Lever, Outcome
from tidegate.scaling.model.errors import TidegateError
from tidegate.scaling.model.history import History, undone_words
from tidegate.scaling.model.recommendation import Recommendation
from tidegate.scaling.ports import Edges, Ledger
from tidegate.scaling.report.sweep_report import Change

__all__ = ["NotReverted", "Undo", "revert"]


class NotReverted(TidegateError):
    """The lever can't be put back now; the message says why. Nothing was changed."""


@dataclass(frozen=True, slots=True)
class Undo:
    """The change to undo, why, and who does it, by the name that leases have."""

    change_record: ChangeRecord
    reason: str
    holder: str


def revert(
    undo: Undo, spec: PipelineSpec, edges: Edges, now: datetime, *, dry_run: bool = False
) -> Change | None:
    """Put the lever back, as far as one call of AWS goes, through every constraint but that of the
    owner in the file; None where it is back already. Where an earlier revert of the change did a
    part, it goes on from there. It ends the desired capacity that was under way for it. Raises
    NotReverted, also where somebody has changed the lever since: what they meant isn't Tidegate's
    to undo."""
    record, lever = undo.change_record, undo.change_record.lever
    seen = observe_for(lever, spec, edges, now)
    seen = seen if dry_run else with_settled(seen, edges, now)
    capacity = all_settings(seen.pipeline).get(lever)
    if capacity == record.from_capacity:
        return None
    last = _last_revert(record, seen.history)
    stands = capacity == record.to_capacity if last is None else _stands(last, seen, edges, now)
    if capacity is None or not stands:
        told = "not there" if capacity is None else lever.amount(capacity)
        by = "the change" if last is None else f"{last.entry_id}, which reverts a part of it,"
        raise NotReverted(
            f"the {lever:words} is {told} by now, and {by} set it to "
            f"{lever.amount((last or record).to_capacity)}: it was changed since"
        )
    _refuse_put_back(record, capacity, seen.history)
    because = Reason.told("revert", f"{undone_words(record)}{undo.reason}")
    wanted = Recommendation(lever, capacity, record.from_capacity, because)
    plan = plan_towards(wanted, with_other_owners(seen, lever, edges), edges, now, "operator")
    (decision,) = plan.decisions
    if not plan.actions:
        raise NotReverted("; ".join(map(str, decision.held_by)))
    if dry_run:
        return shown(plan)[0]
    desired = edges.ledger.desired(lever)
    change = Executor(edges, undo.holder, now, seen).act(plan)[0]
    if desired is not None and change.outcome in (Outcome.DONE, Outcome.UNKNOWN):
        _end(desired, lever, edges.ledger)
    return change


def _last_revert(record: ChangeRecord, history: History) -> ChangeRecord | None:
    """The newest change of the lever, where that is a revert of this one; it may have done only a
    part, by AWS's limit of a step or for a bound."""
    last = history.last_change_record(record.lever)
    return last if last is not None and last.because.startswith(undone_words(record)) else None


def _stands(last: ChangeRecord, seen: Observed, edges: Edges, now: datetime) -> bool:
    """Whether the lever is as the last revert has left it. What that is isn't known for sure while
    the revert is open, unknown, or not shown yet."""
    capacity = all_settings(seen.pipeline).get(last.lever)
    if capacity == last.to_capacity:
        known = with_others(seen.history, seen.pipeline, edges.ledger, now, keep=False)
        later = (each.begun_at > last.begun_at for each in known.others if each.lever == last.lever)
        return not any(later)
    if capacity is None or capacity != last.from_capacity:
        return False
    is_shown = seen.history.not_shown(last.lever, capacity, now) is None
    return last.outcome is not Outcome.DONE or not is_shown


def _refuse_put_back(record: ChangeRecord, current: int, history: History) -> None:
    """An undo that is asked for twice is done once: what was changed again since has other
    reasons. One that is open is told as any change that is."""
    lever = record.lever
    for each in history.changes((lever,), record.begun_at):
        if each.to_capacity == record.from_capacity and each.outcome is not Outcome.BEGUN:
            raise NotReverted(
                f"the {lever:words} was put back to {lever.amount(each.to_capacity)} already, by "
                f"{each.entry_id}; it is {lever.amount(current)} by now"
            )


def _end(desired: DesiredCapacity, lever: Lever, ledger: Ledger) -> None:
    """What Application Auto Scaling asked for before the undo would be carried on by the next
    sweep. Whatever it has asked for since stays."""
    now = ledger.desired(lever)
    if now is not None and now.at == desired.at:
        ledger.amend_desired(lever, now, None)
