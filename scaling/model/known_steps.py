"""The changes of settings that the ledger knows, as rules take them."""

from datetime import datetime

from tidegate.rules.setting_steps import SettingStep
from tidegate.scaling.model.change_record import Outcome
from tidegate.scaling.model.history import History

__all__ = ["setting_steps"]


def setting_steps(history: History, since: datetime) -> tuple[SettingStep, ...]:
    """What each lever was set to before, by whomever it was changed since then; oldest first. A
    change of someone else counts from when a sweep saw it."""
    made = sorted((*history.change_records, *history.others), key=lambda each: each.begun_at)
    return tuple(
        SettingStep(each.lever.kind, each.lever.where, each.begun_at, each.from_capacity)
        for each in made
        if each.outcome is Outcome.DONE and each.begun_at >= since and each.lever.is_known
    )
