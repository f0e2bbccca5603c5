"""What the pipeline file says of a pipeline, as kinds of resources size their levers by it."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol

from tidegate.scaling.model.change_record import Lever

__all__ = ["NOTHING_SAID", "Bounds", "InFile"]


class Bounds(Protocol):
    """What the file says of one lever; ``owner`` is the word of who may move it, None for a lever
    that is a person's."""

    @property
    def min(self) -> int:
        """The least that it may be set to, in its own unit."""
        ...

    @property
    def max(self) -> int:
        """The most."""
        ...

    @property
    def owner(self) -> str | None:
        """Who may move it."""
        ...


@dataclass(frozen=True, slots=True)
class InFile:
    """``entry`` is the pipeline's (``PipelineSpec``), where a kind finds the keys that are its own;
    ``bounds`` what the file says of a lever, None where it says nothing."""

    entry: Any
    bounds: Callable[[Lever], Bounds | None]

    @property
    def catch_up_seconds(self) -> float:
        """How soon a backlog is to be gone."""
        seconds: float = self.entry.objective.catch_up_seconds
        return seconds


NOTHING_SAID = InFile(None, lambda _: None)
"""Of a pipeline that no file has an entry for."""
