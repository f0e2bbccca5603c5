"""When Lambda says that something was changed."""

from datetime import UTC, datetime

__all__ = ["moment_of"]


def moment_of(text: str) -> datetime | None:
    """The moment of a LastModified; None where it is empty or no moment."""
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        return None
    return found if found.tzinfo else found.replace(tzinfo=UTC)
