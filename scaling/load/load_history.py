"""What a load was before, in periods of five minutes."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import accumulate
from statistics import median

from tidegate.rules.window import Window

__all__ = ["DAY", "PAST", "PERIOD_SECONDS", "Days", "Past", "present"]

PERIOD_SECONDS = 300
"""What the load is averaged over: DynamoDB keeps 300 s of unused capacity for bursts (developer
guide), and CloudWatch keeps points of 300 s for 63 days (GetMetricData)."""

PAST = timedelta(days=15)
"""Two weeks with the day before them: the same weekday twice."""

DAY = 24 * 3600 // PERIOD_SECONDS
"""Periods of a day."""

Rates = Sequence[float | None]
Days = tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Past:
    """Mean rates of 300 s each, oldest first, None for a gap; the newest ends at ``end``."""

    rates: tuple[float | None, ...]
    end: datetime
    _usual: dict[tuple[int, Days], float | None] = field(default_factory=dict, compare=False)
    _highest: list[float] = field(default_factory=list, compare=False)

    @property
    def mean_of_a_day(self) -> float:
        """The mean rate of the last day, as far as it is known."""
        seen = present(self.rates[-DAY:])
        return sum(seen) / len(seen) if seen else 0.0

    def highest(self, of_first: int | None = None) -> float:
        """The highest rate of all, or of so many of the first."""
        if not self._highest:
            rates = [rate or 0.0 for rate in self.rates]
            self._highest.extend(accumulate(rates, max, initial=0.0))
        return self._highest[-1 if of_first is None else of_first]

    def usual(self, at: int, days: Days) -> float | None:
        """The median of some days back at the time of a period, each averaged over a quarter of an
        hour; None where none of them is known."""
        key = (at, days)
        if key not in self._usual:
            self._usual[key] = _usual(self.rates, at, days)
        return self._usual[key]

    @classmethod
    def of(cls, window: Window, judged_until: datetime) -> "Past":
        """From a window of sums, without the periods that were not over when it was judged."""
        period = window.metric.period_seconds
        kept = int((judged_until - window.start).total_seconds()) // period
        samples = window.samples[: max(0, kept)]
        rates = tuple([None if each is None else each / period for each in samples])
        return cls(rates, window.start + timedelta(seconds=period * len(rates)))


def _usual(rates: Rates, at: int, days: Days) -> float | None:
    found = []
    for back in days:
        middle = at - back * DAY
        if middle < 0:
            break
        seen = present(rates[max(0, middle - 1) : middle + 2])
        if seen:
            found.append(sum(seen) / len(seen))
    return median(found) if found else None


def present(rates: Rates) -> list[float]:
    """Those that are known."""
    return [rate for rate in rates if rate is not None]
