"""What tables and indexes serve at once, as DynamoDB describes it."""

from collections.abc import Mapping
from typing import Any

from tidegate.rules.kinds.dynamodb_table.state import WarmThroughput

__all__ = ["warm_throughput"]


def warm_throughput(described: Mapping[str, Any]) -> WarmThroughput | None:
    """Of the description of a table or an index; None where it doesn't tell."""
    warm = described.get("WarmThroughput", {})
    if "WriteUnitsPerSecond" not in warm or "ReadUnitsPerSecond" not in warm:
        return None
    is_updating = warm.get("Status") == "UPDATING"
    return WarmThroughput(warm["WriteUnitsPerSecond"], warm["ReadUnitsPerSecond"], is_updating)
