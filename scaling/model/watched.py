"""What the alarms and dashboard rows of a kind of resource depend on."""

from collections.abc import Mapping
from dataclasses import dataclass

from tidegate.rules.graph import Pipeline
from tidegate.scaling.model.change_record import Lever

__all__ = ["Watched"]


@dataclass(frozen=True, slots=True)
class Watched:
    """A pipeline as it is configured now, the most that its iterator age may be, the thresholds in
    force by the names of their rules, each in its rule's unit, and the levers that Tidegate owns.
    """

    pipeline: Pipeline
    iterator_age_max_seconds: float
    thresholds: Mapping[str, float]
    owned: frozenset[Lever] = frozenset()
