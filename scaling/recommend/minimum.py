"""The minimum that the pipeline file keeps for a lever."""

from dataclasses import replace

from tidegate.scaling.config.levers import lever_spec
from tidegate.scaling.config.specification import PipelineSpec
from tidegate.scaling.model.recommendation import Recommendation
from tidegate.scaling.recommend import words

__all__ = ["at_least_the_minimum"]


def at_least_the_minimum(recommendation: Recommendation, spec: PipelineSpec) -> Recommendation:
    """The recommendation, raised to the minimum that the file keeps for Tidegate's own levers."""
    said = lever_spec(spec, recommendation.lever)
    if said is None or said.owner != "tidegate" or recommendation.wanted >= said.min:
        return recommendation
    if recommendation.current > said.min:
        return replace(recommendation, wanted=said.min)
    return Recommendation(
        recommendation.lever,
        recommendation.current,
        said.min,
        words.FILE_MINIMUM(min=said.min),
    )
