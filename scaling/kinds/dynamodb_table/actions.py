"""What Tidegate asks AWS to change of a table with its indexes: one call."""

from collections.abc import Iterator
from dataclasses import dataclass

from tidegate.rules.cause import LeverKind
from tidegate.scaling.model.change_record import Lever

__all__ = [
    "CapacityTarget",
    "UpdateTableThroughput",
]


@dataclass(frozen=True, slots=True)
class CapacityTarget:
    """Read and write units of a table (``index`` None) or one index, now and wanted."""

    index: str | None
    from_write_units: int
    from_read_units: int
    to_write_units: int
    to_read_units: int


@dataclass(frozen=True, slots=True)
class UpdateTableThroughput:
    """DynamoDB UpdateTable: the table and its indexes in one call, as only one may be under way.

    Holds only what changes: a target whose units stay the same is refused by AWS.
    """

    table: str
    targets: tuple[CapacityTarget, ...]

    @property
    def operation(self) -> str:
        """The AWS call."""
        return "dynamodb:UpdateTable"

    @property
    def lease(self) -> str:
        """The resource that it changes."""
        return f"table/{self.table}"

    def levers(self) -> Iterator[Lever]:
        """The levers that it moves."""
        for target in self.targets:
            where = self.table if target.index is None else f"{self.table}/{target.index}"
            if target.to_write_units != target.from_write_units:
                yield Lever.of(LeverKind.WRITE_CAPACITY, where)
            if target.to_read_units != target.from_read_units:
                yield Lever.of(LeverKind.READ_CAPACITY, where)
