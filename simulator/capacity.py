"""A table's or an index's provisioned throughput: a bucket that fills each second."""

from dataclasses import dataclass, field
from datetime import datetime

from simulator.scenario import CapacityData

__all__ = ["BURST_SECONDS", "PARTITION_UNITS", "Bucket", "CapacityState"]

BURST_SECONDS = 300
"""Unused capacity that can be burst (DynamoDB developer guide)."""

PARTITION_UNITS = 1000
"""Write units that one partition serves (DynamoDB developer guide)."""


@dataclass(slots=True)
class Bucket:
    """Units to spend. Below zero, spenders wait until it has filled up again."""

    units_per_second: float
    burst_seconds: float
    level: float = 0.0

    def fill(self) -> None:
        """One second passes."""
        most = self.units_per_second * self.burst_seconds
        self.level = min(most, self.level + self.units_per_second)

    def spend(self, units: float) -> float:
        """Take units; the seconds that a writer waits, retrying, until they are all there."""
        self.level -= units
        return max(0.0, -self.level / self.units_per_second)

    def give_back(self, units: float) -> None:
        """What was not written after all."""
        self.level += units


@dataclass(slots=True)
class CapacityState:
    """A table (``index`` None) or index as it is now."""

    table: str
    index: str | None
    units_per_record: float
    write_units: int
    read_units: int
    bucket: Bucket
    partition: Bucket = field(default_factory=lambda: Bucket(PARTITION_UNITS, 1, PARTITION_UNITS))
    decreases_today: int = 0
    last_decrease_at: datetime | None = None
    last_increase_at: datetime | None = None

    @classmethod
    def of(cls, data: CapacityData) -> "CapacityState":
        """The state at the start, with no burst saved up."""
        bucket = Bucket(data.write_units, BURST_SECONDS, data.write_units)
        return cls(
            data.table,
            data.index,
            data.units_per_record,
            data.write_units,
            data.read_units,
            bucket,
        )

    @property
    def where(self) -> str:
        """Table, or table/index."""
        return self.table if self.index is None else f"{self.table}/{self.index}"

    @property
    def dimensions(self) -> tuple[tuple[str, str], ...]:
        """What CloudWatch knows it by."""
        if self.index is None:
            return (("TableName", self.table),)
        return (("TableName", self.table), ("GlobalSecondaryIndexName", self.index))

    def set_units(self, write_units: int, read_units: int) -> None:
        """New provisioned throughput, effective at once."""
        self.write_units, self.read_units = write_units, read_units
        self.bucket.units_per_second = write_units

    def fill(self) -> None:
        """One second passes."""
        self.bucket.fill()
        self.partition.fill()
