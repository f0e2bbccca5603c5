"""What settings were before their last changes: each minute is held against its own limits."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import pairwise
from typing import NamedTuple

from tidegate.rules.cause import LeverKind

__all__ = ["EarlierUnits", "Setting", "SettingStep", "earlier_shares", "last_step", "setting_at"]

_FIRST = datetime.min.replace(tzinfo=UTC)


class Setting(NamedTuple):
    """What limits: a lever's kind, of what it is one, and what it is set to now."""

    kind: LeverKind
    where: str
    now: int


@dataclass(frozen=True, slots=True)
class SettingStep:
    """A change of a lever, by whomever: when, and what it was set to before."""

    kind: LeverKind
    where: str
    at: datetime
    before: int

    def is_of(self, setting: Setting) -> bool:
        """Whether it changed that setting."""
        return (self.kind, self.where) == (setting.kind, setting.where)


@dataclass(frozen=True, slots=True)
class EarlierUnits:
    """So many units of a source from before a change, which are read before those of now."""

    count: int
    changed_at: datetime


def setting_at(steps: Iterable[SettingStep], setting: Setting, moment: datetime) -> int:
    """What it was set to at a moment, by all steps, oldest first."""
    return next((each.before for each in _of(steps, setting) if each.at > moment), setting.now)


def last_step(steps: Iterable[SettingStep], setting: Setting, moment: datetime) -> datetime:
    """Since when it had been set to that; where no step is known the first moment of all."""
    made = (each.at for each in _of(steps, setting) if each.at <= moment)
    return max(made, default=_FIRST)


def earlier_shares(
    steps: Sequence[SettingStep], settings: Sequence[Setting]
) -> Iterator[tuple[datetime, float]]:
    """Until when a limit that is proportional to these settings was another one, and what share of
    today's it was; oldest first."""
    moments = sorted({each.at for setting in settings for each in _of(steps, setting)})
    for since, until in pairwise((_FIRST, *moments)):
        share = 1.0
        for setting in settings:
            share *= setting_at(steps, setting, since) / setting.now
        yield until, share


def _of(steps: Iterable[SettingStep], setting: Setting) -> Iterator[SettingStep]:
    return (each for each in steps if each.is_of(setting))
