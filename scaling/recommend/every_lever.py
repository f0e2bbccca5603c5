"""What is wanted of every lever of a pipeline."""

from collections.abc import Iterator
from dataclasses import replace

from tidegate.scaling.config.levers import current_capacities
from tidegate.scaling.load.horizons import ForecastHorizons
from tidegate.scaling.model.look import Look
from tidegate.scaling.model.recommendation import Recommendation
from tidegate.scaling.model.resource_type import types_of
from tidegate.scaling.recommend.minimum import at_least_the_minimum
from tidegate.scaling.recommend.recommend import recommendations

__all__ = ["wanted"]


def wanted(look: Look, expected: ForecastHorizons | None) -> Iterator[Recommendation]:
    """Those that are sized together, and what kinds of resource want of levers that they size
    alone: of capacities, never less than the minimum that the file keeps."""
    yield from recommendations(look, expected)
    capacities = current_capacities(look.signals.pipeline)
    look_ahead = replace(look, expected=expected)
    for kind in types_of(look.signals.pipeline):
        for each in kind.recommendations(look_ahead):
            yield at_least_the_minimum(each, look.said) if each.lever in capacities else each
