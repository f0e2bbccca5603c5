"""A shard: a range of the hash keys, what it takes of what producers bring, and what each reader
has still to read of it."""

from dataclasses import dataclass, field
from math import ceil

from tidegate.simulator.records import Part

__all__ = ["ShardState"]

RETRY_SHARE = 0.2
"""Refused producers back off: a fifth of what waits is tried again each second."""


@dataclass(slots=True)
class ShardState:
    """A shard, both ends of its hash key range included. ``ordinary`` and ``hot`` are its shares
    of all records; ``parts`` has one for each reader, in the order in which they began. ``pending``
    are the records that it has refused, which wait at their producers."""

    shard_id: str
    start: int
    end: int
    parents: tuple[str, ...]
    parts: list[Part] = field(default_factory=list)
    is_open: bool = True
    ordinary: float = 0.0
    hot: float = 0.0
    pending: int = 0

    @property
    def retried(self) -> int:
        """Records of those that are tried again in this second."""
        return ceil(self.pending * RETRY_SHARE) if self.pending else 0

    def take(self, now: float, offered: int, limit: int) -> int:
        """A second's records, the retried ones among them: as many as the limit are accepted, for
        every reader; the others are refused, and wait."""
        accepted = min(limit, offered)
        if accepted < offered or self.pending:
            self.pending += offered - self.retried - accepted
        if offered:
            hot = round(accepted * self.hot / (self.ordinary + self.hot)) if self.hot else 0
            for part in self.parts:
                part.put(now, accepted - hot, hot)
        return accepted

    @property
    def backlog(self) -> int:
        """Records that the reader furthest behind has not done."""
        return max((part.backlog for part in self.parts), default=0)
