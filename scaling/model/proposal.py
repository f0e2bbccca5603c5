"""An objective and bounds of levers as they are proposed for a pipeline, and the evidence for them.

A proposal is a first draft for a person to look at: each number has the reason it comes from.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from math import ceil

from tidegate.rules.cause import LeverKind
from tidegate.rules.graph import Pipeline
from tidegate.rules.window import Metric, Window
from tidegate.scaling.model.change_record import Lever

__all__ = [
    "HEADROOM",
    "PERIOD_SECONDS",
    "Evidence",
    "Lateness",
    "Proposal",
    "Proposed",
    "Range",
    "above",
    "coarse",
    "dollars",
    "priced",
    "unseen",
    "whole",
]

PERIOD_SECONDS = 300
"""CloudWatch keeps points of five minutes for 63 days, and those of a minute for 15 only
(GetMetricData, API reference)."""

HEADROOM = 2
"""Above the peak of two weeks: as far as one UpdateShardCount goes (API reference)."""


@dataclass(frozen=True, slots=True)
class Proposed:
    """A number and where it comes from."""

    value: int
    because: str


@dataclass(frozen=True, slots=True)
class Range:
    """Bounds of a lever around what it is set to now."""

    lever: Lever
    current: int
    min: Proposed
    max: Proposed


@dataclass(frozen=True, slots=True)
class Proposal:
    """What is proposed for a pipeline. Levers that aren't ours to set, such as the shards of an
    on-demand stream, have no range."""

    objective: Proposed
    ranges: tuple[Range, ...]

    def of(self, kind: LeverKind, where: str) -> Range | None:
        """The range of one lever."""
        lever = Lever.of(kind, where)
        return next((each for each in self.ranges if each.lever == lever), None)


@dataclass(frozen=True, slots=True)
class Evidence:
    """What is configured, and what two weeks showed, five minutes a point.

    A metric that isn't in ``windows``, or has no data, leaves what is there now as the only
    evidence. ``target_utilization`` says how much of each layer may be used, 0..1, by the keys of
    the pipeline file; ``objective_seconds`` is the iterator age that is proposed as objective.
    """

    pipeline: Pipeline
    windows: Mapping[Metric, Window]
    target_utilization: Mapping[str, float] = field(default_factory=dict)
    objective_seconds: int = 0

    def present(self, metric: Metric) -> tuple[float, ...]:
        """The samples that there are of a metric."""
        window = self.windows.get(metric)
        return () if window is None else window.present


@dataclass(frozen=True, slots=True)
class Lateness:
    """The iterator ages that were seen, in seconds, and how long records wait because a resource
    is set so: that is no lateness."""

    ages_seconds: tuple[float, ...] = ()
    wait_seconds: int = 0


def coarse(metric: Metric) -> Metric:
    """The metric with the period of a proposal."""
    return replace(metric, period_seconds=PERIOD_SECONDS)


def whole(needed: float) -> int:
    """Rounded up, but not for what dividing adds in the last digits; at least 1."""
    return max(1, ceil(round(needed, 6)))


def above(current: int, needed: int, words: str) -> str:
    """Why the most is what it is: twice what was needed, unless there is more already."""
    if current > HEADROOM * needed:
        return f"what there is now, more than twice the {needed:,} that {words}"
    return f"twice the {needed:,} that {words}"


def unseen(lever: Lever, current: int, price: Callable[[int], float], limit: int) -> Range:
    """Without any evidence the lever may double, up to the limit of AWS, and never fall."""
    words = "no data in two weeks: twice what there is now"
    least = Proposed(max(1, current), "as now, for want of data")
    most = min(limit, max(1, HEADROOM * current))
    return Range(lever, current, least, priced(most, words, price))


def priced(value: int, because: str, price: Callable[[int], float]) -> Proposed:
    """A number with what it costs a month."""
    return Proposed(value, f"{because}; {dollars(price(value))}")


def dollars(usd: float) -> str:
    """The price of a month."""
    return f"{usd:,.2f} USD a month"
