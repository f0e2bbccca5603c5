"""What CloudWatch failed to read is not zero: missing data counts against a scale-in."""

from collections.abc import Iterator

from tidegate.rules.kinds.signals import Signals
from tidegate.scaling.constraints import words
from tidegate.scaling.model.plan import Prohibition
from tidegate.scaling.model.recommendation import Recommendation

__all__ = ["unread_constraints"]


def unread_constraints(signals: Signals, recommendation: Recommendation) -> Iterator[Prohibition]:
    """Nothing is lowered by a part of the metrics: the rest may show a load or throttles."""
    unread = signals.series.unread
    if unread and recommendation.wanted < recommendation.current:
        first = unread[0]
        yield Prohibition(
            words.NOT_READ(
                lever=recommendation.lever,
                count=len(unread),
                metric=first.metric.name,
                why=first.unread,
            )
        )
