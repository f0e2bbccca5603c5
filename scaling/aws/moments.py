"""Moments as AWS's descriptions have them."""

from datetime import UTC, datetime

__all__ = ["created"]


def created(moment: datetime | None) -> str:
    """When AWS made a resource, as the text that tells it from a later one of its name."""
    return "" if moment is None else moment.astimezone(UTC).isoformat()
