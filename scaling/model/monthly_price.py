"""What one thing that is advised costs or saves, by what was measured: pure functions."""

from dataclasses import dataclass

from tidegate.rules.window import Window
from tidegate.scaling.model.prices import HOURS_PER_MONTH, prices

__all__ = ["Price", "a_month", "about", "read_monthly_usd"]

HOUR_SECONDS = 3600
CENT, CENTS_BELOW = 0.01, 10
"""In dollars: from ten on cents say nothing of an estimate."""


@dataclass(frozen=True, slots=True)
class Price:
    """What one thing that is advised changes the bill by, in US dollars a month; less than 0 is
    saved. ``at_most`` where it is a bound."""

    what: str
    monthly_usd: float
    at_most: bool = False

    def __str__(self) -> str:
        verb = "saves" if self.monthly_usd < 0 else "costs"
        bound = " at most" if self.at_most else ""
        return f"{self.what} {verb} {about(abs(self.monthly_usd))}{bound}"


def about(usd: float) -> str:
    """An estimate in words."""
    if usd < CENT:
        return "less than a cent a month"
    return f"about ${usd:,.2f} a month" if usd < CENTS_BELOW else f"about ${usd:,.0f} a month"


def a_month(window: Window) -> float:
    """The sum of a metric in a month like its last hour, or like what there is of it so far."""
    samples = window.last(HOUR_SECONDS).samples
    began = next((at for at, each in enumerate(samples) if each is not None), len(samples))
    told = [each or 0.0 for each in samples[began:]]
    hours = len(told) * window.metric.period_seconds / HOUR_SECONDS
    return sum(told) / hours * HOURS_PER_MONTH if hours else 0.0


def read_monthly_usd(metrics: int) -> float:
    """What CloudWatch charges for a sweep a minute to read so many metrics more (GetMetricData)."""
    return metrics * HOURS_PER_MONTH * 60 * prices()["metric_requested_usd"]
