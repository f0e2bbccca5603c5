"""A ledger as lines of JSON, so that it can be kept, or gone on with in another place.

The first line says of which form they are. Leases are left out: who holds one is at work, here
and now.
"""

import json
from collections.abc import Iterator
from datetime import UTC, datetime

from tidegate.scaling.model.change_record import ChangeRecord, DesiredCapacity, Lever
from tidegate.scaling.model.pause import Pause
from tidegate.scaling.model.snapshot import StatusSnapshot, to_text
from tidegate.scaling.ports import Ledger

__all__ = [
    "CHANGE_RECORD",
    "DESIRED",
    "FORMAT",
    "HEAD",
    "HOME",
    "NOTE",
    "PAUSE",
    "SNAPSHOT",
    "exported",
]

FORMAT = 1
"""Higher by one whenever an earlier version of Tidegate would take a line amiss. A field more, or a
kind of line more, is no such change: they are left out by a version that doesn't know them."""

HEAD, CHANGE_RECORD, SNAPSHOT = "ledger", "change-record", "snapshot"
DESIRED, PAUSE, NOTE = "desired", "pause", "note"
"""The kinds of lines."""

HOME = "home"
"""The note of which account and region a file is the ledger of. It stays with the file: what is
exported may be gone on with in another region."""

_EVER = datetime(1970, 1, 1, tzinfo=UTC)


def exported(ledger: Ledger, now: datetime) -> Iterator[str]:
    """All that a ledger keeps, each line without its end. Change records and snapshots come oldest
    first, so that a ledger that is written line by line has the same newest ones."""
    yield _line(HEAD, format=FORMAT, exported_at=now.isoformat())
    pipelines = ledger.pipelines()
    records = (each for name in pipelines for each in ledger.change_records(name, _EVER))
    yield from map(_of_record, sorted(records, key=lambda each: each.begun_at))
    for name in pipelines:
        yield from map(_of_snapshot, ledger.snapshots(name, _EVER))
    for lever, desired in ledger.all_desired().items():
        yield _of_desired(lever, desired)
    yield from map(_of_pause, ledger.pauses())
    for name, value in ledger.notes().items():
        if name != HOME:
            yield _line(NOTE, name=name, value=value)


def _line(kind: str, **fields: object) -> str:
    return json.dumps({"kind": kind, **fields})


def _of_record(record: ChangeRecord) -> str:
    return _line(
        CHANGE_RECORD,
        entry_id=record.entry_id,
        pipeline=record.pipeline,
        lever=record.lever.kind_word,
        where=record.lever.where,
        operation=record.operation,
        from_capacity=record.from_capacity,
        to_capacity=record.to_capacity,
        because=record.because,
        begun_at=record.begun_at.isoformat(),
        outcome=record.outcome.value,
        ended_at=None if record.ended_at is None else record.ended_at.isoformat(),
        detail=record.detail,
        marks=record.marks,
        caller=record.caller,
    )


def _of_snapshot(seen: StatusSnapshot) -> str:
    return _line(SNAPSHOT, pipeline=seen.pipeline, at=seen.at.isoformat(), value=to_text(seen))


def _of_desired(lever: Lever, desired: DesiredCapacity) -> str:
    return _line(DESIRED, lever=lever.kind_word, where=lever.where, value=desired.to_text())


def _of_pause(pause: Pause) -> str:
    return _line(PAUSE, value=pause.to_text())
