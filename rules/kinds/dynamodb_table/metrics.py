"""The metrics of AWS/DynamoDB that Tidegate reads."""

from tidegate.rules.kinds.dynamodb_table.state import Capacity
from tidegate.rules.window import Metric

__all__ = ["capacity_metrics", "table_metric"]


def table_metric(table: str, index: str | None, name: str, statistic: str) -> Metric:
    """A metric of a table, which leaves its indexes out, or of one index."""
    dimensions: tuple[tuple[str, str], ...] = (("TableName", table),)
    if index is not None:
        dimensions += (("GlobalSecondaryIndexName", index),)
    return Metric("AWS/DynamoDB", name, dimensions, statistic)


def capacity_metrics(capacity: Capacity) -> tuple[Metric, ...]:
    """The metrics of a ``CapacitySeries``, in its order. Only a table on demand may have a
    maximum of its own."""
    names: tuple[str, ...] = (
        "ConsumedWriteCapacityUnits",
        "ConsumedReadCapacityUnits",
        "WriteThrottleEvents",
        "ReadThrottleEvents",
        "WriteKeyRangeThroughputThrottleEvents",
        "ReadKeyRangeThroughputThrottleEvents",
        "WriteAccountLimitThrottleEvents",
        "ReadAccountLimitThrottleEvents",
    )
    if capacity.is_on_demand:
        names += (
            "WriteMaxOnDemandThroughputThrottleEvents",
            "ReadMaxOnDemandThroughputThrottleEvents",
        )
    return tuple(table_metric(capacity.table, capacity.index, name, "Sum") for name in names)
