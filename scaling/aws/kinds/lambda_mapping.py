"""What AWS tells of a mapping's reading."""

from collections.abc import Iterable, Mapping
from typing import Any

from tidegate.rules.reading import Reading

__all__ = ["other_sources", "reading_of"]


def other_sources(mappings: Iterable[Mapping[str, Any]], stream_arn: str) -> tuple[str, ...]:
    """What else invokes a function by mappings of its own, as far as they are switched on."""
    sources = {
        each["EventSourceArn"]
        for each in mappings
        if each.get("EventSourceArn") and not each.get("State", "").startswith("Disabl")
    }
    return tuple(sorted(sources - {stream_arn}))


def reading_of(data: Mapping[str, Any], others: tuple[str, ...]) -> Reading:
    """From an event source mapping as ListEventSourceMappings tells it."""
    return Reading(
        last_result=data.get("LastProcessingResult") or "",
        has_filter=bool((data.get("FilterCriteria") or {}).get("Filters")),
        tumbling_window_seconds=data.get("TumblingWindowInSeconds") or 0,
        other_sources=others,
    )
