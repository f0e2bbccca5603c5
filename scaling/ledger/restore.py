"""What ``tidegate.scaling.ledger.export`` wrote, read into a ledger."""

import json
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from tidegate.scaling.ledger.export import (
    CHANGE_RECORD,
    DESIRED,
    FORMAT,
    HEAD,
    HOME,
    NOTE,
    PAUSE,
    SNAPSHOT,
)
from tidegate.scaling.model.change_record import (
    ChangeRecord,
    DesiredCapacity,
    Lever,
    Outcome,
    moment_in,
    outcome_in,
)
from tidegate.scaling.model.errors import ConfigurationError, Mistake
from tidegate.scaling.model.pause import Pause
from tidegate.scaling.model.snapshot import from_text
from tidegate.scaling.ports import Ledger

__all__ = ["Restored", "Writer", "restore"]

_TICK = timedelta(microseconds=1)
Line = Mapping[str, Any]
Write = Callable[[Ledger], bool]
"""Writes one line down; False where the ledger has it, or something newer in its place."""


class Writer:
    """Whose ARN a ledger keeps with what is written: that of the line, not of who restores it."""

    def __init__(self) -> None:
        self.arn: str | None = None

    def __call__(self) -> str | None:
        """The ARN, None where it isn't known."""
        return self.arn


@dataclass(frozen=True, slots=True)
class Restored:
    """How many lines of each kind were ``written``, were there before (``left``), or are
    ``unknown`` to this version."""

    written: Counter[str]
    left: Counter[str]
    unknown: Counter[str]


def restore(lines: Iterable[str], file: str, ledger: Ledger, writer: Writer) -> Restored:
    """Write into a ledger what it doesn't have: it can be done again, and nothing that is newer in
    the ledger is replaced. ``ledger`` keeps ``writer`` as the caller.

    All lines are read before one is written. ConfigurationError names the line that can't be read,
    or whose lever has another open intention in the ledger.
    """
    restored = Restored(Counter(), Counter(), Counter())
    for number, kind, write in [*_read(lines, file, writer)]:
        if write is None:
            restored.unknown[kind] += 1
            continue
        try:
            is_written = write(ledger)
        except _IsOpen as error:
            raise _wrong(file, number, str(error)) from None
        (restored.written if is_written else restored.left)[kind] += 1
    return restored


def _read(
    lines: Iterable[str], file: str, writer: Writer
) -> Iterable[tuple[int, str, Write | None]]:
    number = 0
    for number, text in enumerate(lines, start=1):
        try:
            line = json.loads(text)
            kind = str(line["kind"])
            if (number == 1) is not (kind == HEAD):
                raise ValueError("the first line, and no other, says that it is a ledger's")
            if kind == HEAD:
                _hold_to_format(line)
                continue
            read = _KINDS.get(kind)
            yield number, kind, None if read is None else read(line, writer)
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            words = f"this line is none of an exported ledger: {error!r}"
            raise _wrong(file, number, words) from error
    if number == 0:
        raise _wrong(file, 1, "the file is empty; an exported ledger has a line at least")


def _wrong(file: str, number: int, words: str) -> ConfigurationError:
    return ConfigurationError((Mistake(file, number, 1, words),))


def _hold_to_format(head: Line) -> None:
    if int(head["format"]) > FORMAT:
        raise ValueError(f"form {head['format']} is of a later version; this one reads {FORMAT}")


class _IsOpen(Exception):
    """The ledger has another open intention of the same lever."""


def _change_record(line: Line, writer: Writer) -> Write:
    outcome, detail = outcome_in(str(line["outcome"]), line.get("detail"))
    ended = line.get("ended_at")
    begun = ChangeRecord(
        str(line["entry_id"]),
        str(line["pipeline"]),
        Lever(str(line["lever"]), str(line["where"])),
        str(line["operation"]),
        int(line["from_capacity"]),
        int(line["to_capacity"]),
        str(line["because"]),
        moment_in(line["begun_at"]),
        marks=tuple(line.get("marks", ())),
        caller=line.get("caller"),
    )
    ended_at = begun.begun_at if ended is None else moment_in(ended)

    def write(ledger: Ledger) -> bool:
        there = ledger.change_record(begun.entry_id)
        writer.arn = begun.caller
        if there is None and not ledger.begin(begun):
            raise _IsOpen(
                f"the ledger has another open intention of {begun.lever}: settle it first"
            )
        if outcome is not Outcome.BEGUN and (there is None or there.outcome is Outcome.BEGUN):
            ledger.complete(begun.entry_id, outcome, ended_at, detail)
            return True
        return there is None

    return write


def _snapshot(line: Line, _: Writer) -> Write:
    seen = from_text(str(line["value"]), str(line["pipeline"]), moment_in(line["at"]))

    def write(ledger: Ledger) -> bool:
        found = ledger.last_snapshot(seen.pipeline, seen.at + _TICK)
        if found is not None and found.at == seen.at:
            return False
        ledger.keep_snapshot(seen)
        return True

    return write


def _desired(line: Line, _: Writer) -> Write:
    lever = Lever(str(line["lever"]), str(line["where"]))
    desired = DesiredCapacity.from_text(str(line["value"]))

    def write(ledger: Ledger) -> bool:
        if ledger.desired(lever) is not None:
            return False
        ledger.keep_desired(lever, desired)
        return True

    return write


def _pause(line: Line, _: Writer) -> Write:
    pause = Pause.from_text(str(line["value"]))

    def write(ledger: Ledger) -> bool:
        if any(each.key == pause.key for each in ledger.pauses()):
            return False
        ledger.keep_pause(pause)
        return True

    return write


def _note(line: Line, _: Writer) -> Write:
    name, value = str(line["name"]), str(line["value"])

    def write(ledger: Ledger) -> bool:
        # An export of another version may say whose it was: the file that reads it is not that one.
        if name == HOME or ledger.kept(name) is not None:
            return False
        ledger.keep(name, value)
        return True

    return write


_KINDS: Mapping[str, Callable[[Line, Writer], Write]] = {
    CHANGE_RECORD: _change_record,
    SNAPSHOT: _snapshot,
    DESIRED: _desired,
    PAUSE: _pause,
    NOTE: _note,
}
