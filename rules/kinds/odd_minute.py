"""One minute of refusals, and what else confirms it: what none does moves no lever.

A burst of seconds, a node of AWS that is replaced, or a client that retries at once shows as one
minute that refuses, and is over when a change takes effect.
"""

from dataclasses import replace

from tidegate.rules.cause import Diagnosis
from tidegate.rules.kinds.rates import is_repeated
from tidegate.rules.kinds.signals import Signals
from tidegate.rules.window import Window

__all__ = ["judged_by_minutes"]

HIGHEST_SECONDS = 900
"""Of fifteen minutes of a load that stays as it is, the newest is the highest once in fifteen."""


def judged_by_minutes(
    found: Diagnosis, refused: Window, signals: Signals, *, is_full: bool
) -> Diagnosis:
    """With whether one minute alone refuses. It is confirmed where it ``is_full``: next to nothing
    of the capacity was left in it; and by the source."""
    if is_repeated(refused):
        return found
    odd = replace(found, is_odd=True)
    if is_full or not found.cured_by or _is_confirmed(signals):
        return odd
    return replace(odd, is_unconfirmed=True)


def _is_confirmed(signals: Signals) -> bool:
    """Whether records wait, or more come in than in any other minute of the last quarter of an
    hour. True where no earlier minute is known."""
    if signals.age_is_sick:
        return True
    *before, newest = signals.series.source.incoming_records.last(HIGHEST_SECONDS).samples
    known = [each for each in before if each is not None]
    return newest is None or not known or newest > max(known)
