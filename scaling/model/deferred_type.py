"""A kind of resource by its levers alone, until more is asked of it."""

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, cast

if TYPE_CHECKING:
    from tidegate.rules.cause import LeverKind
    from tidegate.scaling.model.resource_type import ResourceType

__all__ = ["deferred"]


def deferred(
    load: "Callable[[], ResourceType]",
    levers: "Mapping[LeverKind, tuple[int, int]]",
    scalable_dimensions: "tuple[LeverKind, ...]",
) -> "ResourceType":
    """The kind that ``load`` gives, which is called when anything but its levers and scalable
    dimensions is asked for; both must be those of the kind."""
    return cast("ResourceType", _Deferred(load, levers, scalable_dimensions))


class _Deferred:
    __slots__ = ("_load", "levers", "scalable_dimensions")

    def __init__(self, load: Any, levers: Any, scalable_dimensions: Any) -> None:
        self._load = load
        self.levers = levers
        self.scalable_dimensions = scalable_dimensions

    def __getattr__(self, name: str) -> Any:
        # What copies or pickles a value looks for names of its own.
        if name.startswith("_"):
            raise AttributeError(name)
        return getattr(self._load(), name)
