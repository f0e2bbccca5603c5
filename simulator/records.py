"""Records on their way: what waits for one reader, and what it works on."""

from collections import deque
from dataclasses import dataclass, field
from heapq import merge
from math import ceil

__all__ = ["Batch", "Cohort", "Lane", "Part", "fair", "lanes_of"]

Cohort = tuple[float, int]
"""Records that came in the same second: (second, how many)."""


@dataclass(slots=True)
class Batch:
    """Records that ``executions`` concurrent invocations work on, until ``ends_at``; ``hot`` of
    them carry the hot key. ``is_partial`` where bad records are reported one by one."""

    cohorts: list[Cohort]
    size: int
    executions: int
    ends_at: float
    succeeds: bool
    poisoned: bool = False
    attempts: int = 0
    hot: int = 0
    is_partial: bool = False

    def pass_half(self) -> int:
        """What comes before a bad record in the middle is done; how many that were."""
        left = done = self.size // 2
        while left:
            second, count = self.cohorts[0]
            if count <= left:
                self.cohorts.pop(0)
            else:
                self.cohorts[0] = (second, count - left)
            left -= min(count, left)
        self.size -= done
        return done


@dataclass(slots=True)
class Lane:
    """``width`` of the concurrent batches of a part, which are alike and go on in step; a
    partition key stays in its lane. ``hot`` of the waiting records carry the hot key."""

    width: int = 1
    waiting: deque[Cohort] = field(default_factory=deque)
    count: int = 0
    free_at: float = 0.0
    batch: Batch | None = None
    poisoned: bool = False
    hot: int = 0

    def put(self, second: float, count: int, hot: int = 0) -> None:
        """Records arrive."""
        if count:
            self.waiting.append((second, count))
            self.count += count
            self.hot += hot

    def take_hot(self, count: int) -> int:
        """How many of the ``count`` records to be taken next carry the hot key: no longer waiting
        then. They are spread evenly over those that wait."""
        taken = ceil(self.hot * min(count, self.count) / self.count) if self.hot else 0
        self.hot -= taken
        return taken

    def take(self, most: int) -> list[Cohort]:
        """The oldest records, at most so many."""
        waiting = self.waiting
        if self.count <= most:
            taken = list(waiting)
            waiting.clear()
            self.count = 0
            return taken
        taken = []
        left = most
        while left and waiting:
            second, count = waiting[0]
            if count <= left:
                waiting.popleft()
            else:
                waiting[0] = (second, count - left)
                count = left
            taken.append((second, count))
            left -= count
        self.count -= most - left
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
        self.hot = min(self.hot, self.count)
        return lost


@dataclass(slots=True)
class Part:
    """What one reader has still to read of one ordered part of a source.

    Within a second the source gives it ``budget`` records of the part at most, of which it has
    ``taken`` some; the source sets the one anew and the other back. ``filtered_share`` of what
    arrives is read and dropped. ``has_one_key`` where all records carry the same.
    """

    part_id: str
    lanes: list[Lane]
    budget: int
    taken: int = 0
    turn: int = 0
    filtered_share: float = 0.0
    has_one_key: bool = False

    @property
    def backlog(self) -> int:
        """Records not done."""
        return sum(
            lane.count + (lane.batch.size if lane.batch is not None else 0) for lane in self.lanes
        )

    def put(self, second: float, ordinary: int, hot: int) -> None:
        """Records arrive: spread over the lanes by key, the hot key always in the first."""
        if self.filtered_share:
            dropped = round(ordinary * self.filtered_share)
            self.taken += dropped
            ordinary -= dropped
        if len(self.lanes) == 1 or self.has_one_key:
            self.lanes[0].put(second, ordinary + hot, hot)
            return
        first, others = self.lanes
        share, rest = divmod(ordinary, 1 + others.width)
        share += self.turn % (1 + others.width) < rest
        first.put(second, share + hot, hot)
        others.put(second, ordinary - share)
        self.turn += 1

    def set_lanes(self, width: int, first_apart: bool) -> None:
        """Another width in all: what waits is spread anew by key, what runs goes on."""
        old = self.lanes
        if width == sum(lane.width for lane in old):
            return
        self.lanes = lanes_of(width, first_apart)
        returned = [lane.batch.cohorts for lane in old[len(self.lanes) :] if lane.batch is not None]
        for lane, before in zip(self.lanes, old, strict=False):
            lane.free_at, lane.batch, lane.poisoned = before.free_at, before.batch, before.poisoned
        share = old[0].hot / old[0].count if old[0].hot else 0.0
        of_first = [(second, count, round(count * share)) for second, count in old[0].waiting]
        others = [*(lane.waiting for lane in old[1:]), *returned]
        ordinary = [[(second, count, 0) for second, count in cohorts] for cohorts in others]
        for second, count, hot in merge(of_first, *ordinary):
            self.put(second, count - hot, hot)


def lanes_of(width: int, first_apart: bool) -> list[Lane]:
    """The lanes of a part: all as one, or the first by itself where a single key or record may
    hold it up."""
    if first_apart and width > 1:
        return [Lane(), Lane(width - 1)]
    return [Lane(width)]


def fair(wanted: list[int], budget: int) -> list[int]:
    """The budget shared out evenly, nobody getting more than wanted."""
    given = [0] * len(wanted)
    order = sorted(range(len(wanted)), key=wanted.__getitem__)
    for position, at in enumerate(order):
        given[at] = min(wanted[at], budget // (len(order) - position))
        budget -= given[at]
    return given
