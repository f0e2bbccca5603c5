"""What the values of the pipeline file are held to, known to both readers of its grammar.

pydantic, which reads the file, checks through its own hook; the deployed app, which has no
pydantic, reads the attributes. Plain classes, since these are loaded at every cold start.
"""

from abc import ABC, abstractmethod
from typing import Annotated, Any, ClassVar

from tidegate.scaling.model.errors import shown

__all__ = [
    "Bound",
    "Closed",
    "Constraint",
    "Name",
    "Whole",
    "at_least",
    "at_most",
    "more_than",
    "not_empty",
]


class Constraint(ABC):
    """What a value of the right type is held to."""

    __slots__ = ()

    @abstractmethod
    def complaint(self, value: Any) -> str | None:
        """What is wrong with a value, None when nothing is."""


class Bound(Constraint):
    """One bound, under the name that pydantic's core schema has for it."""

    __slots__ = ("bound", "name")

    def __init__(self, name: str, bound: float) -> None:
        self.name = name
        self.bound = bound

    def __get_pydantic_core_schema__(self, source: Any, handler: Any) -> Any:
        """Add the bound to the schema of the type that it stands at."""
        return {**handler(source), self.name: self.bound}

    def complaint(self, value: Any) -> str | None:
        """What is wrong with a value, None when nothing is."""
        bound = self.bound
        match self.name:
            case "ge" if value < bound:
                return f"{shown(value)} is less than {bound}"
            case "gt" if value <= bound:
                return f"{shown(value)} is not more than {bound}"
            case "le" if value > bound:
                return f"{shown(value)} is more than {bound}"
            case "min_length" if len(value) < bound:
                return "it is empty"
        return None


def at_least(bound: float) -> Bound:
    """The bound itself is allowed."""
    return Bound("ge", bound)


def more_than(bound: float) -> Bound:
    """The bound itself is not allowed."""
    return Bound("gt", bound)


def at_most(bound: float) -> Bound:
    """The bound itself is allowed."""
    return Bound("le", bound)


def not_empty() -> Bound:
    """Text or a list with at least one part."""
    return Bound("min_length", 1)


Name = Annotated[str, not_empty()]
"""What something is called: never nothing."""

Whole = Annotated[int, at_least(1)]
"""A count of what there is at least one of."""


class Closed:
    """A part of the file in which a key that isn't known is a mistake."""

    __slots__ = ()
    __pydantic_config__: ClassVar[dict[str, str]] = {"extra": "forbid"}
