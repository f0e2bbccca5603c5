"""From what changes to the fewest AWS calls."""

from collections.abc import Iterator

from tidegate.rules.graph import Pipeline
from tidegate.scaling.model.plan import Action
from tidegate.scaling.model.resource_type import Changes

__all__ = ["actions"]


def actions(pipeline: Pipeline, changes: Changes) -> Iterator[Action]:
    """Each type's calls, downstream first."""
    for resource_type in pipeline.kinds.types:
        yield from resource_type.actions(pipeline, changes)
