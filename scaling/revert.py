"""Undo: a lever is put back to what it was before one change of Tidegate's."""

from dataclasses import dataclass
from datetime import datetime

from tidegate.rules.reason import Reason
from tidegate.scaling.autoscaling_api.next_step import plan_towards
from tidegate.scaling.config.levers import all_settings
from tidegate.scaling.config.specification import PipelineSpec
from tidegate.scaling.execute.executor import Executor, shown
from tidegate.scaling.execute.observe import observe_for, with_settled
from tidegate.scaling.model.change_record import ChangeRecord, DesiredCapacity, Lever, Outcome
from tidegate.scaling.model.errors import TidegateError
from tidegate.scaling.model.history import History
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
    """Put the lever back, as far as one call of AWS goes, through every constraint but the owner's;
    None where it is back already. It ends the desired capacity that was under way for it. Raises
    NotReverted, also where somebody has changed the lever since: what they meant isn't Tidegate's
    to undo."""
    record, lever = undo.change_record, undo.change_record.lever
    seen = observe_for(lever, spec, edges, now)
    seen = seen if dry_run else with_settled(seen, edges, now)
    capacity = all_settings(seen.pipeline).get(lever)
    if capacity == record.from_capacity:
        return None
    if capacity != record.to_capacity:
        told = "not there" if capacity is None else lever.amount(capacity)
        raise NotReverted(
            f"the {lever:words} is {told} by now, and the change set it to "
            f"{lever.amount(record.to_capacity)}: it was changed since"
        )
    _refuse_put_back(record, capacity, seen.history)
    because = Reason.told("revert", f"{record.entry_id} is reverted: {undo.reason}")
    wanted = Recommendation(lever, capacity, record.from_capacity, because)
    plan = plan_towards(wanted, seen, edges, now, "operator")
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
