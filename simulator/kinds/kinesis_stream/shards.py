"""Shards: ranges of the hash keys, and what each reader has still to read of them."""

from dataclasses import dataclass, field

from tidegate.simulator.records import Part

__all__ = ["ShardState"]


@dataclass(slots=True)
class ShardState:
    """A shard, both ends of its hash key range included. ``ordinary`` and ``hot`` are its shares
    of all records; ``parts`` has one for each reader, in the order in which they began."""

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
    def backlog(self) -> int:
        """Records that the reader furthest behind has not done."""
        return max((part.backlog for part in self.parts), default=0)
