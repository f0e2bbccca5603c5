"""The minimum that the pipeline file keeps for a lever."""

from dataclasses import replace

from tidegate.scaling.model.in_file import InFile
from tidegate.scaling.model.recommendation import Recommendation
from tidegate.scaling.recommend import words

__all__ = ["at_least_the_minimum"]


def at_least_the_minimum(recommendation: Recommendation, said: InFile) -> Recommendation:
    """The recommendation, raised to the minimum that the file keeps for Tidegate's own levers."""
    bounds = said.bounds(recommendation.lever)
    if bounds is None or bounds.owner != "tidegate" or recommendation.wanted >= bounds.min:
        return recommendation
    if recommendation.current > bounds.min:
        return replace(recommendation, wanted=bounds.min)
    return Recommendation(
        recommendation.lever,
        recommendation.current,
        bounds.min,
        words.FILE_MINIMUM(min=bounds.min),
    )
