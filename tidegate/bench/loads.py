"""The loads: generated shapes and, where the traces are at hand, real ones scaled to peaks."""

from dataclasses import dataclass
from random import Random

from tidegate.bench.shapes import (
    DAY,
    HOUR,
    MINUTE,
    Crowd,
    Points,
    days,
    flash_crowd,
    growth,
    noise,
    ramp,
    spikes,
    step,
)
from tidegate.simulator.traffic import rate_at

__all__ = ["Half", "Load", "generated"]

Half = str
"""``tuning`` or ``held-out``: what may be looked at while choosing, and what may not; ``drawn``
where nobody chose the load, ``own`` for a user's."""


@dataclass(frozen=True, slots=True)
class Load:
    """Records a second over time: ``points`` as in ``Traffic``, those before second 0 being the
    past that CloudWatch knows. ``steps`` are the seconds at which the rate jumps up
    and stays for an hour at least."""

    name: str
    half: Half
    points: Points
    duration_seconds: int
    steps: tuple[int, ...] = ()

    def minutes(self) -> tuple[float, ...]:
        """The mean rate of every minute of the run."""
        return tuple(
            sum(rate_at(self.points, at + second) for second in (5, 15, 25, 35, 45, 55)) / 6
            for at in range(0, self.duration_seconds, MINUTE)
        )

    def cut(self, duration_seconds: int) -> "Load":
        """The same load, ended early."""
        steps = tuple(at for at in self.steps if at < duration_seconds)
        return Load(self.name, self.half, self.points, duration_seconds, steps)


def generated() -> tuple[Load, ...]:
    """The eight shapes, each with a day of its past (days and weeks with seven)."""
    hours_6, sunday_noon = 6 * HOUR, 6.5 * DAY
    week = days(200.0, 2200.0, DAY, start=sunday_noon, weekend=0.5)
    crowd = flash_crowd(300.0, 2400.0, Crowd(2 * HOUR, rising=300, dying=2400), hours_6)
    jobs = spikes(500.0, 1500.0, every=40 * MINUTE, lasting=240, end=hours_6)
    wandering = noise(1000.0, (400.0, 1800.0), (0.75, 1.333), hours_6, Random("noise"))
    return (
        Load("step", "tuning", step(400.0, 1600.0, held=2 * HOUR), 4 * HOUR, (HOUR,)),
        Load("ramp", "held-out", ramp(250.0, 2500.0, rising=1.5 * HOUR), hours_6),
        Load("diurnal", "tuning", days(200.0, 2200.0, DAY), DAY),
        Load("week", "held-out", week, DAY),
        Load("flash-crowd", "tuning", crowd, hours_6),
        Load("spikes", "held-out", jobs, hours_6),
        Load("noise", "tuning", wandering, hours_6),
        Load("growth", "held-out", growth(300.0, 6, 12 * HOUR), 12 * HOUR),
    )
