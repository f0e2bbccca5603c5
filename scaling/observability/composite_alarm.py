"""The one alarm of a pipeline that pages, over all its others: pure functions."""

from collections.abc import Iterator, Sequence
from typing import Any

__all__ = ["composite"]

CHILDREN_MAX, RULE_MAX = 100, 10_240
"""Alarms and characters in a composite alarm's rule (PutCompositeAlarm, API reference)."""


def composite(
    pipeline: str, prefix: str, names: Sequence[str], actions: list[str]
) -> Iterator[tuple[str, dict[str, Any]]]:
    """The alarm that pages when one of the ``names`` is on, by its name; with more of them than it
    may have, after others in between. ``actions`` are what it notifies."""
    groups = list(_grouped(names))
    if len(groups) > 1:
        between = [f"{prefix}any-{at}" for at in range(1, len(groups) + 1)]
        for name, group in zip(between, groups, strict=True):
            words = f"{pipeline}: at least one of these alarms is in ALARM"
            yield name, {"AlarmDescription": words, "AlarmRule": _any_of(group)}
        groups = [between]
    yield (
        f"{prefix}any",
        {
            "AlarmDescription": f"{pipeline} has an incident: one of its alarms is in ALARM",
            "AlarmRule": _any_of(groups[0]),
            "AlarmActions": actions,
            "OKActions": actions,
        },
    )


def _grouped(names: Sequence[str]) -> Iterator[list[str]]:
    group: list[str] = []
    for name in names:
        if len(group) == CHILDREN_MAX or len(_any_of([*group, name])) > RULE_MAX:
            yield group
            group = []
        group.append(name)
    yield group


def _any_of(names: Sequence[str]) -> str:
    return " OR ".join(f'ALARM("{name}")' for name in names)
