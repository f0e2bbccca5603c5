"""The steps from the alarms there are to those wanted: pure functions."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from tidegate.scaling.observability.alarms import Alarm

__all__ = ["Change", "changes"]


@dataclass(frozen=True, slots=True)
class Change:
    """``verb`` is create, change or remove."""

    verb: str
    alarm: Alarm

    def __str__(self) -> str:
        words = self.alarm.configuration.get("AlarmDescription", "")
        return f"{self.verb} {self.alarm.name}" + (f": {words}" if self.verb != "remove" else "")


def changes(have: Sequence[Alarm], want: Sequence[Alarm]) -> tuple[Change, ...]:
    """From the alarms there are to those wanted.

    What is no longer wanted goes last, composite ones before their children: CloudWatch keeps an
    alarm that a rule names, and a rule that stays may name it until it is put anew.
    """
    there = {each.name: each for each in have}
    names = {each.name for each in want}
    puts = (
        Change("change" if each.name in there else "create", each)
        for each in want
        if not _is_same(there.get(each.name), each)
    )
    removals = sorted((each for each in have if each.name not in names), key=_depth)
    return (*puts, *(Change("remove", each) for each in removals))


def _depth(alarm: Alarm) -> int:
    """0 for the alarm over all, 1 for one over some, 2 for one of a metric."""
    if not alarm.is_composite:
        return 2
    return 0 if alarm.name.endswith("/any") else 1


def _is_same(have: Alarm | None, want: Alarm) -> bool:
    """Whether all that is wanted is there; AWS adds settings of its own."""
    return have is not None and _has(have.configuration, want.configuration)


def _has(have: Any, want: Any) -> bool:
    if isinstance(want, Mapping):
        return isinstance(have, Mapping) and all(_has(have.get(key), want[key]) for key in want)
    if isinstance(want, list):
        pairs = zip(_ordered(have or []), _ordered(want), strict=False)
        return len(have or []) == len(want) and all(_has(*pair) for pair in pairs)
    return bool(have == want)


def _ordered(items: list[Any]) -> list[Any]:
    """Dimensions by name and metrics by id: AWS returns them in an order of its own."""
    return sorted(items, key=_key)


def _key(item: Any) -> str:
    return str(item.get("Name") or item.get("Id")) if isinstance(item, Mapping) else str(item)
