"""UpdateTable of one table with its indexes, and what AWS refuses of it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

from tidegate.simulator.kinds.dynamodb_table.capacity import CapacityState
from tidegate.simulator.kinds.dynamodb_table.limits import (
    CAPACITY_UNITS_MIN,
    DECREASES_AT_ANY_TIME,
    DECREASES_PER_DAY,
)
from tidegate.simulator.kinds.dynamodb_table.table import TableState
from tidegate.simulator.manners import Refusal

__all__ = ["TableControl", "Units"]

TABLE_SECONDS = 40
"""How long a change takes here; AWS says only that it takes a while."""

Units = Mapping[str | None, tuple[int, int]]
"""(write, read) units by index, None for the table itself."""


@dataclass(frozen=True, slots=True)
class TableControl:
    """Takes changes, refuses what AWS refuses, and counts each refusal as a limit violation."""

    table: TableState

    def update(self, wanted: Units) -> None:
        """UpdateTable; takes effect within a minute. Raises Refusal."""
        table, site = self.table, self.table.site
        site.refusable(lambda: self._check(wanted))
        self._note(wanted)

        def effect() -> None:
            for index, (write, read) in wanted.items():
                table.capacities[index].set_units(write, read)

        site.pending.begin(table.key, site.second + TABLE_SECONDS, effect)

    def _check(self, wanted: Units) -> None:
        table = self.table
        if table.is_updating:
            raise Refusal("ResourceInUseException", f"table {table.name} is being updated")
        self._new_day()
        for index, (write, read) in wanted.items():
            state = table.capacities.get(index)
            if state is None:
                raise Refusal("ResourceNotFoundException", f"no index {index} on {table.name}")
            if (write, read) == (state.write_units, state.read_units):
                raise Refusal(
                    "ValidationException", f"{state.where} has this provisioned throughput already"
                )
            if min(write, read) < CAPACITY_UNITS_MIN:
                raise Refusal("ValidationException", "capacity units are at least 1")
            if write < state.write_units or read < state.read_units:
                self._check_decrease(state)

    def _note(self, wanted: Units) -> None:
        """Count the decreases and remember the moments, as DescribeTable tells them."""
        now = self.table.site.now
        for index, (write, read) in wanted.items():
            state = self.table.capacities[index]
            if write < state.write_units or read < state.read_units:
                state.decreases_today += 1
                state.last_decrease_at = now
            if write > state.write_units or read > state.read_units:
                state.last_increase_at = now

    def _new_day(self) -> None:
        day = self.table.site.now.toordinal()
        if day != self.table.day:
            self.table.day = day
            for state in self.table.capacities.values():
                state.decreases_today = 0

    def _check_decrease(self, state: CapacityState) -> None:
        last, now = state.last_decrease_at, self.table.site.now
        is_recent = last is not None and now - last < timedelta(hours=1)
        made = state.decreases_today
        if made >= DECREASES_PER_DAY or (made >= DECREASES_AT_ANY_TIME and is_recent):
            raise Refusal(
                "LimitExceededException", f"{state.where}: {made} decreases today, try again later"
            )
