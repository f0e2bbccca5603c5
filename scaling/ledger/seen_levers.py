"""What each lever was when a sweep last looked, and what someone else has changed since."""

import json
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from tidegate.rules.graph import Pipeline
from tidegate.scaling.config.levers import all_settings
from tidegate.scaling.kinds.resource_state import (
    identity,
    is_changing,
    moves_by_itself,
    settings_marks,
)
from tidegate.scaling.model.change_record import KEEP, ChangeRecord, Lever, Outcome, moment_in
from tidegate.scaling.model.history import SOMEONE_ELSE, History
from tidegate.scaling.ports import Ledger

__all__ = ["changes_by_all", "changes_of_others", "with_others"]

SHOWS_AFTER = timedelta(seconds=10)
"""Descriptions lag a few seconds behind a change that AWS has accepted (DescribeTable, API
reference)."""

MOST_KEPT = 200
"""Of someone else's changes, the newest: the note is one item of DynamoDB, which holds 400 KB."""


@dataclass(frozen=True, slots=True)
class _Seen:
    """A lever at a look: its capacity, and by what AWS shows that it was set again."""

    at: datetime
    capacity: int
    resource: str
    marks: tuple[str, ...]


def with_others(
    history: History, pipeline: Pipeline, ledger: Ledger, now: datetime, *, keep: bool
) -> History:
    """The history with the changes of others, as far as sweeps have seen them: a lever that is
    neither as it was nor as Tidegate has set it since. What is seen is kept for the next sweep.

    Where it can't be read or kept nothing is known of others: a sick pipeline is cured all the
    same, and a ledger that can't be had is told by what needs it.
    """
    with suppress(Exception):
        return _with_others(history, pipeline, ledger, now, keep)
    return history


def _with_others(
    history: History, pipeline: Pipeline, ledger: Ledger, now: datetime, keep: bool
) -> History:
    note = _note(pipeline.name)
    kept, current = ledger.kept(note), all_settings(pipeline)
    known = _as_it_was(pipeline.name, kept, current, history)
    if known is not None:
        return replace(history, others=_not_long_ago(known, now))
    seen, others = _read(kept, pipeline.name)
    looks: dict[Lever, _Seen] = {}
    found: list[ChangeRecord] = []
    for lever, capacity in current.items():
        look = _Seen(now, capacity, identity(pipeline, lever), settings_marks(pipeline, lever))
        before = seen.get(lever, look)
        if is_changing(pipeline, lever):
            looks[lever] = before
            continue
        looks[lever] = before if _is_to_show(lever, before, look, history) else look
        change = _foreign(lever, before, look, history)
        is_another = before.resource != look.resource
        if change is None or is_another or moves_by_itself(pipeline, lever):
            continue
        # Another pipeline, or a reshard, may have changed it.
        more = History(ledger.change_records_of(lever, before.at))
        change = _foreign(lever, before, look, more)
        if change is not None:
            found.append(replace(change, pipeline=pipeline.name))
            looks[lever] = look
    after = _not_long_ago((*others, *found), now)
    if keep and (looks != seen or after != others):
        with suppress(Exception):
            ledger.keep(note, _text(looks, after))
    return replace(history, others=after)


def changes_of_others(ledger: Ledger, pipeline: str, since: datetime) -> tuple[ChangeRecord, ...]:
    """The changes of someone else that sweeps have seen at or after a moment, oldest first."""
    _, others = _read(ledger.kept(_note(pipeline)), pipeline)
    return tuple(each for each in others if each.begun_at >= since)


def changes_by_all(ledger: Ledger, pipeline: str, since: datetime) -> tuple[ChangeRecord, ...]:
    """Tidegate's change records of a pipeline and the changes of someone else, oldest first."""
    others = changes_of_others(ledger, pipeline, since)
    return tuple(
        sorted((*ledger.change_records(pipeline, since), *others), key=lambda each: each.begun_at)
    )


def _note(pipeline: str) -> str:
    return f"levers/{pipeline}"


def _not_long_ago(others: tuple[ChangeRecord, ...], now: datetime) -> tuple[ChangeRecord, ...]:
    return tuple(each for each in others if now - each.begun_at < KEEP)[-MOST_KEPT:]


def _as_it_was(
    name: str, kept: str | None, current: Mapping[Lever, int], history: History
) -> tuple[ChangeRecord, ...] | None:
    """The changes of someone else so far, where nothing has changed since they were kept, by
    whomever, as in most sweeps; else None."""
    with suppress(AttributeError, KeyError, TypeError, ValueError):
        data = json.loads(kept or "{}")
        last = history.change_records[-1:]
        is_new = bool(last) and last[0].begun_at >= moment_in(data["at"])
        if not is_new and data.get("capacities") == _capacities(current):
            return tuple(_others(data, name))
    return None


def _capacities(current: Mapping[Lever, int]) -> dict[str, int]:
    return {f"{lever.kind_word} {lever.where}": each for lever, each in current.items()}


def _is_to_show(lever: Lever, before: _Seen, look: _Seen, history: History) -> bool:
    """Whether a change of Tidegate's own since the look before does not show."""
    last = history.last_change_record(lever)
    is_own = last is not None and last.begun_at >= before.at
    return is_own and last is not None and last.to_capacity != look.capacity


def _foreign(lever: Lever, before: _Seen, look: _Seen, history: History) -> ChangeRecord | None:
    """The change of someone else between two looks, None where there is none, or where Tidegate's
    own may not show yet or may never have reached AWS."""
    last = history.last_change_record(lever)
    if last is not None and last.begun_at < before.at:
        last = None
    expected = before.capacity if last is None else last.to_capacity
    if look.capacity == expected:
        return None
    if last is not None and look.capacity in (before.capacity, last.from_capacity):
        is_early = look.marks == before.marks and look.at - last.begun_at < SHOWS_AFTER
        if is_early or last.outcome is Outcome.BEGUN:
            return None
    return _change(lever, expected, look.capacity, look.at)


def _change(lever: Lever, before: int, after: int, at: datetime) -> ChangeRecord:
    entry = f"{SOMEONE_ELSE}/{lever}/{at.isoformat()}"
    words = "not changed by Tidegate"
    return ChangeRecord(
        entry, "", lever, SOMEONE_ELSE, before, after, words, at, Outcome.DONE, at
    )  # fmt: skip


def _text(looks: Mapping[Lever, _Seen], others: Iterable[ChangeRecord]) -> str:
    seen = [
        [*_key(lever), each.at.isoformat(), each.capacity, each.resource, list(each.marks)]
        for lever, each in looks.items()
    ]
    told = [
        [*_key(each.lever), each.begun_at.isoformat(), each.from_capacity, each.to_capacity]
        for each in others
    ]
    capacities = _capacities({lever: each.capacity for lever, each in looks.items()})
    at = min((each.at for each in looks.values()), default=None)
    first = {} if at is None else {"at": at.isoformat()}
    return json.dumps({**first, "capacities": capacities, "seen": seen, "others": told})


def _key(lever: Lever) -> tuple[str, str]:
    return lever.kind_word, lever.where


def _read(text: str | None, pipeline: str) -> tuple[dict[Lever, _Seen], tuple[ChangeRecord, ...]]:
    """What was kept; nothing where it can't be read."""
    with suppress(AttributeError, KeyError, TypeError, ValueError):
        data = json.loads(text or "{}")
        return dict(_seen(data)), tuple(_others(data, pipeline))
    return {}, ()


def _seen(data: Mapping[str, Any]) -> Iterator[tuple[Lever, _Seen]]:
    for kind, where, at, capacity, resource, marks in data.get("seen", ()):
        yield Lever(kind, where), _Seen(moment_in(at), capacity, resource, tuple(marks))


def _others(data: Mapping[str, Any], pipeline: str) -> Iterator[ChangeRecord]:
    for kind, where, at, before, after in data.get("others", ()):
        yield replace(_change(Lever(kind, where), before, after, moment_in(at)), pipeline=pipeline)
