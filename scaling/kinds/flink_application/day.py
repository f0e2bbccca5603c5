"""The day ahead of a Flink job, by the other days of its load: one restart is to do for all."""

from dataclasses import dataclass
from itertools import dropwhile, takewhile

from tidegate.scaling.kinds.flink_application.sizing import JobModel
from tidegate.scaling.load.forecast_ways import DAYS, HOUR
from tidegate.scaling.load.load_history import DAY, Past
from tidegate.scaling.model.look import Look

__all__ = ["DayAhead", "day_ahead"]

QUARTER = HOUR // 4
"""In periods of the past: what is usual is averaged over as long."""


@dataclass(frozen=True, slots=True)
class DayAhead:
    """The most records a second of each of the coming 24 hours, empty where no other day tells, and
    what each subtask is to do of them."""

    hours: tuple[float, ...]
    records_by_each: float

    def lasts(self, subtasks: int, start: int = 0) -> int:
        """For how many hours after the first ``start`` so many subtasks are enough."""
        most = self._enough_for(subtasks)
        return len(list(takewhile(lambda each: each <= most, self.hours[start:])))

    def highest_until_it_falls(self, subtasks: int) -> float:
        """The most records a second of the next hours in a row that are more than so many subtasks
        are to do, 0 where none are."""
        most = self._enough_for(subtasks)
        beyond = dropwhile(lambda each: each <= most, self.hours)
        return max(takewhile(lambda each: each > most, beyond), default=0.0)

    def _enough_for(self, subtasks: int) -> float:
        return subtasks * self.records_by_each


def day_ahead(look: Look, model: JobModel) -> DayAhead:
    """By the middle of the other days, and by as much less as the load is now; one that has left
    them behind is told by its growth. Without hours where a restart fits into the objective: such a
    job may follow its load."""
    each = model.records_per_busy_second * look.said.entry.target_utilization.parallelism
    past = None if look.expected is None else look.expected.past
    if past is None or not model.misses(look.signals.iterator_age_max_seconds):
        return DayAhead((), each)
    return DayAhead(_hours(past), each)


def _hours(past: Past) -> tuple[float, ...]:
    end = len(past.rates)
    now, before = (past.rates or (None,))[-1], past.usual(end - 1, DAYS)
    quarters = (past.usual(end + at, DAYS) for at in range(1, DAY, QUARTER))
    known = [records for records in quarters if records is not None]
    if now is None or not before or len(known) < DAY // QUARTER:
        return ()
    less = min(1.0, now / before)
    return tuple(less * max(known[at : at + 4]) for at in range(0, len(known), 4))
