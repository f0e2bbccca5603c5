"""The tables of the world: what they and their indexes take, and from whom."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from tidegate.rules.kinds.dynamodb_table.state import Table
from tidegate.simulator.bucket import Bucket
from tidegate.simulator.clock import START
from tidegate.simulator.figures import prices
from tidegate.simulator.kinds.dynamodb_table.capacity import CapacityState, Waits
from tidegate.simulator.kinds.dynamodb_table.data import TableData
from tidegate.simulator.participant import TAKEN, Facts, Participant, Phase, Step, Tally, Write
from tidegate.simulator.publisher import Metric
from tidegate.simulator.scenario import Fault
from tidegate.simulator.site import Site

__all__ = ["TableState"]

NAMESPACE = "AWS/DynamoDB"
PROVISIONED = "WriteProvisionedThroughputThrottleEvents"
KEY_RANGE = "WriteKeyRangeThroughputThrottleEvents"
"""Why a write is throttled (DynamoDB developer guide, throttling metrics)."""


@dataclass(slots=True)
class TableWrite:
    """A batch on its way into a table and its indexes, as far as each is provisioned."""

    table: "TableState"
    records: int
    waits: list[Waits]
    seconds: float

    def settle(self, late_seconds: float) -> None:
        """What reaches the table before the writer gives up is consumed, also when it fails."""
        table = self.table
        for capacity, consumed, (wait, in_all, by_key) in zip(
            table.capacities.values(), table.consumed, self.waits, strict=True
        ):
            units, undone = self.records * capacity.units_per_record, 0.0
            if wait or in_all:
                slowest = capacity.bucket if wait >= in_all else capacity.partitions
                undone = _undone(capacity, slowest, units, late_seconds)
                reason = table.of_all if slowest is capacity.bucket else KEY_RANGE
                throttled = min(units, max(wait, in_all) * slowest.units_per_second)
                table.throttle(capacity, reason, throttled)
            consumed.add(units - undone)
            if by_key:
                throttled = min(units, by_key * capacity.hot_partition.units_per_second)
                table.throttle(capacity, KEY_RANGE, throttled)


def _undone(capacity: CapacityState, slowest: Bucket, units: float, late: float) -> float:
    """The units not consumed after all, as the writer gives up."""
    undone = min(units, late * slowest.units_per_second)
    capacity.bucket.give_back(undone)
    capacity.partitions.give_back(undone)
    return undone


@dataclass(slots=True, eq=False)
class TableState(Participant):
    """``capacities`` are its own (None) and those of its indexes; ``day`` is the one whose
    decreases are counted."""

    data: TableData
    site: Site
    capacities: dict[str | None, CapacityState] = field(default_factory=dict)
    consumed: list[Metric] = field(default_factory=list)
    records_written: int = 0
    throttles: int = 0
    write_unit_seconds: int = 0
    read_unit_seconds: int = 0
    day: int = -1
    _states: tuple[CapacityState, ...] = ()
    _throttles: tuple[int, int] = (0, 0)

    def __post_init__(self) -> None:
        own = CapacityState.of(self.name, self.data)
        states = [own, *(CapacityState.of(self.name, each) for each in self.data.indexes)]
        self._states = tuple(states)
        self.capacities = {state.index: state for state in states}
        metric = self.site.publisher.metric
        self.consumed = [
            metric((NAMESPACE, "ConsumedWriteCapacityUnits", each.dimensions)) for each in states
        ]

    @property
    def name(self) -> str:
        """TableName."""
        return self.data.name

    @property
    def key(self) -> str:
        """What its changes under way are known by."""
        return f"table/{self.name}"

    @property
    def of_all(self) -> str:
        """Why a write is throttled that no partition throttles."""
        limit = self.data.on_demand_limit
        return f"Write{limit}ThrottleEvents" if limit else PROVISIONED

    @property
    def is_updating(self) -> bool:
        """Whether it is UPDATING."""
        return self.site.pending.is_busy(self.key)

    def steps(self) -> Mapping[Phase, Step]:
        """Capacity comes anew, and is paid for."""
        return {Phase.REFILL: self._fill, Phase.SETTLE: self._account}

    def _fill(self, now: float) -> None:
        for state in self._states:
            state.fill()

    def _account(self, now: float) -> None:
        for state in self._states:
            self.write_unit_seconds += state.write_units
            self.read_unit_seconds += state.read_units

    def offer(self, records: int, hot: int) -> Write:
        """Seconds until the table and every index have taken the writes."""
        waits = []
        longest = 0.0
        for state in self._states:
            units = records * state.units_per_record
            wait, in_all = state.bucket.spend(units), state.partitions.spend(units)
            by_key = state.hot_partition.spend(hot * state.units_per_record) if hot else 0.0
            if wait or in_all or by_key:
                longest = max(longest, wait, in_all, by_key)
            waits.append((wait, in_all, by_key))
        if longest:
            return TableWrite(self, records, waits, longest)
        for capacity, consumed in zip(self._states, self.consumed, strict=True):
            consumed.add(records * capacity.units_per_record)
        return TAKEN

    def accept(self, records: int) -> None:
        """Records written for good."""
        self.records_written += records

    def compete(self, records: float) -> float:
        """A second of a writer who waits for nothing: how many of its records are written. All are
        while there is enough; else it gets the share that it has in what all writers ask for."""
        share = min(1.0, *(self._share(each, records) for each in self.capacities.values()))
        for capacity, consumed in zip(self._states, self.consumed, strict=True):
            units = records * capacity.units_per_record
            capacity.bucket.spend(units * share)
            capacity.partitions.spend(units * share)
            consumed.add(units * share)
            self.throttle(capacity, self.of_all, units * (1 - share))
        return records * share

    def _share(self, capacity: CapacityState, records: float) -> float:
        """The share of those records that a capacity takes, while processors wait for what it
        owes them."""
        units = records * capacity.units_per_record
        if capacity.bucket.level >= units:
            return 1.0
        owed = max(0.0, capacity.write_units - capacity.bucket.level)
        return min(1.0, capacity.write_units / (units + owed))

    def throttle(self, capacity: CapacityState, reason: str, writes: float) -> None:
        """Writes were refused, once or oftener."""
        if writes < 1:
            return
        self.throttles += int(writes)
        for name in ("WriteThrottleEvents", reason):
            self.site.publisher.add((NAMESPACE, name, capacity.dimensions), int(writes))

    def close_minute(self, minute: int) -> None:
        """What is provisioned, and what the minute came to."""
        provisioned = () if self.data.on_demand_limit else self.capacities.values()
        for state in provisioned:
            for name, units in (
                ("ProvisionedWriteCapacityUnits", state.write_units),
                ("ProvisionedReadCapacityUnits", state.read_units),
            ):
                self.site.publisher.add((NAMESPACE, name, state.dimensions), units)
        self._throttles = (self.throttles, self.throttles - self._throttles[0])

    def facts(self) -> Facts:
        """The truth about the minute that is over."""
        publisher, states = self.site.publisher, self.capacities.values()
        minute = publisher.minute - 1

        def consumed(state: CapacityState) -> float:
            key = (NAMESPACE, "ConsumedWriteCapacityUnits", state.dimensions)
            return publisher.true_sum(key, minute) / 60

        return {
            "write_units": {state.where: state.write_units for state in states},
            "consumed_write_units": {state.where: consumed(state) for state in states},
            "table_throttles": {self.name: self._throttles[1]},
        }

    def strike(self, fault: Fault) -> bool:
        """``capacity`` sets the ``write_units`` of the table or an ``index`` as a person would."""
        values = fault.values
        if fault.what != "capacity" or not fault.concerns(self.name):
            return False
        state = self.capacities[values.get("index")]
        state.set_units(values["write_units"], state.read_units)
        return True

    def described(self) -> Table:
        """The table as its API shows it."""
        status = "UPDATING" if self.is_updating else "ACTIVE"
        own, *indexes = (each.described(status) for each in self.capacities.values())
        created = START.isoformat()
        if self.data.on_demand_limit:
            own = replace(own, write_units=0, read_units=0)
            return Table(own.table, status, "PAY_PER_REQUEST", own, created=created)
        return Table(own.table, status, "PROVISIONED", own, tuple(indexes), created=created)

    def tally(self) -> Tally:
        """What it has come to so far."""
        price = prices()
        held = (
            self.write_unit_seconds * price["write_capacity_unit_hour_usd"]
            + self.read_unit_seconds * price["read_capacity_unit_hour_usd"]
        )
        return Tally(table_throttles=self.throttles, usd=held / 3600)
