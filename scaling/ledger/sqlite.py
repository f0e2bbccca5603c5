"""The ledger as a SQLite file: the embedded default, safe between processes of one machine."""

from datetime import datetime

from tidegate.scaling.ledger.file_locks import FileLocks
from tidegate.scaling.ledger.sqlite_changes import COLUMNS, INDEXES, SqliteChanges, as_text
from tidegate.scaling.ledger.sqlite_desired import SqliteDesired
from tidegate.scaling.ledger.sqlite_file import LedgerFile, Schema
from tidegate.scaling.ledger.sqlite_leases import LEASE_COLUMNS, SqliteLeases
from tidegate.scaling.model.change_record import KEEP, CallerArn, moment_in, nobody
from tidegate.scaling.model.pause import Pause
from tidegate.scaling.model.snapshot import StatusSnapshot, from_text, to_text

__all__ = ["SqliteLedger"]

_SCHEMA: Schema = {
    "entry": COLUMNS,
    "desired": {
        "kind": "TEXT",
        "place": "TEXT",
        "value": "TEXT NOT NULL",
        "": "PRIMARY KEY (kind, place)",
    },
    "pause": {"name": "TEXT PRIMARY KEY", "value": "TEXT NOT NULL"},
    "note": {"name": "TEXT PRIMARY KEY", "value": "TEXT NOT NULL"},
    "sighting": {
        "pipeline": "TEXT",
        "at": "TEXT",
        "value": "TEXT NOT NULL",
        "": "PRIMARY KEY (pipeline, at)",
    },
    "lease": LEASE_COLUMNS,
}
_NO_LOG = "journal"
"""The note that says that no write-ahead log can be had where the file is: not to be tried anew by
every process, while others are at work."""


class SqliteLedger(SqliteChanges, SqliteLeases, SqliteDesired):
    """``tidegate.scaling.ports.Ledger`` in a file; ``:memory:`` forgets with the process.

    Raises LedgerUnavailable while another process holds the file or the disk is full, and
    ConfigurationError for a file that is no ledger. ``to_look`` makes and changes nothing.
    ``caller`` gives the ARN that change records keep.
    """

    def __init__(self, path: str, *, to_look: bool = False, caller: CallerArn = nobody) -> None:
        super().__init__(LedgerFile(path, _SCHEMA, INDEXES, to_look=to_look))
        self._caller = caller
        self._locks = FileLocks(path)
        if not to_look and not self._file.read("SELECT * FROM note WHERE name = ?", _NO_LOG):
            self._log_if_possible()

    def _log_if_possible(self) -> None:
        if not self._file.use_log():
            with self._file.alone() as connection:
                row = (_NO_LOG, "rollback")
                connection.execute("INSERT INTO note (name, value) VALUES (?, ?)", row)

    def close(self) -> None:
        """Close the file."""
        self._locks.close()
        self._file.close()

    def keep_pause(self, pause: Pause) -> None:
        """Keep a pause."""
        with self._file.alone() as connection:
            row = (pause.key, pause.to_text())
            connection.execute("INSERT OR REPLACE INTO pause (name, value) VALUES (?, ?)", row)

    def end_pause(self, key: str) -> bool:
        """Forget a pause."""
        with self._file.alone() as connection:
            cursor = connection.execute("DELETE FROM pause WHERE name = ?", (key,))
        return cursor.rowcount == 1

    def pauses(self) -> tuple[Pause, ...]:
        """Every pause."""
        rows = self._file.read("SELECT value FROM pause ORDER BY name")
        with self._file.in_words():
            return tuple(Pause.from_text(text) for (text,) in rows)

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

    def notes(self) -> dict[str, str]:
        """Every note."""
        rows = self._file.read("SELECT name, value FROM note ORDER BY name")
        return {str(name): str(value) for name, value in rows if name != _NO_LOG}

    def keep_snapshot(self, snapshot: StatusSnapshot) -> None:
        """Keep what a sweep saw, and forget what is older than KEEP."""
        row = (snapshot.pipeline, as_text(snapshot.at), to_text(snapshot))
        with self._file.alone() as connection:
            connection.execute("DELETE FROM sighting WHERE at < ?", (as_text(snapshot.at - KEEP),))
            connection.execute(
                "INSERT OR REPLACE INTO sighting (pipeline, at, value) VALUES (?, ?, ?)", row
            )

    def snapshots(self, pipeline: str, since: datetime) -> tuple[StatusSnapshot, ...]:
        """Sightings from a moment on, oldest first."""
        rows = self._file.read(
            "SELECT value, at FROM sighting WHERE pipeline = ? AND at >= ? ORDER BY at",
            pipeline,
            as_text(since),
        )
        with self._file.in_words():
            return tuple(from_text(text, pipeline, moment_in(at)) for text, at in rows)

    def last_snapshot(self, pipeline: str, before: datetime) -> StatusSnapshot | None:
        """The newest status snapshot before a moment."""
        rows = self._file.read(
            "SELECT value, at FROM sighting WHERE pipeline = ? AND at < ? ORDER BY at DESC LIMIT 1",
            pipeline,
            as_text(before),
        )
        with self._file.in_words():
            return from_text(rows[0][0], pipeline, moment_in(rows[0][1])) if rows else None

    def pipelines(self) -> tuple[str, ...]:
        """Names that anything was written under."""
        rows = self._file.read(
            "SELECT pipeline FROM entry UNION SELECT pipeline FROM sighting ORDER BY pipeline"
        )
        return tuple(str(name) for (name,) in rows)
