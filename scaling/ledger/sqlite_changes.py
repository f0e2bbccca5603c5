"""The change records in the ledger's file."""

import json
from collections.abc import Callable, Collection, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from tidegate.scaling.config.levers import resource_of
from tidegate.scaling.ledger.sqlite_file import LedgerFile
from tidegate.scaling.model.change_record import (
    ChangeRecord,
    Lever,
    Outcome,
    closed_by,
    moment_in,
    outcome_in,
    revision,
)

__all__ = ["COLUMNS", "INDEXES", "SqliteChanges", "as_text"]

COLUMNS = {
    "entry_id": "TEXT PRIMARY KEY",
    "pipeline": "TEXT NOT NULL",
    "kind": "TEXT NOT NULL",
    "place": "TEXT NOT NULL",
    "operation": "TEXT NOT NULL",
    "from_capacity": "INTEGER NOT NULL",
    "to_capacity": "INTEGER NOT NULL",
    "because": "TEXT NOT NULL",
    "begun_at": "TEXT NOT NULL",
    "outcome": "TEXT NOT NULL",
    "ended_at": "TEXT",
    "detail": "TEXT",
    "marks": "TEXT",
    "caller": "TEXT",
    "resource": "TEXT",
}
INDEXES = """
CREATE INDEX IF NOT EXISTS entry_by_moment ON entry (pipeline, begun_at);
CREATE INDEX IF NOT EXISTS entry_by_resource ON entry (resource);
CREATE UNIQUE INDEX IF NOT EXISTS one_open_entry ON entry (kind, place) WHERE outcome = 'begun';
"""
_ENTRY = ", ".join(list(COLUMNS)[:-1])


class _NotWritten(Exception):
    """Another run was faster; it ends the transaction."""


class SqliteChanges:
    """The part of ``Ledger`` that keeps change records, one row each."""

    _file: LedgerFile
    _caller: Callable[[], str | None]

    def newest(self, resources: Collection[str]) -> dict[str, str]:
        """The newest change record of each resource."""
        found = {each: self._newest(each) for each in resources}
        return {each: newest for each, newest in found.items() if newest is not None}

    def _newest(self, resource: str) -> str | None:
        rows = self._file.read(
            "SELECT entry_id, outcome FROM entry WHERE resource = ? ORDER BY rowid DESC LIMIT 1",
            resource,
        )
        if not rows:
            return None
        entry_id, word = rows[0]
        return revision(str(entry_id), outcome_in(word, None)[0])

    def begin(self, *change_records: ChangeRecord, after: Mapping[str, str] | None = None) -> bool:
        """Write the intentions of one call down, unless another run was faster."""
        marks = ",".join("?" * len(COLUMNS))
        # Asked before the file is held for others.
        caller = self._caller()
        try:
            with self._file.alone() as connection:
                resources = {resource_of(each.lever) for each in change_records}
                for resource in resources if after is not None else ():
                    if self._newest(resource) != (after or {}).get(resource):
                        raise _NotWritten
                for change_record in change_records:
                    cursor = connection.execute(
                        f"INSERT INTO entry ({', '.join(COLUMNS)}) VALUES ({marks}) "
                        "ON CONFLICT DO NOTHING",
                        _row(replace(change_record, caller=caller)),
                    )
                    if cursor.rowcount != 1:
                        raise _NotWritten
        except _NotWritten:
            return False
        return True

    def complete(self, entry_id: str, outcome: Outcome, at: datetime, detail: str | None) -> None:
        """Close an intention once."""
        words = [each.value for each in closed_by(outcome)]
        marks = ",".join("?" * len(words))
        with self._file.alone() as connection:
            connection.execute(
                "UPDATE entry SET outcome = ?, ended_at = ?, detail = ? "
                f"WHERE entry_id = ? AND outcome IN ({marks})",
                (outcome.value, as_text(at), detail, entry_id, *words),
            )

    def change_record(self, entry_id: str) -> ChangeRecord | None:
        """The entry of that id."""
        rows = self._file.read(f"SELECT {_ENTRY} FROM entry WHERE entry_id = ?", entry_id)
        return next(iter(self._entries(rows)), None)

    def open_change_records(
        self, levers: Collection[Lever] | None = None
    ) -> tuple[ChangeRecord, ...]:
        """Entries that are still begun."""
        rows = self._file.read(
            f"SELECT {_ENTRY} FROM entry WHERE outcome = 'begun' ORDER BY begun_at, rowid"
        )
        found = self._entries(rows)
        return tuple(each for each in found if levers is None or each.lever in levers)

    def change_records(self, pipeline: str, since: datetime) -> tuple[ChangeRecord, ...]:
        """Entries that began at or after a moment, oldest first."""
        rows = self._file.read(
            f"SELECT {_ENTRY} FROM entry WHERE pipeline = ? AND begun_at >= ? "
            "ORDER BY begun_at, rowid",
            pipeline,
            as_text(since),
        )
        return self._entries(rows)

    def change_records_of(self, lever: Lever, since: datetime) -> tuple[ChangeRecord, ...]:
        """Entries of a lever, oldest first."""
        rows = self._file.read(
            f"SELECT {_ENTRY} FROM entry WHERE kind = ? AND place = ? AND begun_at >= ? "
            "ORDER BY begun_at, rowid",
            lever.kind_word,
            lever.where,
            as_text(since),
        )
        return self._entries(rows)

    def _entries(self, rows: list[Any]) -> tuple[ChangeRecord, ...]:
        """One that can't be read leaves no budget known."""
        with self._file.in_words():
            return tuple(map(_entry, rows))


def as_text(moment: datetime) -> str:
    """A moment so that texts sort as moments do."""
    return moment.astimezone(UTC).isoformat(timespec="microseconds")


def _row(change_record: ChangeRecord) -> tuple[Any, ...]:
    return (
        change_record.entry_id,
        change_record.pipeline,
        change_record.lever.kind_word,
        change_record.lever.where,
        change_record.operation,
        change_record.from_capacity,
        change_record.to_capacity,
        change_record.because,
        as_text(change_record.begun_at),
        change_record.outcome.value,
        None if change_record.ended_at is None else as_text(change_record.ended_at),
        change_record.detail,
        json.dumps(change_record.marks),
        change_record.caller,
        resource_of(change_record.lever),
    )


def _entry(row: tuple[Any, ...]) -> ChangeRecord:
    entry_id, pipeline, kind, place, operation, before, after, because = row[:8]
    begun, word, ended, told, marks, caller = row[8:]
    if not all(isinstance(each, str) for each in (entry_id, kind, place, operation, because)):
        raise ValueError(f"entry {entry_id!r} can't be read")
    outcome, detail = outcome_in(word, told)
    return ChangeRecord(
        entry_id,
        pipeline,
        Lever(kind, place),
        operation,
        int(before),
        int(after),
        because,
        moment_in(begun),
        outcome,
        moment_in(ended) if ended else None,
        detail,
        tuple(json.loads(marks or "[]")),
        caller,
    )
