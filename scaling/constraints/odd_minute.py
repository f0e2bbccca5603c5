"""One minute of refusals that nothing else confirms changes nothing."""

from collections.abc import Iterator

from tidegate.scaling.constraints import words
from tidegate.scaling.model.plan import Prohibition
from tidegate.scaling.model.recommendation import Recommendation

__all__ = ["odd_minute_constraints"]


def odd_minute_constraints(recommendation: Recommendation) -> Iterator[Prohibition]:
    """Before the change is in effect such a minute is mostly over."""
    if recommendation.is_unconfirmed:
        yield Prohibition(words.ONE_MINUTE(lever=recommendation.lever))
