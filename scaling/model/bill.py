"""What a pipeline costs: what was used, what was needed, and the lines of the bill.

Money is in US dollars, by the prices of ``scaling/model/prices.json``.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from tidegate.rules.graph import Pipeline
from tidegate.rules.window import Metric
from tidegate.scaling.model.change_record import Lever
from tidegate.scaling.model.prices import HOURS_PER_MONTH

__all__ = ["Held", "Item", "Modes", "Need", "Priced", "Usage", "fixed", "moved", "short"]


@dataclass(frozen=True, slots=True)
class Usage:
    """Totals of metrics from ``start`` to ``end``; ``start`` is the first minute that any metric
    tells of, so that a new pipeline isn't taken for an idle one. Silence after it is taken for
    idleness."""

    start: datetime
    end: datetime
    totals: Mapping[Metric, float] = field(default_factory=dict)

    @property
    def hours(self) -> float:
        """How long it was measured."""
        return (self.end - self.start).total_seconds() / 3600

    def total(self, metric: Metric) -> float:
        """The sum of a metric, 0 where nothing was published or it wasn't asked for."""
        return self.totals.get(metric, 0.0)

    def a_month(self, total: float) -> float:
        """A total as that of a month of 730 hours like this time."""
        return total / self.hours * HOURS_PER_MONTH


@dataclass(frozen=True, slots=True)
class Need:
    """What a lever should have: always, to carry the highest peak, and on average, when it follows
    the load hour by hour."""

    lever: Lever
    at_peak: int
    followed: float


@dataclass(frozen=True, slots=True)
class Held:
    """What every lever was set to in a part of the time that was measured, 0..1."""

    share: float
    settings: Mapping[Lever, int]


@dataclass(frozen=True, slots=True)
class Priced:
    """What a bill is made of: a pipeline, what it used, what each lever needed where that is known,
    and what was set from change to change; without ``held`` always what is set now."""

    pipeline: Pipeline
    usage: Usage
    needs: Mapping[Lever, Need]
    held: tuple[Held, ...] = ()

    def mean(self, of: Callable[[Mapping[Lever, int]], float]) -> float | None:
        """Over the time that was measured, of what the settings come to; None without ``held``."""
        if not self.held:
            return None
        return sum(each.share * of(each.settings) for each in self.held)


@dataclass(frozen=True, slots=True)
class Item:
    """One line of the bill, in US dollars a month.

    ``at_peak_usd`` is the price of always having what the highest peak needs, ``followed_usd`` that
    of following the load as Tidegate does; both are ``now_usd`` where no lever changes it. The
    amounts are words for the same three. ``measured_usd`` is at what was set minute by minute in
    the time that was measured; None where that is what is set now.
    """

    layer: str
    what: str
    amount: str
    now_usd: float
    at_peak_usd: float
    followed_usd: float
    at_peak: str = ""
    followed: str = ""
    lever: Lever | None = None
    measured_usd: float | None = None


@dataclass(frozen=True, slots=True)
class Modes:
    """Provisioned against on-demand for a layer, in US dollars a month. ``provisioned_usd`` is at
    what is set now, None where it is on demand; ``followed_usd`` provisioned by the load.

    ``load_share`` is how much of the provisioned capacity is used on average, 0..1, and
    ``even_share`` at which share both modes cost the same: below it on-demand costs less. It is 0
    where it never does, None where too little was seen to tell. ``capacity`` is in words what they
    are shares of, and ``full_rate`` the records a second that fill it, None where that isn't known.
    ``figures`` are those that only this kind of layer has, by their names in the JSON output.
    """

    layer: str
    is_on_demand: bool
    provisioned_usd: float | None
    followed_usd: float
    on_demand_usd: float
    load_share: float
    even_share: float | None
    capacity: str
    full_rate: float | None = None
    figures: Mapping[str, int] = field(default_factory=dict)


def fixed(layer: str, what: str, amount: str, usd: float) -> Item:
    """A line that no lever changes."""
    return Item(layer, what, amount, usd, usd, usd)


def moved(
    layer: str, what: str, setting: tuple[Lever, int], unit_usd: float, priced: Priced
) -> Item:
    """A line whose amount is a lever's, with what it is set to; without a need it stays so."""
    lever, current = setting
    need = priced.needs.get(lever)
    peak, followed = (current, current) if need is None else (need.at_peak, need.followed)
    mean = priced.mean(lambda settings: settings.get(lever, current))
    return Item(
        layer, what, f"{current:,}", current * unit_usd, peak * unit_usd, followed * unit_usd,
        f"{peak:,}", f"{followed:,.1f}", lever, None if mean is None else mean * unit_usd,
    )  # fmt: skip


def short(count: float) -> str:
    """A count in words, in millions from there on."""
    return f"{count / 1e6:,.1f} M" if count >= 1e6 else f"{count:,.0f}"
