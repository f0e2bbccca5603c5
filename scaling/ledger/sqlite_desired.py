"""The desired capacities in the ledger's file."""

from tidegate.scaling.ledger.sqlite_file import LedgerFile
from tidegate.scaling.model.change_record import Lever, Wished

__all__ = ["SqliteWishes"]


class SqliteWishes:
    """The part of ``Ledger`` that keeps desired capacities, one row a lever."""

    def __init__(self, file: LedgerFile) -> None:
        self._file = file

    def wish(self, lever: Lever, wish: Wished | None) -> None:
        """Keep the desired capacity of a lever, or forget it."""
        place = (lever.kind_word, lever.where)
        with self._file.alone() as connection:
            if wish is None:
                connection.execute("DELETE FROM desired WHERE kind = ? AND place = ?", place)
            else:
                connection.execute(
                    "INSERT OR REPLACE INTO desired (kind, place, value) VALUES (?, ?, ?)",
                    (*place, wish.to_text()),
                )

    def wished(self, lever: Lever) -> Wished | None:
        """The desired capacity of a lever."""
        return self.wishes().get(lever)

    def wishes(self) -> dict[Lever, Wished]:
        """Every desired capacity."""
        rows = self._file.read("SELECT kind, place, value FROM desired")
        with self._file.in_words():
            return {Lever(kind, place): Wished.from_text(text) for kind, place, text in rows}

    def amend_wish(self, lever: Lever, before: Wished, after: Wished | None) -> bool:
        """Replace a desired capacity that is still ``before``."""
        same = (lever.kind_word, lever.where, before.to_text())
        where = "WHERE kind = ? AND place = ? AND value = ?"
        with self._file.alone() as connection:
            if after is None:
                cursor = connection.execute(f"DELETE FROM desired {where}", same)
            else:
                cursor = connection.execute(
                    f"UPDATE desired SET value = ? {where}", (after.to_text(), *same)
                )
        return cursor.rowcount == 1
