"""What tables with their indexes cost, provisioned and on demand: pure functions."""

from collections.abc import Iterator
from dataclasses import dataclass

from tidegate.rules.cause import LeverKind
from tidegate.rules.kinds.dynamodb_table.metrics import table_metric
from tidegate.rules.kinds.dynamodb_table.state import Capacity, Table, tables_of
from tidegate.scaling.model.bill import Item, Modes, Priced, fixed, moved, short
from tidegate.scaling.model.change_record import Lever
from tidegate.scaling.model.prices import HOURS_PER_MONTH, prices

__all__ = ["table_items", "table_modes", "units_monthly_usd"]

SECONDS_PER_HOUR = 3600

_WORDS = {LeverKind.WRITE_CAPACITY: "write", LeverKind.READ_CAPACITY: "read"}


@dataclass(frozen=True, slots=True)
class _Units:
    """Reads or writes of a table or an index: what is provisioned a second, and the units that were
    consumed in all."""

    lever: Lever
    provisioned: int
    consumed: float

    @property
    def word(self) -> str:
        """``write`` or ``read``, as in the names of prices."""
        return _WORDS[self.lever.kind]


def _units(capacity: Capacity, priced: Priced) -> Iterator[_Units]:
    for kind, units in (
        (LeverKind.WRITE_CAPACITY, capacity.write_units),
        (LeverKind.READ_CAPACITY, capacity.read_units),
    ):
        name = f"Consumed{_WORDS[kind].title()}CapacityUnits"
        metric = table_metric(capacity.table, capacity.index, name, "Sum")
        yield _Units(Lever.of(kind, capacity.where), units, priced.usage.total(metric))


def units_monthly_usd(lever: Lever, units: int) -> float:
    """What so many units a second of a lever cost."""
    return units * prices()[f"{_WORDS[lever.kind]}_capacity_unit_hour_usd"] * HOURS_PER_MONTH


def table_items(priced: Priced) -> Iterator[Item]:
    """Writes and reads of each table and of each of its indexes."""
    for table in tables_of(priced.pipeline):
        for capacity in table.capacities:
            layer = f"{'table' if capacity.index is None else 'index'} {capacity.where}"
            for units in _units(capacity, priced):
                yield _item(layer, table, units, priced)


def _item(layer: str, table: Table, units: _Units, priced: Priced) -> Item:
    if table.is_provisioned:
        setting = (units.lever, units.provisioned)
        what = f"{units.word} units/s"
        return moved(layer, what, setting, units_monthly_usd(units.lever, 1), priced)
    requests = priced.usage.a_month(units.consumed)
    usd = requests * prices()[f"on_demand_{units.word}_request_unit_usd"]
    return fixed(layer, f"{units.word} request units", short(requests), usd)


def table_modes(priced: Priced) -> Iterator[Modes]:
    """Provisioned against on-demand, for each table together with its indexes."""
    for table in tables_of(priced.pipeline):
        yield _modes(table, priced)


def _modes(table: Table, priced: Priced) -> Modes:
    price, usage = prices(), priced.usage
    now = followed = on_demand = busy = 0.0
    for units in (each for capacity in table.capacities for each in _units(capacity, priced)):
        unit_usd, need = units_monthly_usd(units.lever, 1), priced.needs.get(units.lever)
        now += units.provisioned * unit_usd
        followed += (units.provisioned if need is None else need.followed) * unit_usd
        request_usd = price[f"on_demand_{units.word}_request_unit_usd"]
        on_demand += usage.a_month(units.consumed) * request_usd
        busy += units.consumed / usage.hours / SECONDS_PER_HOUR * unit_usd
    even = price["write_capacity_unit_hour_usd"] / (
        SECONDS_PER_HOUR * price["on_demand_write_request_unit_usd"]
    )
    provisioned = now if table.is_provisioned else followed
    return Modes(
        f"table {table.name}",
        not table.is_provisioned,
        now if table.is_provisioned else None,
        followed,
        on_demand,
        busy / provisioned if provisioned else 0.0,
        even,
        "the provisioned units",
    )
