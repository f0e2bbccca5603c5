"""Shapes of load as points, records a second over time; times are in seconds, and what comes before
second 0 is the past."""

from collections.abc import Callable
from dataclasses import dataclass
from itertools import chain
from math import exp, pi, sin
from random import Random

__all__ = [
    "DAY",
    "HOUR",
    "MINUTE",
    "Crowd",
    "Points",
    "days",
    "flash_crowd",
    "growth",
    "noise",
    "ramp",
    "spikes",
    "step",
]

MINUTE, HOUR, DAY = 60, 3600, 86_400

WEEK_DAYS, WEEKEND_DAYS = 7, 2

Points = tuple[tuple[float, float], ...]
"""As in ``Traffic``: the rate moves on the lines between them."""


def step(low: float, high: float, held: float) -> Points:
    """After an hour up at once, held for a time, and back."""
    end = HOUR + held
    return ((-DAY, low), (HOUR, low), (HOUR + 0.5, high), (end, high), (end + 0.5, low))


def ramp(low: float, high: float, rising: float) -> Points:
    """After an hour up in a line, an hour of plateau, and down as it came."""
    top = HOUR + rising
    ends = top + HOUR
    return ((-DAY, low), (HOUR, low), (top, high), (ends, high), (ends + rising, low))


def days(
    lowest: float, highest: float, end: int, *, start: float = 0.0, weekend: float = 1.0
) -> Points:
    """Day after day from the lowest rate at four in the morning to the highest twelve hours later,
    with its share of that at weekends. ``start`` is since a Monday's midnight."""
    middle, swing = (lowest + highest) / 2, (highest - lowest) / 2

    def rate(second: float) -> float:
        at = second + start
        day = middle - swing * sin(2 * pi * (at / DAY + 1 / 12))
        return day * (weekend if at % (WEEK_DAYS * DAY) // DAY >= WEEK_DAYS - WEEKEND_DAYS else 1)

    return _sampled(rate, -WEEK_DAYS, end)


@dataclass(frozen=True, slots=True)
class Crowd:
    """When one comes, in how many seconds it rises, and the time constant of its going."""

    at: float
    rising: float
    dying: float


def flash_crowd(low: float, high: float, crowd: Crowd, end: int) -> Points:
    """A quiet stream that a crowd finds."""

    def rate(second: float) -> float:
        since = second - crowd.at
        if since < 0:
            return low
        return low + (high - low) * min(1.0, since / crowd.rising) * exp(
            -max(0.0, since - crowd.rising) / crowd.dying
        )

    return _sampled(rate, -1, end)


def growth(low: float, times: float, end: int) -> Points:
    """A product that takes off: so many times the rate at the end, by the same factor each hour."""
    return _sampled(lambda second: low * times ** max(0.0, min(1.0, second / end)), -1, end)


def spikes(low: float, high: float, every: int, lasting: int, end: int) -> Points:
    """Up at once and back, as of jobs on a schedule, each in the middle of its time."""
    starts = range(-DAY, end, every)
    return tuple(
        chain.from_iterable(_spike(low, high, at, at + every // 2, lasting) for at in starts)
    )


def _spike(low: float, high: float, start: int, at: int, lasting: int) -> Points:
    end = at + lasting
    return ((start, low), (at, low), (at + 0.5, high), (end, high), (end + 0.5, low))


def noise(
    middle: float, bounds: tuple[float, float], times: tuple[float, float], end: int, random: Random
) -> Points:
    """A rate that wanders without a pattern within bounds: each five minutes a new one, the last
    one ``times`` something between the two."""
    rate, points = middle, []
    for at in range(-DAY, end, 5 * MINUTE):
        rate = min(bounds[1], max(bounds[0], rate * random.uniform(*times)))
        points.append((float(at), rate))
    return tuple(points)


def _sampled(rate: Callable[[float], float], first_day: int, end: int) -> Points:
    return tuple((float(at), rate(at)) for at in range(first_day * DAY, end + MINUTE, 5 * MINUTE))
