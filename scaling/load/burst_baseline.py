"""Where a table may stand while its load comes and goes: what is beyond comes out of its burst.

A raise takes minutes to be asked for and to be in effect, and a decrease must last an hour. So a
table that follows excursions of a few minutes is raised when they are over, and stands there idle.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate, groupby, takewhile
from math import ceil

from tidegate.rules.kinds.signals import BURST_SECONDS
from tidegate.rules.window import Window
from tidegate.scaling.load.load_history import PERIOD_SECONDS, Past, present

__all__ = ["HEADROOM", "Standing", "standing"]

HOUR = 3600 // PERIOD_SECONDS
LATELY = 6 * HOUR
"""As far back as the forecast takes its errors from."""

SAVED_PERIODS = BURST_SECONDS / PERIOD_SECONDS

HEADROOM = 1.03
"""Means over 300 s hide that much of what a few minutes bring: half of what a change is worth."""

CLEARLY_DEARER = 1.5
"""Following is told too dear, as if the burst spared it no raise; and where standing is wrong the
objective is missed, not money."""

BLUR = 1.25
"""Minutes tell an excursion more sharply than periods of 300 s do, which blur both its ends."""


@dataclass(frozen=True, slots=True)
class Standing:
    """A rate that a table's units carry, with the excursions beyond it out of its burst.

    ``excursion_records`` is the most that one excursion brought beyond the rate; ``following`` the
    mean rate of a table that goes up with every excursion, ``highest`` that of the highest.
    """

    records_per_second: float
    excursion_records: float
    following_records_per_second: float
    highest_records_per_second: float

    def still_to_come(self, incoming: Window, drain_seconds: float) -> float | None:
        """Records beyond the rate that the excursion of now may still bring, 0 after one whose
        drain may last so long; None for one that is larger than any before, and where none was."""
        over = [
            (records or 0.0) - self.records_per_second * incoming.metric.period_seconds
            for records in reversed(incoming.samples)
        ]
        beyond = sum(takewhile(lambda each: each > 0, over))
        if beyond > BLUR * self.excursion_records:
            return None
        if beyond:
            return max(0.0, self.excursion_records - beyond)
        lately = over[: ceil(drain_seconds / incoming.metric.period_seconds)]
        return 0.0 if max(lately, default=0.0) > 0 else None


def standing(past: Past) -> Standing | None:
    """Where a table would have stood through the last six hours; None where following the load
    isn't clearly dearer, or a period of them is not known."""
    rates = present(past.rates[-LATELY:])
    if len(rates) < LATELY or not any(rates):
        return None
    lowest = HEADROOM * _lowest(rates)
    following = _following([rate or 0.0 for rate in past.rates[-LATELY - HOUR :]])
    if CLEARLY_DEARER * lowest >= following:
        return None
    return Standing(lowest, _largest_excursion(rates, lowest), following, max(rates))


def _lowest(rates: Sequence[float]) -> float:
    """The lowest steady rate whose burst, full before each run of periods, covers all of them: a
    table saves up 300 s of what it leaves unused (DynamoDB guide, burst capacity)."""
    sums = list(accumulate(rates, initial=0.0))
    return max(
        (sums[end] - sums[start]) / (end - start + SAVED_PERIODS)
        for start in range(len(rates))
        for end in range(start + 1, len(sums))
    )


def _following(rates: Sequence[float]) -> float:
    """The mean of a table that goes up at once and down an hour later: more than four decreases a
    day have to be an hour apart (DynamoDB quotas)."""
    newest = range(len(rates) - LATELY, len(rates))
    return sum(max(rates[max(0, at - HOUR) : at + 1]) for at in newest) / LATELY


def _largest_excursion(rates: Sequence[float], steady: float) -> float:
    runs = groupby(rates, key=lambda rate: rate > steady)
    return max(
        (sum(rate - steady for rate in run) * PERIOD_SECONDS for above, run in runs if above),
        default=0.0,
    )
