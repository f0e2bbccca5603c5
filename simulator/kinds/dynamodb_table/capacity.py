"""A table's or an index's provisioned throughput: a bucket that fills each second."""

from dataclasses import dataclass, field
from datetime import datetime
from math import ceil

from tidegate.rules.kinds.dynamodb_table.state import Capacity
from tidegate.simulator.bucket import Bucket
from tidegate.simulator.kinds.dynamodb_table.data import IndexData, TableData
from tidegate.simulator.kinds.dynamodb_table.limits import BURST_SECONDS, PARTITION_UNITS
from tidegate.simulator.publisher import Dimensions

__all__ = ["CapacityState", "Waits"]

Waits = tuple[float, float, float]
"""Seconds until units are there: of the provisioned ones, of all partitions, of the hot one."""

SMOOTHED_SECONDS = 10
"""All lanes of a shard write in the same second (see docs/decisions/0006), which Lambda's don't;
over so many seconds, longer than a batching window is made, they come to the same."""


@dataclass(slots=True)
class CapacityState:
    """A table (``index`` None) or index as it is now.

    ``partitions`` bounds what its partitions take together, however much the bucket holds;
    ``hot_partition`` is the one of the hot key.
    """

    table: str
    index: str | None
    units_per_record: float
    write_units: int
    read_units: int
    bucket: Bucket
    partitions: Bucket = field(init=False)
    hot_partition: Bucket = field(init=False)
    decreases_today: int = 0
    last_decrease_at: datetime | None = None
    last_increase_at: datetime | None = None

    def __post_init__(self) -> None:
        self.partitions = _full(_partition_units(self.write_units), SMOOTHED_SECONDS)
        self.hot_partition = _full(PARTITION_UNITS, 1)

    @classmethod
    def of(cls, table: str, data: TableData | IndexData) -> "CapacityState":
        """The state at the start, with no burst saved up."""
        index = data.name if isinstance(data, IndexData) else None
        is_on_demand = isinstance(data, TableData) and data.on_demand_limit
        burst = SMOOTHED_SECONDS if is_on_demand else BURST_SECONDS
        bucket = Bucket(data.write_units, burst, data.write_units)
        return cls(table, index, data.units_per_record, data.write_units, data.read_units, bucket)

    @property
    def where(self) -> str:
        """Table, or table/index."""
        return self.table if self.index is None else f"{self.table}/{self.index}"

    @property
    def dimensions(self) -> Dimensions:
        """What CloudWatch knows it by."""
        if self.index is None:
            return (("TableName", self.table),)
        return (("TableName", self.table), ("GlobalSecondaryIndexName", self.index))

    def described(self, status: str) -> Capacity:
        """The capacity as DescribeTable shows it."""
        return Capacity(
            self.table,
            self.index,
            status,
            self.write_units,
            self.read_units,
            self.decreases_today,
            self.last_decrease_at,
            self.last_increase_at,
        )

    def set_units(self, write_units: int, read_units: int) -> None:
        """New provisioned throughput, effective at once. Partitions that it needs for that stay
        when it is lowered again."""
        self.write_units, self.read_units = write_units, read_units
        self.bucket.units_per_second = write_units
        most = max(self.partitions.units_per_second, _partition_units(write_units))
        self.partitions.units_per_second = most

    def fill(self) -> None:
        """One second passes."""
        self.bucket.fill()
        self.partitions.fill()
        self.hot_partition.fill()


def _partition_units(write_units: int) -> int:
    """What the fewest partitions that provide so many units take, spread evenly."""
    return PARTITION_UNITS * max(1, ceil(write_units / PARTITION_UNITS))


def _full(units: float, seconds: float) -> Bucket:
    return Bucket(units, seconds, units * seconds)
