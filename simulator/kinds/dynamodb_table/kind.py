"""Tables as a kind of participant."""

from typing import Any

from tidegate.simulator.kind import Kind
from tidegate.simulator.kinds.dynamodb_table.data import TableData, tables_of
from tidegate.simulator.kinds.dynamodb_table.face import TableFace
from tidegate.simulator.kinds.dynamodb_table.table import TableState
from tidegate.simulator.site import Site

__all__ = ["KIND"]


def _build(site: Site, data: Any) -> TableState:
    table = TableState(data, site)
    site.sinks[table.name] = table
    return table


KIND = Kind("dynamodb_table", (TableData,), tables_of, _build, TableFace)
