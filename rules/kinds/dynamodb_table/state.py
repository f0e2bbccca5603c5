"""What is configured of DynamoDB tables and their indexes."""

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from tidegate.rules.graph import Measured, Pipeline, Resource, Role

if TYPE_CHECKING:
    from tidegate.rules.kinds.dynamodb_table.series import CapacitySeries  # noqa: F401 (quoted below)

__all__ = ["Capacity", "Table", "WarmThroughput", "tables_behind", "tables_of"]


@dataclass(frozen=True, slots=True)
class WarmThroughput:
    """Units per second that a table or an index serves at once; ``is_updating`` while they are
    being raised."""

    write_units: int
    read_units: int
    is_updating: bool = False


@dataclass(frozen=True, slots=True)
class Capacity(Measured["CapacitySeries"]):
    """Throughput of a table (``index`` None) or of one global secondary index, units per second;
    ``warm`` is None where AWS doesn't tell it."""

    table: str
    index: str | None
    status: str
    write_units: int
    read_units: int
    decreases_today: int = 0
    last_decrease_at: datetime | None = None
    last_increase_at: datetime | None = None
    warm: WarmThroughput | None = None

    @property
    def where(self) -> str:
        """The name an operator knows it by: the table, or table/index."""
        return self.table if self.index is None else f"{self.table}/{self.index}"

    @property
    def is_on_demand(self) -> bool:
        """Whether AWS sets its units: DescribeTable gives 0 of them then (API reference)."""
        return not self.write_units

    @property
    def series_key(self) -> tuple[str, str]:
        """By its table and index."""
        return "dynamodb_table", self.where


@dataclass(frozen=True, slots=True)
class Table:
    """A DynamoDB table, PROVISIONED or PAY_PER_REQUEST; ``replicas`` are its other regions."""

    name: str
    status: str
    mode: str
    capacity: Capacity
    indexes: tuple[Capacity, ...] = ()
    replicas: tuple[str, ...] = ()
    created: str = ""

    @property
    def roles(self) -> tuple[Role, ...]:
        """It takes what processors write."""
        return (Role.SINK,)

    @property
    def writes(self) -> tuple[Resource, ...]:
        """Nothing."""
        return ()

    @property
    def capacities(self) -> tuple[Capacity, ...]:
        """The table's own capacity, then that of each index."""
        return (self.capacity, *self.indexes)

    @property
    def is_provisioned(self) -> bool:
        """Whether capacity is ours to set: not so for on-demand tables."""
        return self.mode == "PROVISIONED"


def tables_behind(processor: Resource) -> tuple[Table, ...]:
    """The tables that a processor writes to."""
    return tuple(each for each in processor.writes if isinstance(each, Table))


def tables_of(pipeline: Pipeline) -> tuple[Table, ...]:
    """Every table that is written to or was described alone, each once."""
    return pipeline.view(_tables)


def _tables(pipeline: Pipeline) -> tuple[Table, ...]:
    found: dict[str, Table] = {}
    for each in pipeline.resources:
        for table in (each,) if isinstance(each, Table) else tables_behind(each):
            found[table.name] = table
    return tuple(found.values())
