"""Moments as AWS's descriptions have them."""

from datetime import UTC, datetime

__all__ = ["as_moment", "as_text"]


def as_text(moment: datetime | None) -> str:
    """When AWS made or changed a resource, as a text that is compared with an earlier one."""
    return "" if moment is None else moment.astimezone(UTC).isoformat()


def as_moment(text: str | None) -> datetime | None:
    """When AWS changed what it describes with a text; None where it says nothing or no moment."""
    try:
        found = datetime.fromisoformat(text or "")
    except ValueError:
        return None
    return found if found.tzinfo else found.replace(tzinfo=UTC)
