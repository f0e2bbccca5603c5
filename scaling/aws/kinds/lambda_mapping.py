"""What AWS tells of a mapping's reading."""

from collections.abc import Mapping
from typing import Any

from tidegate.rules.reading import Reading

__all__ = ["reading_of"]


def reading_of(data: Mapping[str, Any]) -> Reading:
    """From an event source mapping as ListEventSourceMappings tells it."""
    return Reading(
        last_result=data.get("LastProcessingResult") or "",
        has_filter=bool((data.get("FilterCriteria") or {}).get("Filters")),
        tumbling_window_seconds=data.get("TumblingWindowInSeconds") or 0,
    )
