"""When every world begins."""

from datetime import UTC, datetime, timedelta

__all__ = ["START", "at_second"]

START = datetime(2026, 1, 5, tzinfo=UTC)
"""A Monday, so that change windows have a weekday to speak of."""


def at_second(second: float) -> datetime:
    """The moment of a world's second."""
    return START + timedelta(seconds=second)
