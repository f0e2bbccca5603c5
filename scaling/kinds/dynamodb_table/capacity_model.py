"""What was learnt of a table or an index: units a record, burst credits, partitions."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from math import ceil, inf

from tidegate.rules.cause import LeverKind
from tidegate.rules.kinds.dynamodb_table.idle import consumption_told
from tidegate.rules.kinds.dynamodb_table.state import Capacity
from tidegate.rules.kinds.signals import BURST_SECONDS, Signals
from tidegate.rules.reason import Reason
from tidegate.rules.window import Window
from tidegate.scaling.kinds.dynamodb_table import words
from tidegate.scaling.kinds.dynamodb_table.levers import DECREASES_WITHOUT_WAIT
from tidegate.scaling.kinds.dynamodb_table.sizing import (
    PARTITION_UNITS,
    burst_credit_units,
    partition_units,
    units_during_delay,
)
from tidegate.scaling.load.burst_baseline import Standing
from tidegate.scaling.model.change_record import Lever
from tidegate.scaling.model.history import History
from tidegate.scaling.model.plan import Demand
from tidegate.scaling.model.recommendation import BLIND_SHARE
from tidegate.scaling.model.sinks import Use

__all__ = ["CapacityModel", "capacity_model"]

BURST_ENDS = words.BURST_ENDS()

HOUR = timedelta(hours=1)

FREE_DECREASE_SHARE = BLIND_SHARE * 24 / DECREASES_WITHOUT_WAIT
"""Of the decreases that need not wait for an hour without one there are four a day instead of one
an hour: each must save as many times more as they are fewer."""


@dataclass(frozen=True, slots=True)
class CapacityModel:
    """``tidegate.scaling.model.sinks.Sink``: a table or index, with the units that a record of the
    pipeline costs, None where not known, the write units of its burst credits, and those that its
    partitions take a second."""

    capacity: Capacity
    write_units_per_record: float | None
    read_units_per_record: float | None
    burst_credit_units: float = 0.0
    partition_units_per_second: float = inf

    @property
    def resource(self) -> str:
        """The table."""
        return self.capacity.table

    @property
    def where(self) -> str:
        """The table, or table/index."""
        return self.capacity.where

    @property
    def lever(self) -> Lever:
        """That of writes: burst credits are counted for them alone."""
        return Lever.of(LeverKind.WRITE_CAPACITY, self.capacity.where)

    @property
    def units(self) -> int:
        """Write units."""
        return self.capacity.write_units

    @property
    def units_per_record(self) -> float | None:
        """Write units."""
        return self.write_units_per_record

    @property
    def units_per_second_most(self) -> float:
        """What its partitions take."""
        return self.partition_units_per_second

    def units_during(self, history: History, start: datetime, seconds: float) -> float:
        """Write units in effect."""
        return units_during_delay(self.capacity, history, start, seconds)

    def demands(self, records_per_second: float, use: Use) -> Iterator[Demand]:
        """Write and read units, of what a record costs."""
        for kind, unit, units in (
            (LeverKind.WRITE_CAPACITY, "WCU", self.write_units_per_record),
            (LeverKind.READ_CAPACITY, "RCU", self.read_units_per_record),
        ):
            if units:
                yield Demand(
                    Lever.of(kind, self.capacity.where),
                    max(1, ceil(units * records_per_second)),
                    words.UNITS_FOR_THE_LOAD(
                        load=use.load,
                        units_per_record=units,
                        unit=unit,
                        target_utilization=use.utilization,
                        drain=use.drain,
                    ),
                )

    def why_running_out(self, records_per_second: float) -> Reason:
        """Its partitions, or else its burst credits."""
        units = records_per_second * (self.write_units_per_record or 0.0)
        return self.too_few_partitions(units) or BURST_ENDS

    def as_built(self, demand: Demand) -> tuple[int, Reason]:
        """Units that come with partitions for the demand."""
        split = self.too_few_partitions(demand.capacity)
        if split is None:
            return 0, demand.because
        because = words.FORECAST_NEEDS_PARTITIONS(because=demand.because, split=split)
        return self.units_to_split(demand.capacity), because

    def stands(self, standing: Standing) -> Demand | None:
        """Where its burst credits cover the spikes, as far as its partitions take them."""
        of_record = self.write_units_per_record
        if not of_record or self.units_to_split(of_record * standing.highest_records_per_second):
            return None
        units = ceil(of_record * standing.records_per_second)
        because = words.BURST_BEARS_THE_SPIKES(
            provisioned_wcu=units, following_wcu=of_record * standing.following_records_per_second
        )
        return Demand(self.lever, units, because)

    def partly_from_burst(
        self, likely: Demand, most: Demand, lead_seconds: float, headroom: float
    ) -> Demand:
        """A smaller table keeps fewer burst credits."""
        saved = self.burst_credit_units / lead_seconds
        keeps = BURST_SECONDS / (lead_seconds + BURST_SECONDS)
        units = most.capacity
        from_burst = ceil(max(units - saved, units * (1 - keeps)))
        capacity = max(ceil(likely.capacity * headroom), from_burst)
        because = most.because
        if capacity < units:
            because = words.FORECAST_PARTLY_FROM_BURST(because=because, burst_wcu=units - capacity)
        return replace(most, capacity=capacity, because=because)

    def used(self, signals: Signals, lever: Lever, arrivals: Window) -> tuple[Window, Window]:
        """Of writes or of reads."""
        series, read = signals.of(self.capacity), signals.series.source.read_records
        if lever.kind is LeverKind.WRITE_CAPACITY:
            consumed, refused = series.consumed_write_units, series.write_throttles
        else:
            consumed, refused = series.consumed_read_units, series.read_throttles
        return consumption_told(consumed, arrivals, read), refused

    def least_decrease(self, current: int, usual_records_per_second: float, now: datetime) -> float:
        """More where the last decrease was within the hour: it is one of the day's free ones."""
        last = self.capacity.last_decrease_at
        if last is None or now - last >= HOUR:
            return max(1, current * BLIND_SHARE)
        usual = usual_records_per_second * (self.write_units_per_record or 0.0)
        return max(1, FREE_DECREASE_SHARE * max(current, usual))

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
    series = signals.of(capacity)
    written = series.consumed_write_units
    return CapacityModel(
        capacity,
        units(written),
        units(series.consumed_read_units),
        burst_credit_units(capacity, written, history),
        partition_units(capacity, written, history),
    )
