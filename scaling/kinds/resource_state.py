"""What state a lever's resource is in: whether it works, will by itself, or is another one by now.

A capacity that is set says nothing where the resource doesn't work.
"""

from tidegate.rules.graph import Pipeline
from tidegate.scaling.model.change_record import Lever
from tidegate.scaling.model.resource_type import type_of

__all__ = [
    "identity",
    "is_changing",
    "is_passing",
    "moves_by_itself",
    "settings_marks",
    "why_unusable",
]


def is_passing(pipeline: Pipeline, lever: Lever) -> bool:
    """Whether something is under way at the lever's resource that ends by itself."""
    return any(status.is_passing for status in type_of(lever, pipeline).statuses(pipeline, lever))


def moves_by_itself(pipeline: Pipeline, lever: Lever) -> bool:
    """Whether the service sets the lever too; see ``ResourceType.moves_by_itself``."""
    return type_of(lever, pipeline).moves_by_itself(pipeline, lever)


def why_unusable(pipeline: Pipeline, lever: Lever) -> str | None:
    """Why the lever's capacity is without effect until a person sees to it, None where it isn't:
    a stopped application, a disabled mapping, a table that can't be decrypted, what is deleted."""
    of = type_of(lever, pipeline)
    for status in of.statuses(pipeline, lever):
        if status.trouble is not None:
            return status.trouble
    return of.why_useless(pipeline, lever)


def is_changing(pipeline: Pipeline, lever: Lever) -> bool:
    """Whether AWS is still at an earlier change of the lever's resource."""
    return type_of(lever, pipeline).is_changing(pipeline, lever)


def identity(pipeline: Pipeline, lever: Lever) -> str:
    """Which resource it is: another one after it was deleted and made anew under its name."""
    return type_of(lever, pipeline).identity(pipeline, lever)


def settings_marks(pipeline: Pipeline, lever: Lever) -> tuple[str, ...]:
    """What AWS shows of when a lever was last set; see ``ResourceType.marks``."""
    return type_of(lever, pipeline).marks(pipeline, lever)
