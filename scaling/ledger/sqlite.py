"""The ledger as a SQLite file: the embedded default, safe between processes of one machine."""

from datetime import UTC, datetime
from typing import Any

from tidegate.scaling.ledger.sqlite_desired import SqliteDesired
from tidegate.scaling.ledger.sqlite_file import LedgerFile, Schema
from tidegate.scaling.model.change_record import (
    KEEP,
    ChangeRecord,
    Lever,
    Outcome,
    moment_in,
    outcome_in,
)
from tidegate.scaling.model.snapshot import StatusSnapshot, from_text, to_text

__all__ = ["SqliteLedger"]

_SCHEMA: Schema = {
    "entry": {
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
    },
    "desired": {
        "kind": "TEXT",
        "place": "TEXT",
        "value": "TEXT NOT NULL",
        "": "PRIMARY KEY (kind, place)",
    },
    "note": {"name": "TEXT PRIMARY KEY", "value": "TEXT NOT NULL"},
    "sighting": {
        "pipeline": "TEXT",
        "at": "TEXT",
        "value": "TEXT NOT NULL",
        "": "PRIMARY KEY (pipeline, at)",
    },
    "lease": {
        "resource": "TEXT PRIMARY KEY",
        "holder": "TEXT NOT NULL",
        "ends_at": "REAL NOT NULL",
    },
}
_INDEXES = """
CREATE INDEX IF NOT EXISTS entry_by_moment ON entry (pipeline, begun_at);
CREATE UNIQUE INDEX IF NOT EXISTS one_open_entry ON entry (kind, place) WHERE outcome = 'begun';
"""
_ENTRY = ", ".join(_SCHEMA["entry"])
_NO_LOG = "journal"
"""The note that says that no write-ahead log can be had where the file is: not to be tried anew by
every process, while others are at work."""


class SqliteLedger(SqliteDesired):
    """``tidegate.scaling.ports.Ledger`` in a file; ``:memory:`` forgets with the process.

    Raises LedgerUnavailable while another process holds the file or the disk is full, and
    ConfigurationError for a file that is no ledger. ``to_look`` makes and changes nothing.
    """

    def __init__(self, path: str, *, to_look: bool = False) -> None:
        super().__init__(LedgerFile(path, _SCHEMA, _INDEXES, to_look=to_look))
        if not to_look and not self._file.read("SELECT * FROM note WHERE name = ?", _NO_LOG):
            self._log_if_possible()

    def _log_if_possible(self) -> None:
        if not self._file.use_log():
            with self._file.alone() as connection:
                row = (_NO_LOG, "rollback")
                connection.execute("INSERT INTO note (name, value) VALUES (?, ?)", row)

    def close(self) -> None:
        """Close the file."""
        self._file.close()

    def acquire(self, resource: str, holder: str, now: datetime, seconds: int) -> bool:
        """Take or prolong a lease."""
        moment = now.timestamp()
        with self._file.alone() as connection:
            row = connection.execute(
                "SELECT holder, ends_at FROM lease WHERE resource = ?", (resource,)
            ).fetchone()
            if row is not None and row[0] != holder and float(row[1]) > moment:
                return False
            connection.execute(
                "INSERT OR REPLACE INTO lease (resource, holder, ends_at) VALUES (?, ?, ?)",
                (resource, holder, moment + seconds),
            )
        return True

    def release(self, resource: str, holder: str) -> None:
        """Give a lease back."""
        with self._file.alone() as connection:
            connection.execute(
                "DELETE FROM lease WHERE resource = ? AND holder = ?", (resource, holder)
            )

    def begin(self, change_record: ChangeRecord) -> bool:
        """Write an intention down, unless it or another of the same lever is there."""
        row = (
            change_record.entry_id,
            change_record.pipeline,
            change_record.lever.kind_word,
            change_record.lever.where,
            change_record.operation,
            change_record.from_capacity,
            change_record.to_capacity,
            change_record.because,
            _text(change_record.begun_at),
            change_record.outcome.value,
            None if change_record.ended_at is None else _text(change_record.ended_at),
            change_record.detail,
        )
        with self._file.alone() as connection:
            marks = ",".join("?" * len(row))
            cursor = connection.execute(
                f"INSERT INTO entry ({_ENTRY}) VALUES ({marks}) ON CONFLICT DO NOTHING", row
            )
        return cursor.rowcount == 1

    def complete(self, entry_id: str, outcome: Outcome, at: datetime, detail: str | None) -> None:
        """Close an intention once."""
        with self._file.alone() as connection:
            connection.execute(
                "UPDATE entry SET outcome = ?, ended_at = ?, detail = ? "
                "WHERE entry_id = ? AND outcome = 'begun'",
                (outcome.value, _text(at), detail, entry_id),
            )

    def change_records(self, pipeline: str, since: datetime) -> tuple[ChangeRecord, ...]:
        """Entries that began at or after a moment, oldest first."""
        rows = self._file.read(
            f"SELECT {_ENTRY} FROM entry WHERE pipeline = ? AND begun_at >= ? "
            "ORDER BY begun_at, rowid",
            pipeline,
            _text(since),
        )
        return self._entries(rows)

    def keep(self, name: str, value: str) -> None:
        """Keep a note."""
        with self._file.alone() as connection:
            connection.execute(
                "INSERT OR REPLACE INTO note (name, value) VALUES (?, ?)", (name, value)
            )

    def kept(self, name: str) -> str | None:
        """The note of that name."""
        rows = self._file.read("SELECT value FROM note WHERE name = ?", name)
        return str(rows[0][0]) if rows else None

    def change_records_of(self, lever: Lever, since: datetime) -> tuple[ChangeRecord, ...]:
        """Entries of a lever, oldest first."""
        rows = self._file.read(
            f"SELECT {_ENTRY} FROM entry WHERE kind = ? AND place = ? AND begun_at >= ? "
            "ORDER BY begun_at, rowid",
            lever.kind_word,
            lever.where,
            _text(since),
        )
        return self._entries(rows)

    def keep_snapshot(self, snapshot: StatusSnapshot) -> None:
        """Keep what a sweep saw, and forget what is older than KEEP."""
        row = (snapshot.pipeline, _text(snapshot.at), to_text(snapshot))
        with self._file.alone() as connection:
            connection.execute("DELETE FROM sighting WHERE at < ?", (_text(snapshot.at - KEEP),))
            connection.execute(
                "INSERT OR REPLACE INTO sighting (pipeline, at, value) VALUES (?, ?, ?)", row
            )

    def snapshots(self, pipeline: str, since: datetime) -> tuple[StatusSnapshot, ...]:
        """Sightings from a moment on, oldest first."""
        rows = self._file.read(
            "SELECT value, at FROM sighting WHERE pipeline = ? AND at >= ? ORDER BY at",
            pipeline,
            _text(since),
        )
        with self._file.in_words():
            return tuple(from_text(text, pipeline, moment_in(at)) for text, at in rows)

    def last_snapshot(self, pipeline: str, before: datetime) -> StatusSnapshot | None:
        """The newest status snapshot before a moment."""
        rows = self._file.read(
            "SELECT value, at FROM sighting WHERE pipeline = ? AND at < ? ORDER BY at DESC LIMIT 1",
            pipeline,
            _text(before),
        )
        with self._file.in_words():
            return from_text(rows[0][0], pipeline, moment_in(rows[0][1])) if rows else None

    def pipelines(self) -> tuple[str, ...]:
        """Names that anything was written under."""
        rows = self._file.read(
            "SELECT pipeline FROM entry UNION SELECT pipeline FROM sighting ORDER BY pipeline"
        )
        return tuple(str(name) for (name,) in rows)

    def _entries(self, rows: list[Any]) -> tuple[ChangeRecord, ...]:
        """One that can't be read leaves no budget known."""
        with self._file.in_words():
            return tuple(map(_entry, rows))


def _text(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat(timespec="microseconds")


def _entry(row: tuple[Any, ...]) -> ChangeRecord:
    entry_id, pipeline, kind, place, operation, before, after, because = row[:8]
    begun, word, ended, told = row[8:]
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
    )
