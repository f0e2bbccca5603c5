"""Five simple ways to forecast a load, each from what is known at one moment."""

from collections.abc import Callable
from dataclasses import dataclass
from itertools import combinations
from statistics import median

from tidegate.scaling.load.load_history import PERIOD_SECONDS, Days, Past, present

__all__ = ["DAYS", "HIGH_SHARE", "HOUR", "WAYS", "Moment", "Way"]

DAYS_MAX = 7
DAYS = tuple(range(1, DAYS_MAX + 1))
WEEKS = (7, 14)
HOUR = 3600 // PERIOD_SECONDS
TREND = 6

HIGH_SHARE = 0.95
"""A load a twentieth below its highest is as good as there: a mean over 300 s is that noisy."""


@dataclass(frozen=True, slots=True)
class Moment:
    """A moment to forecast from: ``at`` periods of the past are known, ``level`` is the newest."""

    past: Past
    at: int
    level: float

    @property
    def is_at_its_highest(self) -> bool:
        """Whether the load is about as high as it ever was until then; within the first hour that
        says nothing."""
        return self.at >= HOUR and self.level >= HIGH_SHARE * self.past.highest(self.at)


def _stays(moment: Moment, _: int) -> float | None:
    """The load stays as it is."""
    return moment.level


def _returns(moment: Moment, _: int) -> float | None:
    """The load returns to the middle of its last hour."""
    seen = present(moment.past.rates[max(0, moment.at - HOUR) : moment.at])
    return median(seen) if len(seen) >= HOUR // 2 else None


def _goes_on(moment: Moment, ahead: int) -> float | None:
    """The load goes on along the line of its last half hour, whose slope is the median of all
    slopes between two points (Theil 1950, Sen 1968): a third of them may be wrong."""
    seen = [
        (at, rate)
        for at, rate in enumerate(moment.past.rates[max(0, moment.at - TREND) : moment.at])
        if rate is not None
    ]
    if len(seen) < TREND // 2:
        return None
    slope = median((later - rate) / (to - at) for (at, rate), (to, later) in combinations(seen, 2))
    return max(0.0, moment.level + slope * (ahead if slope > 0 else 1))


def _as_on_other_days(moment: Moment, ahead: int) -> float | None:
    """The load changes by as much as it did from this time on, on other days."""
    return _seasonal(moment, ahead, DAYS)


def _as_last_week(moment: Moment, ahead: int) -> float | None:
    """The load changes as on the same weekday."""
    return _seasonal(moment, ahead, WEEKS)


Way = Callable[[Moment, int], float | None]
WAYS: tuple[Way, ...] = (
    _stays,
    _returns,
    _goes_on,
    _as_on_other_days,
    _as_last_week,
)


def _seasonal(moment: Moment, ahead: int, days: Days) -> float | None:
    before = moment.past.usual(moment.at - 1, days)
    if not before:
        return None
    after = [moment.past.usual(moment.at + step, days) for step in range(ahead)]
    known = [each for each in after if each is not None]
    return moment.level * max(known) / before if known else None
