"""Windows of sums and counts as rates, means and shares of the newest minutes."""

from itertools import pairwise

from tidegate.rules.window import Window

__all__ = ["RECENT_SECONDS", "highest", "increase", "is_repeated", "mean", "rate", "share"]

RECENT_SECONDS = 180
"""How far back "now" reaches: three minutes, so that one odd minute can be told from a state."""


def rate(window: Window, seconds: int = RECENT_SECONDS) -> float:
    """A metric of sums as a rate per second: its largest minute of the newest ``seconds``."""
    return (window.last(seconds).peak or 0.0) / window.metric.period_seconds


def highest(window: Window, seconds: int = RECENT_SECONDS) -> float | None:
    """The highest of the newest ``seconds``, None where one of their samples is missing."""
    newest = window.last(seconds)
    return None if None in newest.samples else newest.peak


def mean(window: Window, seconds: int = RECENT_SECONDS) -> float | None:
    """The mean of the samples in the newest ``seconds``, None without any."""
    present = window.last(seconds).present
    return sum(present) / len(present) if present else None


def increase(window: Window, seconds: int) -> float:
    """How far a count went up in the newest ``seconds``; where it fell it began anew at 0."""
    present = window.last(seconds).present
    pairs = pairwise(present)
    return sum(later - earlier if later >= earlier else later for earlier, later in pairs)


def is_repeated(events: Window) -> bool:
    """Whether two of the newest minutes have some: one may be of a few seconds."""
    return sum(map(bool, events.last(RECENT_SECONDS).samples)) >= 2


def share(throttled: Window, done: Window) -> float:
    """What was throttled as a share of what was attempted in the newest minutes, 0..1."""
    if not any(throttled.samples):
        return 0.0
    refused = throttled.last(RECENT_SECONDS).total
    return refused / (refused + done.last(RECENT_SECONDS).total) if refused else 0.0
