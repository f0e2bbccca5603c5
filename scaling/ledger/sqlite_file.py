"""The SQLite file beneath a ledger: opened, read, and written in transactions of its own."""

import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from tidegate.scaling.ledger.schema_version import SCHEMA_VERSION
from tidegate.scaling.model.errors import (
    ConfigurationError,
    LedgerUnavailable,
    Mistake,
    TidegateError,
)

__all__ = ["BUSY_SECONDS", "LedgerFile", "Schema", "is_networked"]

BUSY_SECONDS = 10.0
"""How long another process that writes is waited for; a transaction of Tidegate takes none."""

MOUNTS = Path("/proc/self/mounts")
"""What is mounted where; on Linux only (proc_pid_mounts(5))."""

_NETWORKED = ("9p", "afs", "ceph", "cifs", "fuse.", "glusterfs", "lustre", "nfs", "smb")
"""Begins the types of file systems that other machines may have mounted as well."""

_LATER = (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED, sqlite3.SQLITE_PROTOCOL)
_DAMAGE = (sqlite3.Error, ValueError, TypeError, OverflowError, MemoryError)
"""What SQLite raises for a damaged file, and Python for what such a file holds."""

Schema = Mapping[str, Mapping[str, str]]
"""The columns of each table with their types; under an empty name a constraint of the table."""


class LedgerFile:
    """One connection to one file. What only wants to look writes nothing, and makes no file.

    A column that may be empty may be missing in a file of another version: it is added, or to look
    at read as empty. Unknown columns are left alone, as is the form of a later ``SCHEMA_VERSION``.
    """

    def __init__(self, path: str, schema: Schema, indexes: str, *, to_look: bool) -> None:
        self._path = path
        self._place = Path(path).absolute()
        with self.in_words():
            self._connection = self._looking(schema) if to_look else self._writing(schema, indexes)

    def close(self) -> None:
        """Close the file."""
        self._connection.close()

    @contextmanager
    def alone(self) -> Iterator[sqlite3.Connection]:
        """A transaction that no other writer is in. However it ends, none is left open.

        LedgerUnavailable where it can't be had now, ConfigurationError where it never will be.
        """
        with self.in_words():
            try:
                self._connection.execute("BEGIN IMMEDIATE")
                yield self._connection
                self._connection.execute("COMMIT")
            except BaseException:
                # SQLite may have rolled back by itself; what goes wrong here is never the cause.
                with suppress(sqlite3.Error):
                    self._connection.rollback()
                raise

    def read(self, query: str, *values: str) -> list[Any]:
        """Rows of a query."""
        with self.in_words():
            return self._connection.execute(query, values).fetchall()

    @contextmanager
    def in_words(self) -> Iterator[None]:
        """Around what asks SQLite or takes its rows apart: errors name the file and the cause."""
        try:
            yield
        except _DAMAGE as error:
            raise self._told(error) from error

    def _told(self, error: Exception) -> TidegateError:
        code = _code(error)
        if code in _LATER:
            return LedgerUnavailable(
                f"the ledger {self._path} is busy: another process has held it for "
                f"{BUSY_SECONDS:g} s; run again when that one is done"
            )
        if code == sqlite3.SQLITE_FULL:
            return LedgerUnavailable(
                f"the ledger {self._path} can't be written: the disk is full; make room and run "
                "again"
            )
        if code == sqlite3.SQLITE_IOERR:
            return LedgerUnavailable(f"the ledger {self._path} can't be read or written: {error}")
        told = Mistake(self._path, 1, 1, f"the file can't be used as a ledger: {error}")
        return ConfigurationError((told,))

    def use_log(self) -> bool:
        """Turn the write-ahead log on, so that who reads never holds up who writes; whether that
        can be done here. While another process has the file it is left to the next time."""
        if self._path == ":memory:" or self._journal("") == "wal":
            return True
        if is_networked(self._place, _text_of(MOUNTS)):
            return False
        try:
            with self._impatient():
                is_on = self._journal("=WAL") == "wal"
            # Whether its memory can be shared shows only when it is written to.
            self._connection.execute("BEGIN IMMEDIATE")
            self._connection.execute("COMMIT")
        except sqlite3.Error as error:
            with suppress(sqlite3.Error):
                self._connection.rollback()
            if _code(error) in (*_LATER, sqlite3.SQLITE_FULL):
                return True
            self._drop_log()
            return False
        return is_on

    def _drop_log(self) -> None:
        """Back to a rollback journal, where the memory that a log shares can't be had: the one who
        has the file for himself alone needs none (sqlite.org/wal.html, section 8)."""
        self._connection.close()
        with self.in_words():
            self._connection = self._connected(self._path)
            self._connection.execute("PRAGMA locking_mode=EXCLUSIVE")
            self._journal("=DELETE")
            self._connection.execute("PRAGMA locking_mode=NORMAL")
            self._connection.execute("SELECT count(*) FROM sqlite_master")

    def _journal(self, change: str) -> str:
        (mode,) = self._connection.execute(f"PRAGMA journal_mode{change}").fetchone()
        return str(mode)

    @contextmanager
    def _impatient(self) -> Iterator[None]:
        self._connection.execute("PRAGMA busy_timeout=0")
        try:
            yield
        finally:
            self._connection.execute(f"PRAGMA busy_timeout={round(BUSY_SECONDS * 1000)}")

    def _connected(self, where: str) -> sqlite3.Connection:
        is_uri = where.startswith("file:")
        return sqlite3.connect(where, timeout=BUSY_SECONDS, isolation_level=None, uri=is_uri)

    def _writing(self, schema: Schema, indexes: str) -> sqlite3.Connection:
        if self._path != ":memory:":
            self._place.parent.mkdir(parents=True, exist_ok=True)
        connection = self._connected(self._path)
        if _version(connection) > SCHEMA_VERSION:
            return connection
        for table, columns in schema.items():
            connection.execute(_definition(f"TABLE IF NOT EXISTS {table}", columns))
        missing = _missing(connection, schema)
        if any(missing.values()):
            connection.execute("BEGIN IMMEDIATE")
            for table, names in _missing(connection, schema).items():
                for column in (f"{name} {schema[table][name]}" for name in names):
                    connection.execute(f"ALTER TABLE {table} ADD COLUMN {column}")
            connection.execute("COMMIT")
        connection.executescript(indexes)
        if _version(connection) < SCHEMA_VERSION:
            connection.execute(f"PRAGMA user_version={SCHEMA_VERSION}")
        return connection

    def _looking(self, schema: Schema) -> sqlite3.Connection:
        """What is missing is made in the connection's own temporary database."""
        connection = self._looked_into()
        found = _columns(connection)
        for table, names in _missing(connection, schema).items():
            if table not in found:
                connection.execute(_definition(f"TEMP TABLE {table}", schema[table]))
            elif names:
                empty = ", ".join(f"NULL AS {name}" for name in names)
                view = f"TEMP VIEW {table} AS SELECT rowid, *, {empty} FROM main.{table}"
                connection.execute(f"CREATE {view}")
        connection.execute("PRAGMA query_only=ON")
        return connection

    def _looked_into(self) -> sqlite3.Connection:
        where = self._place.as_uri()
        connection = self._connected(f"{where}?mode=rw")
        try:
            _columns(connection)
        except sqlite3.OperationalError as error:
            connection.close()
            is_closed = not Path(f"{self._place}-wal").is_file()
            if _code(error) != sqlite3.SQLITE_CANTOPEN or not is_closed:
                raise
            # In a folder that can't be written to, a log can't be begun; nor can anyone write one.
            connection = self._connected(f"{where}?mode=ro&immutable=1")
        return connection


def _code(error: Exception) -> int:
    """SQLite's primary result code (sqlite.org/rescode.html), 0 for errors of Python."""
    return int(getattr(error, "sqlite_errorcode", 0)) & 0xFF


def _version(connection: sqlite3.Connection) -> int:
    return int(connection.execute("PRAGMA user_version").fetchone()[0])


def _definition(what: str, columns: Mapping[str, str]) -> str:
    return f"CREATE {what} ({', '.join(f'{name} {kind}' for name, kind in columns.items())})"


def _columns(connection: sqlite3.Connection) -> dict[str, set[str]]:
    rows = connection.execute(
        "SELECT found.name, info.name FROM main.sqlite_master AS found, "
        "pragma_table_info(found.name) AS info WHERE found.type = 'table'"
    )
    columns: dict[str, set[str]] = {}
    for table, column in rows:
        columns.setdefault(table, set()).add(column)
    return columns


def _missing(connection: sqlite3.Connection, schema: Schema) -> dict[str, list[str]]:
    """Of each table the columns that are not there and may be empty."""
    found = _columns(connection)
    return {
        table: [
            name
            for name, kind in columns.items()
            if name not in found.get(table, ()) and kind in ("TEXT", "INTEGER")
        ]
        for table, columns in schema.items()
    }


def _text_of(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8", errors="replace")
    except OSError:
        return ""


def is_networked(place: Path, mounts: str) -> bool:
    """Whether other machines may have the file system mounted, too, by the lines of /proc/mounts: a
    write-ahead log needs memory that all who use the file share (sqlite.org/wal.html)."""
    best, kind = "", ""
    for line in mounts.splitlines():
        mounted, type_ = (*line.split(), "", "", "")[1:3]
        if place.is_relative_to(mounted or "/") and len(mounted) >= len(best):
            best, kind = mounted, type_
    return kind.startswith(_NETWORKED)
