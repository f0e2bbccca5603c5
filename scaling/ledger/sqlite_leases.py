"""The leases in the ledger's file, and the locks beside it by which a dead holder is known."""

from datetime import UTC, datetime

from tidegate.scaling.ledger.file_locks import FileLocks
from tidegate.scaling.ledger.sqlite_file import LedgerFile
from tidegate.scaling.model.change_record import Lease

__all__ = ["LEASE_COLUMNS", "SqliteLeases"]

LEASE_COLUMNS = {
    "resource": "TEXT PRIMARY KEY",
    "holder": "TEXT NOT NULL",
    "ends_at": "REAL NOT NULL",
    "locked": "INTEGER",
}


class SqliteLeases:
    """The part of ``Ledger`` that keeps leases, one row a resource.

    A holder also locks a file, where that can be done, and its row says so. The kernel drops the
    lock with the process: a lease whose file is locked by nobody is that of a dead one.
    """

    _file: LedgerFile
    _locks: FileLocks

    def acquire(self, resource: str, holder: str, now: datetime, seconds: int) -> bool:
        """Take or prolong a lease."""
        moment = now.timestamp()
        with self._file.alone() as connection:
            row = connection.execute(
                "SELECT holder, ends_at, locked FROM lease WHERE resource = ?", (resource,)
            ).fetchone()
            is_own = row is not None and row[0] == holder
            is_locked = self._locks.take(resource, holder)
            is_anothers = row is not None and not is_own and float(row[1]) > moment
            if is_anothers and not (row[2] and is_locked):
                if is_locked:
                    self._locks.drop(resource, holder)
                return False
            connection.execute(
                "INSERT OR REPLACE INTO lease (resource, holder, ends_at, locked) "
                "VALUES (?, ?, ?, ?)",
                (resource, holder, moment + seconds, int(is_locked)),
            )
        return True

    def release(self, resource: str, holder: str) -> None:
        """Give a lease back."""
        with self._file.alone() as connection:
            connection.execute(
                "DELETE FROM lease WHERE resource = ? AND holder = ?", (resource, holder)
            )
        self._locks.drop(resource, holder)

    def leases(self) -> tuple[Lease, ...]:
        """Every lease."""
        rows = self._file.read(
            "SELECT resource, holder, ends_at, locked FROM lease ORDER BY resource"
        )
        with self._file.in_words():
            return tuple(
                Lease(
                    str(resource),
                    str(holder),
                    datetime.fromtimestamp(float(ends_at), UTC),
                    bool(locked) and self._locks.is_taken(str(resource)),
                )
                for resource, holder, ends_at, locked in rows
            )
