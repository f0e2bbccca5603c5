"""Time as something that a long run waits in."""

from datetime import datetime
from typing import Protocol

__all__ = ["Clock"]


class Clock(Protocol):
    """Time at the edge."""

    def now(self) -> datetime:
        """The moment, with its zone."""
        ...

    def sleep(self, seconds: float) -> None:
        """Wait about as long; an edge adds the jitter."""
        ...
