"""The loads: generated shapes and, where the traces are at hand, real ones scaled to peaks."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from math import exp, pi, sin
from random import Random

from simulator.scenario import Traffic
from simulator.traffic import rate_at

__all__ = ["HOUR", "Half", "Load", "generated"]

MINUTE, HOUR, DAY = 60, 3600, 86_400
Half = str
"""``tuning`` or ``held-out``: what may be looked at while choosing, and what may not."""


@dataclass(frozen=True, slots=True)
class Load:
    """Records a second over time: ``points`` as in ``Traffic``, those before second 0 being the
    past that CloudWatch knows. ``steps`` are the seconds at which the rate jumps up for good."""

    name: str
    half: Half
    points: tuple[tuple[float, float], ...]
    duration_seconds: int
    steps: tuple[int, ...] = ()

    def minutes(self) -> tuple[float, ...]:
        """The mean rate of every minute of the run."""
        traffic = Traffic(self.points)
        return tuple(
            sum(rate_at(traffic, at + second) for second in (5, 15, 25, 35, 45, 55)) / 6
            for at in range(0, self.duration_seconds, MINUTE)
        )

    def cut(self, duration_seconds: int) -> "Load":
        """The same load, ended early."""
        steps = tuple(at for at in self.steps if at < duration_seconds)
        return Load(self.name, self.half, self.points, duration_seconds, steps)


def generated() -> tuple[Load, ...]:
    """The eight shapes, each with a day of its past (the week with seven)."""
    return (
        Load("step", "tuning", _step(), 4 * HOUR, (1 * HOUR,)),
        Load("ramp", "held-out", _ramp(), 6 * HOUR),
        Load("diurnal", "tuning", _sampled(_diurnal, -7, DAY), DAY),
        Load("week", "held-out", _sampled(_week, -7, DAY), DAY),
        Load("flash-crowd", "tuning", _sampled(_flash, -1, 6 * HOUR), 6 * HOUR),
        Load("spikes", "held-out", _spikes(), 6 * HOUR),
        Load("noise", "tuning", _noise(), 6 * HOUR),
        Load("growth", "held-out", _sampled(_growth, -1, 12 * HOUR), 12 * HOUR),
    )


def _step() -> tuple[tuple[float, float], ...]:
    """One jump to four times the rate, held for two hours, and back."""
    return (
        (-DAY, 400.0),
        (HOUR, 400.0),
        (HOUR + 0.5, 1600.0),
        (3 * HOUR, 1600.0),
        (3 * HOUR + 0.5, 400.0),
    )


def _ramp() -> tuple[tuple[float, float], ...]:
    """Up to ten times the rate over an hour and a half, a plateau, and down again."""
    return (
        (-DAY, 250.0),
        (HOUR, 250.0),
        (2.5 * HOUR, 2500.0),
        (3.5 * HOUR, 2500.0),
        (5 * HOUR, 250.0),
    )


def _diurnal(second: float) -> float:
    """A day between 200 records/s at four in the morning and 2,200 twelve hours later."""
    return 1200 - 1000 * sin(2 * pi * (second / DAY + 1 / 12))


def _week(second: float) -> float:
    """Day after day, but half of it at weekends. The run is a Sunday noon to a Monday noon."""
    at = second + 6.5 * DAY
    weekend = (at % (7 * DAY)) // DAY >= 5
    return _diurnal(at) * (0.5 if weekend else 1.0)


def _flash(second: float) -> float:
    """A quiet stream that a crowd finds: eight times the rate within five minutes, dying away."""
    since = second - 2 * HOUR
    if since < 0:
        return 300.0
    return 300.0 + 2100.0 * min(1.0, since / 300) * exp(-max(0.0, since - 300) / 2400)


def _growth(second: float) -> float:
    """A product that takes off: six times the rate within half a day."""
    return 300.0 * 6 ** max(0.0, min(1.0, second / (12 * HOUR)))


def _sampled(
    shape: Callable[[float], float], first_day: int, end: int
) -> tuple[tuple[float, float], ...]:
    return tuple((float(at), shape(at)) for at in range(first_day * DAY, end + MINUTE, 5 * MINUTE))


def _spikes() -> tuple[tuple[float, float], ...]:
    """Every forty minutes, for four, three times the rate: as of jobs on a schedule."""
    return tuple(_spike_points())


def _spike_points() -> Iterator[tuple[float, float]]:
    for start in range(-DAY, 6 * HOUR, 40 * MINUTE):
        at = start + 20 * MINUTE
        yield from (
            (float(start), 500.0),
            (float(at), 500.0),
            (at + 0.5, 1500.0),
            (float(at + 240), 1500.0),
            (at + 240.5, 500.0),
        )


def _noise() -> tuple[tuple[float, float], ...]:
    """A rate that wanders without a pattern, a new one each five minutes, by up to a third."""
    random = Random("noise")
    rate, points = 1000.0, []
    for at in range(-DAY, 6 * HOUR, 5 * MINUTE):
        rate = min(1800.0, max(400.0, rate * random.uniform(0.75, 1.333)))
        points.append((float(at), rate))
    return tuple(points)
