"""Tables as scenarios give them."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from tidegate.simulator.kind import entries

__all__ = ["IndexData", "TableData", "tables_of"]


@dataclass(frozen=True, slots=True)
class IndexData:
    """A global secondary index as the scenario begins."""

    name: str
    write_units: int
    read_units: int = 10
    units_per_record: float = 1.0


@dataclass(frozen=True, slots=True)
class TableData:
    """A table as the scenario begins. On demand ``write_units`` are what the limit that is named
    in ``on_demand_limit`` lets it take: ``AccountLimit``, or the ``MaxOnDemandThroughput`` that
    somebody has set. Its price is left out."""

    name: str
    write_units: int
    read_units: int = 10
    units_per_record: float = 1.0
    indexes: tuple[IndexData, ...] = ()
    on_demand_limit: str = ""


def tables_of(file: Mapping[str, Any]) -> Iterator[TableData]:
    """The tables of a scenario file."""
    sections = [file["table"]] if "table" in file else []
    for entry in (*sections, *entries(file, "dynamodb_table")):
        indexes = tuple(IndexData(**index) for index in entry.get("indexes", []))
        yield TableData(**{**entry, "indexes": indexes})
