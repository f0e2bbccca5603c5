"""What comes into a source at this time on other days, by its load history."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from tidegate.rules.window import Window

__all__ = ["UsualLoad", "usual_load"]

AROUND_SECONDS = 3600
"""How far a day's load may be before or behind that of another: people are not on time, and clocks
are put forward."""
ODD_DAYS_MAX = 7
"""One day of so many may be left out on either side: yesterday's incident is not what is usual."""
DAYS_MIN = 2
"""A single day doesn't tell a working day from a holiday."""
_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class UsualLoad:
    """Records a second, between what each of ``days`` days had within an hour of this time."""

    least: float
    most: float
    days: int


def usual_load(history: Window, at: datetime) -> UsualLoad | None:
    """None where fewer than two other days are known at this time of theirs. A period without a
    point is one in which nothing came in: by one that is only lost, more would be usual."""
    period, samples = history.metric.period_seconds, history.samples
    first = next((n for n, sample in enumerate(samples) if sample is not None), len(samples))
    around, a_day = AROUND_SECONDS // period, int(_DAY.total_seconds()) // period
    middle = int((at - history.start).total_seconds()) // period - a_day
    low: list[float] = []
    high: list[float] = []
    while middle >= first:
        near = samples[max(first, middle - around) : middle + around + 1]
        known = [sample or 0.0 for sample in near]
        low.append(min(known) / period)
        high.append(max(known) / period)
        middle -= a_day
    if len(low) < DAYS_MIN:
        return None
    odd = len(low) // ODD_DAYS_MAX
    return UsualLoad(sorted(low)[odd], sorted(high)[-1 - odd], len(low))
