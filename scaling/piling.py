"""What will pile up before the tables until a change made now takes effect."""

from dataclasses import replace
from itertools import pairwise
from math import inf

from rules.window import Window
from scaling.outlook import Outlook
from scaling.sizing import ANSWER_SECONDS, CapacityModel, Load

__all__ = ["halfway", "piling_up", "risen"]

RISING_SECONDS = ANSWER_SECONDS + 60
"""As many rises from minute to minute as there are minutes until the change: a slope goes on no
longer than it has lasted, and a jump, which shows in two minutes at most, is none."""


def risen(load: Load, incoming: Window, expected: Outlook | None) -> Load:
    """The load when a change made now takes effect, if the smallest of its newest rises goes on;
    no further than it is known to go."""
    now = load.records_per_second
    then = max(now, min(now + _rise(incoming), _known_bound(now, expected)))
    return _scaled(load, then / max(1.0, now))


def halfway(load: Load, later: Load) -> Load:
    """The mean load from one to the other."""
    mean = (load.records_per_second + later.records_per_second) / 2
    return _scaled(load, mean / max(1.0, load.records_per_second))


def piling_up(model: CapacityModel, records_per_second: float) -> float:
    """Records that will wait for a table when a change made now takes effect: those that its
    units and what it has saved up for bursts don't carry until then. Below zero where they carry
    more."""
    units = model.write_units_per_record
    if not units:
        return -inf
    missing = records_per_second * units - model.write_units_meanwhile
    return (missing * ANSWER_SECONDS - model.saved_write_units) / units


def _scaled(load: Load, share: float) -> Load:
    return replace(
        load,
        records_per_second=load.records_per_second * share,
        bytes_per_second=load.bytes_per_second * share,
    )


def _rise(incoming: Window) -> float:
    """How much more comes a second after ``ANSWER_SECONDS``."""
    period = incoming.metric.period_seconds
    newest = incoming.last(RISING_SECONDS).present
    if len(newest) * period < RISING_SECONDS:
        return 0.0
    smallest = min(later - earlier for earlier, later in pairwise(newest))
    return max(0.0, smallest) * ANSWER_SECONDS / period**2


def _known_bound(records_per_second: float, expected: Outlook | None) -> float:
    """The forecast; once the load is beyond it, what the hour may bring, then its highest ever."""
    if expected is None:
        return inf
    known = [expected.soon, *([expected.hour] if expected.hour else [])]
    bounds = [each.most.records_per_second for each in known]
    bounds.append(expected.highest_records_per_second)
    return next((bound for bound in bounds if records_per_second <= bound), inf)
