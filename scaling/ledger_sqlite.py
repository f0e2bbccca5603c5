"""The ledger as a SQLite file: the embedded default, safe between processes of one machine."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from scaling.errors import ConfigurationError, Mistake
from scaling.record import KEEP, Entry, Lever, Outcome, Wished
from scaling.sighting import Sighting, from_text, to_text

__all__ = ["SqliteLedger"]

_SCHEMA = """
CREATE TABLE IF NOT EXISTS entry (
    entry_id TEXT PRIMARY KEY, pipeline TEXT NOT NULL, kind TEXT NOT NULL, place TEXT NOT NULL,
    operation TEXT NOT NULL, from_capacity INTEGER NOT NULL, to_capacity INTEGER NOT NULL,
    because TEXT NOT NULL, begun_at TEXT NOT NULL, outcome TEXT NOT NULL, ended_at TEXT,
    detail TEXT);
CREATE INDEX IF NOT EXISTS entry_by_moment ON entry (pipeline, begun_at);
CREATE UNIQUE INDEX IF NOT EXISTS one_open_entry ON entry (kind, place) WHERE outcome = 'begun';
CREATE TABLE IF NOT EXISTS desired (
    kind TEXT, place TEXT, value TEXT NOT NULL, PRIMARY KEY (kind, place));
CREATE TABLE IF NOT EXISTS note (name TEXT PRIMARY KEY, value TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS sighting (
    pipeline TEXT, at TEXT, value TEXT NOT NULL, PRIMARY KEY (pipeline, at));
CREATE TABLE IF NOT EXISTS lease (
    resource TEXT PRIMARY KEY, holder TEXT NOT NULL, ends_at REAL NOT NULL);
"""


class SqliteLedger:
    """``scaling.ports.Ledger`` in a file; ``:memory:`` forgets with the process."""

    def __init__(self, path: str) -> None:
        if path != ":memory:":
            Path(path).parent.mkdir(parents=True, exist_ok=True)
        self._path = path
        self._connection = sqlite3.connect(path, timeout=10, isolation_level=None)
        self._connection.executescript(_SCHEMA)

    def close(self) -> None:
        """Close the file."""
        self._connection.close()

    @contextmanager
    def _alone(self) -> Iterator[sqlite3.Connection]:
        """A transaction that no other writer is in. ConfigurationError where none may write."""
        try:
            self._connection.execute("BEGIN IMMEDIATE")
            try:
                yield self._connection
            except BaseException:
                self._connection.execute("ROLLBACK")
                raise
            self._connection.execute("COMMIT")
        except sqlite3.DatabaseError as error:
            raise self._unusable(error) from error

    def _read(self, query: str, *values: str) -> list[Any]:
        """Rows of a query. ConfigurationError where the file is damaged."""
        try:
            return self._connection.execute(query, values).fetchall()
        except sqlite3.DatabaseError as error:
            raise self._unusable(error) from error

    def _unusable(self, error: sqlite3.DatabaseError) -> ConfigurationError:
        words = f"it can't be used as a ledger: {error}"
        return ConfigurationError((Mistake(self._path, 1, 1, words),))

    def acquire(self, resource: str, holder: str, now: datetime, seconds: int) -> bool:
        """Take or prolong a lease."""
        moment = now.timestamp()
        with self._alone() as connection:
            row = connection.execute(
                "SELECT holder, ends_at FROM lease WHERE resource = ?", (resource,)
            ).fetchone()
            if row is not None and row[0] != holder and row[1] > moment:
                return False
            connection.execute(
                "INSERT OR REPLACE INTO lease VALUES (?, ?, ?)",
                (resource, holder, moment + seconds),
            )
        return True

    def release(self, resource: str, holder: str) -> None:
        """Give a lease back."""
        with self._alone() as connection:
            connection.execute(
                "DELETE FROM lease WHERE resource = ? AND holder = ?", (resource, holder)
            )

    def begin(self, entry: Entry) -> bool:
        """Write an intention down, unless it or another of the same lever is there."""
        row = (
            entry.entry_id,
            entry.pipeline,
            entry.lever.kind_word,
            entry.lever.where,
            entry.operation,
            entry.from_capacity,
            entry.to_capacity,
            entry.because,
            _text(entry.begun_at),
            entry.outcome.value,
            None if entry.ended_at is None else _text(entry.ended_at),
            entry.detail,
        )
        with self._alone() as connection:
            marks = ",".join("?" * len(row))
            cursor = connection.execute(f"INSERT OR IGNORE INTO entry VALUES ({marks})", row)
        return cursor.rowcount == 1

    def complete(self, entry_id: str, outcome: Outcome, at: datetime, detail: str | None) -> None:
        """Close an intention once."""
        with self._alone() as connection:
            connection.execute(
                "UPDATE entry SET outcome = ?, ended_at = ?, detail = ? "
                "WHERE entry_id = ? AND outcome = 'begun'",
                (outcome.value, _text(at), detail, entry_id),
            )

    def entries(self, pipeline: str, since: datetime) -> tuple[Entry, ...]:
        """Entries that began at or after a moment, oldest first."""
        rows = self._read(
            "SELECT * FROM entry WHERE pipeline = ? AND begun_at >= ? ORDER BY begun_at, rowid",
            pipeline,
            _text(since),
        )
        return tuple(_entry(row) for row in rows)

    def wish(self, lever: Lever, wish: Wished | None) -> None:
        """Keep the desired capacity of a lever, or forget it."""
        place = (lever.kind_word, lever.where)
        with self._alone() as connection:
            if wish is None:
                connection.execute("DELETE FROM desired WHERE kind = ? AND place = ?", place)
            else:
                row = (*place, wish.to_text())
                connection.execute("INSERT OR REPLACE INTO desired VALUES (?, ?, ?)", row)

    def wished(self, lever: Lever) -> Wished | None:
        """The desired capacity of a lever."""
        return self.wishes().get(lever)

    def wishes(self) -> dict[Lever, Wished]:
        """Every desired capacity."""
        rows = self._read("SELECT kind, place, value FROM desired")
        return {Lever(kind, place): Wished.from_text(text) for kind, place, text in rows}

    def amend_wish(self, lever: Lever, before: Wished, after: Wished | None) -> bool:
        """Replace a desired capacity that is still ``before``."""
        same = (lever.kind_word, lever.where, before.to_text())
        where = "WHERE kind = ? AND place = ? AND value = ?"
        with self._alone() as connection:
            if after is None:
                cursor = connection.execute(f"DELETE FROM desired {where}", same)
            else:
                cursor = connection.execute(
                    f"UPDATE desired SET value = ? {where}", (after.to_text(), *same)
                )
        return cursor.rowcount == 1

    def keep(self, name: str, value: str) -> None:
        """Keep a note."""
        with self._alone() as connection:
            connection.execute("INSERT OR REPLACE INTO note VALUES (?, ?)", (name, value))

    def kept(self, name: str) -> str | None:
        """The note of that name."""
        rows = self._read("SELECT value FROM note WHERE name = ?", name)
        return str(rows[0][0]) if rows else None

    def entries_of(self, lever: Lever, since: datetime) -> tuple[Entry, ...]:
        """Entries of a lever, oldest first."""
        rows = self._read(
            "SELECT * FROM entry WHERE kind = ? AND place = ? AND begun_at >= ? "
            "ORDER BY begun_at, rowid",
            lever.kind_word,
            lever.where,
            _text(since),
        )
        return tuple(_entry(row) for row in rows)

    def sight(self, sighting: Sighting) -> None:
        """Keep what a sweep saw, and forget what is older than KEEP."""
        row = (sighting.pipeline, _text(sighting.at), to_text(sighting))
        with self._alone() as connection:
            connection.execute("DELETE FROM sighting WHERE at < ?", (_text(sighting.at - KEEP),))
            connection.execute("INSERT OR REPLACE INTO sighting VALUES (?, ?, ?)", row)

    def sightings(self, pipeline: str, since: datetime) -> tuple[Sighting, ...]:
        """Sightings from a moment on, oldest first."""
        rows = self._read(
            "SELECT value FROM sighting WHERE pipeline = ? AND at >= ? ORDER BY at",
            pipeline,
            _text(since),
        )
        return tuple(from_text(text) for (text,) in rows)

    def sighted(self, pipeline: str, before: datetime) -> Sighting | None:
        """The newest sighting before a moment."""
        rows = self._read(
            "SELECT value FROM sighting WHERE pipeline = ? AND at < ? ORDER BY at DESC LIMIT 1",
            pipeline,
            _text(before),
        )
        return from_text(rows[0][0]) if rows else None

    def pipelines(self) -> tuple[str, ...]:
        """Names that anything was written under."""
        rows = self._read(
            "SELECT pipeline FROM entry UNION SELECT pipeline FROM sighting ORDER BY pipeline"
        )
        return tuple(name for (name,) in rows)


def _text(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat(timespec="microseconds")


def _entry(row: tuple[str, ...]) -> Entry:
    entry_id, pipeline, kind, place, operation, before, after, because, begun, outcome = row[:10]
    ended, detail = row[10:]
    return Entry(
        entry_id,
        pipeline,
        Lever(kind, place),
        operation,
        int(before),
        int(after),
        because,
        datetime.fromisoformat(begun),
        Outcome(outcome),
        datetime.fromisoformat(ended) if ended else None,
        detail,
    )
