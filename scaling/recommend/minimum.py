"""The minimum that the pipeline file keeps for a lever."""

from dataclasses import replace

from tidegate.scaling.config.levers import lever_spec
from tidegate.scaling.config.specification import PipelineSpec
from tidegate.scaling.model.recommendation import Wish
from tidegate.scaling.recommend import words

__all__ = ["at_least_the_minimum"]


def at_least_the_minimum(wish: Wish, spec: PipelineSpec) -> Wish:
    """The wish, raised to the minimum that the file keeps for Tidegate's own levers."""
    said = lever_spec(spec, wish.lever)
    if said is None or said.owner != "tidegate" or wish.wanted >= said.min:
        return wish
    if wish.current > said.min:
        return replace(wish, wanted=said.min)
    return Wish(
        wish.lever,
        wish.current,
        said.min,
        words.FILE_MINIMUM(min=said.min),
    )
