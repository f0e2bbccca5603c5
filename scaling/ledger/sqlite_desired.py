"""The desired capacities in the ledger's file."""

from tidegate.scaling.ledger.sqlite_file import LedgerFile
from tidegate.scaling.model.change_record import DesiredCapacity, Lever

__all__ = ["SqliteDesired"]


class SqliteDesired:
    """The part of ``Ledger`` that keeps desired capacities, one row a lever."""

    def __init__(self, file: LedgerFile) -> None:
        self._file = file

    def keep_desired(self, lever: Lever, desired: DesiredCapacity | None) -> None:
        """Keep the desired capacity of a lever, or forget it."""
        place = (lever.kind_word, lever.where)
        with self._file.alone() as connection:
            if desired is None:
                connection.execute("DELETE FROM desired WHERE kind = ? AND place = ?", place)
            else:
                connection.execute(
                    "INSERT OR REPLACE INTO desired (kind, place, value) VALUES (?, ?, ?)",
                    (*place, desired.to_text()),
                )

    def desired(self, lever: Lever) -> DesiredCapacity | None:
        """The desired capacity of a lever."""
        return self.all_desired().get(lever)

    def all_desired(self) -> dict[Lever, DesiredCapacity]:
        """Every desired capacity."""
        rows = self._file.read("SELECT kind, place, value FROM desired")
        with self._file.in_words():
            return {
                Lever(kind, place): DesiredCapacity.from_text(text) for kind, place, text in rows
            }

    def amend_desired(
        self, lever: Lever, before: DesiredCapacity, after: DesiredCapacity | None
    ) -> bool:
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
