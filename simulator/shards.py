"""Shards with their records, and the lanes that Lambda reads them in."""

from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass, field
from heapq import merge

__all__ = ["Batch", "Cohort", "Lane", "ShardState"]

Cohort = tuple[float, int]
"""Records that came in the same second: (second, how many)."""


@dataclass(slots=True)
class Batch:
    """Records that an invocation works on, until ``ends_at``."""

    cohorts: list[Cohort]
    size: int
    ends_at: float
    succeeds: bool
    poisoned: bool = False
    attempts: int = 0


@dataclass(slots=True)
class Lane:
    """One of the ``factor`` concurrent batches of a shard; a partition key stays in its lane."""

    waiting: deque[Cohort] = field(default_factory=deque)
    count: int = 0
    free_at: float = 0.0
    batch: Batch | None = None
    poisoned: bool = False

    def put(self, second: float, count: int) -> None:
        """Records arrive."""
        if count:
            self.waiting.append((second, count))
            self.count += count

    def take(self, most: int) -> list[Cohort]:
        """The oldest records, at most so many."""
        taken: list[Cohort] = []
        left = most
        while left and self.waiting:
            second, count = self.waiting[0]
            if count <= left:
                self.waiting.popleft()
            else:
                self.waiting[0] = (second, count - left)
                count = left
            taken.append((second, count))
            left -= count
            self.count -= count
        return taken

    def give_back(self, cohorts: list[Cohort]) -> None:
        """Records taken before, oldest first, are to be read again."""
        self.waiting.extendleft(reversed(cohorts))
        self.count += sum(count for _, count in cohorts)

    @property
    def oldest(self) -> float | None:
        """The second of the oldest record not yet done."""
        if self.batch is not None:
            return self.batch.cohorts[0][0]
        return self.waiting[0][0] if self.waiting else None

    def expire(self, before: float) -> int:
        """Drop what came before a second; how many that were."""
        lost = 0
        while self.waiting and self.waiting[0][0] < before:
            lost += self.waiting.popleft()[1]
        self.count -= lost
        return lost


@dataclass(slots=True)
class ShardState:
    """A shard, both ends of its hash key range included. ``ordinary`` and ``hot`` are its shares
    of all records."""

    shard_id: str
    start: int
    end: int
    parents: tuple[str, ...]
    lanes: list[Lane]
    is_open: bool = True
    ordinary: float = 0.0
    hot: float = 0.0
    pending: int = 0
    turn: int = 0

    @property
    def backlog(self) -> int:
        """Records not done."""
        return sum(
            lane.count + (lane.batch.size if lane.batch is not None else 0) for lane in self.lanes
        )

    def put(self, second: float, ordinary: int, hot: int) -> None:
        """Records arrive: spread over the lanes by key, the hot key always in the first."""
        share, rest = divmod(ordinary, len(self.lanes))
        for position, lane in enumerate(self.lanes):
            extra = (position + self.turn) % len(self.lanes) < rest
            lane.put(second, share + extra + (hot if position == 0 else 0))
        self.turn += 1

    def set_lanes(self, factor: int) -> None:
        """Another parallelization factor: what waits is spread anew, what runs goes on."""
        if factor == len(self.lanes):
            return
        waiting = merge(*(lane.waiting for lane in self.lanes))
        lanes = self.lanes[:factor] + [Lane() for _ in range(factor - len(self.lanes))]
        returned = [lane.batch for lane in self.lanes[factor:] if lane.batch is not None]
        for lane in lanes:
            lane.waiting, lane.count = deque(), 0
        self.lanes = lanes
        self._spread(merge(waiting, *(batch.cohorts for batch in returned)))

    def _spread(self, cohorts: Iterable[Cohort]) -> None:
        for second, count in cohorts:
            self.put(second, count, 0)
