"""The metrics of AWS/DynamoDB that Tidegate reads."""

from dataclasses import dataclass

from tidegate.rules.kinds.dynamodb_table.state import Capacity
from tidegate.rules.window import Metric, Window

__all__ = ["CapacitySeries", "capacity_metrics", "table_metric"]


@dataclass(frozen=True, slots=True)
class CapacitySeries:
    """Units consumed and events throttled on a table or an index, sums per minute.

    The throttle metrics are published only where something was throttled: silence there, while
    consumption is published, means that nothing was.
    """

    consumed_write_units: Window
    consumed_read_units: Window
    write_throttles: Window
    read_throttles: Window
    write_key_range_throttles: Window
    read_key_range_throttles: Window


def table_metric(table: str, index: str | None, name: str, statistic: str) -> Metric:
    """A metric of a table, which leaves its indexes out, or of one index."""
    dimensions: tuple[tuple[str, str], ...] = (("TableName", table),)
    if index is not None:
        dimensions += (("GlobalSecondaryIndexName", index),)
    return Metric("AWS/DynamoDB", name, dimensions, statistic)


def capacity_metrics(capacity: Capacity) -> tuple[Metric, ...]:
    """The metrics of a ``CapacitySeries``, in its order."""
    names = (
        "ConsumedWriteCapacityUnits",
        "ConsumedReadCapacityUnits",
        "WriteThrottleEvents",
        "ReadThrottleEvents",
        "WriteKeyRangeThroughputThrottleEvents",
        "ReadKeyRangeThroughputThrottleEvents",
    )
    return tuple(table_metric(capacity.table, capacity.index, name, "Sum") for name in names)
