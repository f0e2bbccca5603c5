"""From what changes to the fewest AWS calls."""

from collections.abc import Iterator, Sequence

from tidegate.rules.graph import Pipeline
from tidegate.scaling.kinds.registry import TYPES
from tidegate.scaling.model.plan import Action
from tidegate.scaling.model.resource_type import Changes, ResourceType

__all__ = ["actions"]


def actions(
    pipeline: Pipeline, changes: Changes, types: Sequence[ResourceType] = TYPES
) -> Iterator[Action]:
    """Each type's calls, downstream first."""
    for resource_type in types:
        yield from resource_type.actions(pipeline, changes)
