"""What was learnt of a table or an index: units a record, burst credits, partitions."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from math import ceil

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
    units_per_item,
)
from tidegate.scaling.load.base_load import RecordCost, Used
from tidegate.scaling.load.burst_baseline import Standing
from tidegate.scaling.model.change_record import Lever
from tidegate.scaling.model.history import History
from tidegate.scaling.model.plan import Demand
from tidegate.scaling.model.recommendation import BLIND_SHARE
from tidegate.scaling.model.sinks import Use
from tidegate.scaling.model.sized import Reader

__all__ = ["CapacityModel", "capacity_model"]

BURST_ENDS = words.BURST_ENDS()

HOUR = timedelta(hours=1)

FREE_DECREASE_SHARE = BLIND_SHARE * 24 / DECREASES_WITHOUT_WAIT
"""Of the decreases that need not wait for an hour without one there are four a day instead of one
an hour: each must save as many times more as they are fewer."""


@dataclass(frozen=True, slots=True)
class CapacityModel:
    """``tidegate.scaling.model.sinks.Sink``: a table or index, with what records of the pipeline
    cost in writes and in reads, None where not known, the write units of its burst credits, and
    those that its partitions take a second."""

    capacity: Capacity
    writes: RecordCost | None
    reads: RecordCost | None
    burst_credit_units: float
    partition_units_per_second: float

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
    def cost(self) -> RecordCost | None:
        """Of writes."""
        return self.writes

    @property
    def units_per_second_most(self) -> float:
        """What its partitions take."""
        return self.partition_units_per_second

    def units_during(self, history: History, start: datetime, seconds: float) -> float:
        """Write units in effect."""
        return units_during_delay(self.capacity, history, start, seconds)

    def demands(self, records_per_second: float, use: Use) -> Iterator[Demand]:
        """Write and read units, of what a record costs and others use."""
        for kind, unit, cost in (
            (LeverKind.WRITE_CAPACITY, "WCU", self.writes),
            (LeverKind.READ_CAPACITY, "RCU", self.reads),
        ):
            if cost is None:
                continue
            of_others = cost.base_units / use.utilization
            units = ceil(of_others + cost.units_per_record * records_per_second)
            if cost.base_units or cost.units_per_record:
                lever = Lever.of(kind, self.capacity.where)
                yield Demand(lever, max(1, units), _why(cost, unit, use))

    def why_running_out(self, records_per_second: float) -> Reason:
        """Its partitions, or else its burst credits."""
        units = 0.0 if self.writes is None else self.writes.units(records_per_second)
        return self.too_few_partitions(units) or BURST_ENDS

    def as_built(self, demand: Demand) -> tuple[int, Reason]:
        """Units that come with partitions for the demand."""
        split = self.too_few_partitions(demand.capacity)
        if split is None:
            return 0, demand.because
        because = words.FORECAST_NEEDS_PARTITIONS(because=demand.because, split=split)
        return self.units_to_split(demand.capacity), because

    def stands(self, standing: Standing, units_most: float) -> Demand | None:
        """Where its burst credits cover the spikes; with the units first that come with partitions
        to take them."""
        cost = self.writes
        if cost is None or not cost.units_per_record:
            return None
        units = ceil(cost.units(standing.records_per_second))
        because = words.BURST_BEARS_THE_SPIKES(
            provisioned_wcu=units, following_wcu=cost.units(standing.following_records_per_second)
        )
        highest = cost.units(standing.highest_records_per_second)
        split = self.too_few_partitions(highest)
        if split is None:
            return Demand(self.lever, units, because)
        built = max(units, self.units_to_split(highest))
        if built > units_most:
            return None
        because = words.FORECAST_NEEDS_PARTITIONS(because=because, split=split)
        return Demand(self.lever, built, because)

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

    def base_headroom(self, lever: Lever) -> float:
        """Of writes or of reads."""
        cost = self.writes if lever.kind is LeverKind.WRITE_CAPACITY else self.reads
        return 0.0 if cost is None else max(0.0, cost.base_units_most - cost.base_units)

    def least_decrease(self, current: int, usual_records_per_second: float, now: datetime) -> float:
        """More where the last decrease was within the hour: it is one of the day's free ones."""
        last = self.capacity.last_decrease_at
        if last is None or now - last >= HOUR:
            return max(1, current * BLIND_SHARE)
        usual = 0.0 if self.writes is None else self.writes.units(usual_records_per_second)
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
    signals: Signals, capacity: Capacity, reader: Reader, history: History
) -> CapacityModel:
    """By the units consumed so far, and what records that the ``reader`` reads cost of them."""
    series = signals.of(capacity)
    written = series.consumed_write_units
    taken = partition_units(capacity, written, history)
    writes = Used(
        written,
        of_reads=False,
        units_per_second_most=taken,
        refused=series.write_throttles,
        units_per_request=units_per_item(signals.series.source),
    )
    return CapacityModel(
        capacity,
        reader.cost(writes),
        reader.cost(Used(series.consumed_read_units, of_reads=True)),
        burst_credit_units(capacity, written, history),
        taken,
    )


def _why(cost: RecordCost, unit: str, use: Use) -> Reason:
    """Why so many units are needed: of the base load, of each record, or of both."""
    base, each, of = cost.base_units, cost.units_per_record, use.utilization
    if not each and cost.is_told:
        return words.UNITS_OF_BASE_LOAD(base_units=base, unit=unit, target_utilization=of)
    if not each:
        return words.UNITS_NOT_SHOWN(base_units=base, unit=unit, target_utilization=of)
    if base:
        return words.UNITS_BESIDE_BASE_LOAD(
            load=use.load,
            units_per_record=each,
            base_units=base,
            unit=unit,
            target_utilization=of,
            drain=use.drain,
        )
    if cost.is_told:
        return words.UNITS_FOR_THE_LOAD(
            load=use.load, units_per_record=each, unit=unit, target_utilization=of, drain=use.drain
        )
    return words.UNITS_ALL_OF_THE_LOAD(
        load=use.load, units_per_record=each, unit=unit, target_utilization=of, drain=use.drain
    )
