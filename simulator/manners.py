"""AWS's manners that all kinds share: it refuses, and it takes its time."""

from collections.abc import Callable
from dataclasses import dataclass, field

__all__ = ["Pending", "Refusal"]


class Refusal(Exception):
    """AWS says no: ``code`` as in its API, ``message`` in its words; ``http_status`` is 500 where
    the fault is AWS's own."""

    def __init__(self, code: str, message: str, http_status: int = 400) -> None:
        super().__init__(f"{code}: {message}")
        self.code = code
        self.message = message
        self.http_status = http_status


@dataclass(slots=True)
class Pending:
    """Changes under way: what becomes true when, by resource."""

    jobs: dict[str, tuple[float, Callable[[], None]]] = field(default_factory=dict)

    def begin(self, resource: str, done_at: float, effect: Callable[[], None]) -> None:
        """The resource is UPDATING until ``done_at``, when ``effect`` takes place."""
        self.jobs[resource] = (done_at, effect)

    def is_busy(self, resource: str) -> bool:
        """Whether the resource is UPDATING."""
        return resource in self.jobs

    def pass_to(self, now: float) -> None:
        """Let everything due take effect."""
        if not self.jobs:
            return
        for resource, (done_at, effect) in list(self.jobs.items()):
            if done_at <= now:
                del self.jobs[resource]
                effect()
