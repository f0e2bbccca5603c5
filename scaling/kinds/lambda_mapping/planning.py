"""Functions and their event source mappings in a plan."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass

from tidegate.rules.cause import LeverKind
from tidegate.rules.kinds.lambda_mapping.state import Consumer
from tidegate.rules.kinds.signals import Signals
from tidegate.scaling.kinds.lambda_mapping.batching_window import batching, batching_recommendations
from tidegate.scaling.model.change_record import Lever
from tidegate.scaling.model.look import Look
from tidegate.scaling.model.planning import Planning
from tidegate.scaling.model.recommendation import Recommendation

__all__ = ["MappingPlanning"]


@dataclass(frozen=True)
class MappingPlanning(Planning):
    """Of the functions that read a pipeline's source."""

    consumers: tuple[Consumer, ...]

    def recommendations_after(
        self, look: Look, moved: Collection[Lever]
    ) -> Iterator[Recommendation]:
        """The batching windows of the functions whose factor stays."""
        return batching_recommendations(look, moved)

    def monthly_usd(self, signals: Signals, lever: Lever, setting: int) -> float | None:
        """What a function's work costs in batches that a window fills; 0 where too little was seen
        of it. A factor has no price."""
        if lever.kind is not LeverKind.BATCHING_WINDOW:
            return None
        consumer = next(each for each in self.consumers if each.function.name == lever.where)
        seen = batching(signals, consumer)
        return 0.0 if seen is None else seen.monthly_usd(setting)

    @property
    def unpriced(self) -> Collection[LeverKind]:
        """The batching window: what it costs depends on what is read."""
        return (LeverKind.BATCHING_WINDOW,)
