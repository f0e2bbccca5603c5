"""What was learnt of a table or an index: units a record, burst credits, partitions."""

from collections.abc import Callable
from dataclasses import dataclass
from math import ceil, inf

from tidegate.rules.kinds.dynamodb_table.state import Capacity
from tidegate.rules.kinds.signals import Signals
from tidegate.rules.reason import Reason
from tidegate.rules.window import Window
from tidegate.scaling.kinds.dynamodb_table import words
from tidegate.scaling.kinds.dynamodb_table.sizing import (
    PARTITION_UNITS,
    burst_credit_units,
    partition_units,
)
from tidegate.scaling.model.history import History

__all__ = ["CapacityModel", "capacity_model"]


@dataclass(frozen=True, slots=True)
class CapacityModel:
    """A table or index: units that a record of the pipeline costs, None where not known, the write
    units of its burst credits, and those that its partitions take a second."""

    capacity: Capacity
    write_units_per_record: float | None
    read_units_per_record: float | None
    burst_credit_units: float = 0.0
    partition_units_per_second: float = inf

    def units_to_split(self, write_units_per_second: float) -> int:
        """The fewest units that come with partitions for so many units a second, 0 where those that
        it has take them."""
        if write_units_per_second <= self.partition_units_per_second:
            return 0
        return PARTITION_UNITS * (ceil(write_units_per_second / PARTITION_UNITS) - 1) + 1

    def too_few_partitions(self, write_units_per_second: float) -> Reason | None:
        """That they don't take so many units a second, None where they do."""
        if not self.units_to_split(write_units_per_second):
            return None
        taken = self.partition_units_per_second
        return words.TOO_FEW_PARTITIONS(where=self.capacity.where, limit_units=taken)


def capacity_model(
    signals: Signals,
    capacity: Capacity,
    units: Callable[[Window], float | None],
    history: History,
) -> CapacityModel:
    """By the units consumed so far; ``units`` are what a record costs of them."""
    series = signals.capacity(capacity)
    written = series.consumed_write_units
    return CapacityModel(
        capacity,
        units(written),
        units(series.consumed_read_units),
        burst_credit_units(capacity, written, history),
        partition_units(capacity, written, history),
    )
