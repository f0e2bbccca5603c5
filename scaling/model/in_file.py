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
    def iterator_age_max_seconds(self) -> float:
        """How old a record may get."""
        seconds: float = self.entry.objective.iterator_age_max_seconds
        return seconds

    @property
    def sink_utilization(self) -> float | None:
        """How much of a sink may be used, 0..1; None where the uncertainty of the forecast says."""
        share: float | None = self.entry.target_utilization.capacity
        return share

    @property
    def catch_up_seconds(self) -> float:
        """How soon a backlog is to be gone."""
        seconds: float = self.entry.objective.catch_up_seconds
        return seconds


NOTHING_SAID = InFile(None, lambda _: None)
"""Of a pipeline that no file has an entry for."""
