"""Rules as data, and what a rule says of a window."""

from dataclasses import dataclass, replace
from datetime import datetime
from enum import Enum

from tidegate.rules.window import Metric

__all__ = [
    "Comparison",
    "EarlierThreshold",
    "Finding",
    "MissingData",
    "Rule",
    "Severity",
    "Verdict",
]


class Verdict(Enum):
    """What a rule says: PENDING is breaching, but not yet for the hold time."""

    OK = "ok"
    PENDING = "pending"
    FIRING = "firing"
    UNKNOWN = "unknown"


class Severity(Enum):
    """How much a firing rule matters to a person on call."""

    INFO = "info"
    WARNING = "warning"
    CRITICAL = "critical"


class Comparison(Enum):
    """How a sample is held against the threshold."""

    ABOVE = ">"
    AT_LEAST = ">="
    BELOW = "<"
    AT_MOST = "<="


class MissingData(Enum):
    """What too little data means, as in CloudWatch alarms.

    UNKNOWN: nothing can be said. OK: silence is normal for this metric (Lambda publishes nothing
    while nothing is invoked). FIRING: missing metrics are the incident.
    """

    UNKNOWN = "unknown"
    OK = "ok"
    FIRING = "firing"


@dataclass(frozen=True, slots=True)
class EarlierThreshold:
    """What the threshold was until a moment, and how that number came about."""

    until: datetime
    threshold: float
    because: str


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule made concrete: one metric, one threshold in the metric's own unit.

    ``divisor`` is applied to each sample first (60 turns a sum per minute into a rate per
    second). ``trend`` judges the growth per second of the samples instead of the samples. With
    ``among`` a sample is the metric's share of the sum of those.
    ``threshold_because`` says how the number came about ("80 % of the 15 s timeout");
    ``source`` is the AWS page, paper or file that asks for it. ``earlier`` is what the threshold
    was before what it is relative to was changed, oldest first: no trend has it.
    """

    name: str
    where: str
    metric: Metric
    comparison: Comparison
    threshold: float
    hold_seconds: int
    severity: Severity
    missing_data: MissingData
    unit: str
    source: str
    threshold_because: str
    divisor: float = 1.0
    trend: bool = False
    among: tuple[Metric, ...] = ()
    earlier: tuple[EarlierThreshold, ...] = ()

    def threshold_at(self, moment: datetime) -> float:
        """The threshold that it had at a moment."""
        for each in self.earlier:
            if moment < each.until:
                return each.threshold
        return self.threshold

    def at(self, moment: datetime) -> "Rule":
        """The rule with the threshold that it had at a moment."""
        for each in self.earlier:
            if moment < each.until:
                return replace(self, threshold=each.threshold, threshold_because=each.because)
        return self


@dataclass(frozen=True, slots=True)
class Finding:
    """A rule's verdict on one window.

    ``since`` is when the present breach began, None without one. ``value`` is the newest judged
    value in the rule's unit, None without data. ``because`` is one sentence.
    """

    rule: Rule
    verdict: Verdict
    since: datetime | None
    value: float | None
    because: str
