"""Moments as AWS's descriptions have them."""

from datetime import UTC, datetime

__all__ = ["as_text"]


def as_text(moment: datetime | None) -> str:
    """When AWS made or changed a resource, as a text that is compared with an earlier one."""
    return "" if moment is None else moment.astimezone(UTC).isoformat()
