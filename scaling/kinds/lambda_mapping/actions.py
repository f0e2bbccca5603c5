"""What Tidegate asks AWS to change of an event source mapping, one class for each call."""

from collections.abc import Iterator
from dataclasses import dataclass

from tidegate.rules.cause import LeverKind
from tidegate.scaling.model.change_record import Lever

__all__ = [
    "UpdateBatchingWindow",
    "UpdateParallelizationFactor",
]

_UPDATE_MAPPING = "lambda:UpdateEventSourceMapping"


@dataclass(frozen=True, slots=True)
class UpdateParallelizationFactor:
    """Lambda UpdateEventSourceMapping, ParallelizationFactor only."""

    mapping_uuid: str
    function: str
    from_factor: int
    to_factor: int

    @property
    def operation(self) -> str:
        """The AWS call."""
        return _UPDATE_MAPPING

    @property
    def lease(self) -> str:
        """The resource that it changes."""
        return f"function/{self.function}"

    def levers(self) -> Iterator[Lever]:
        """The levers that it moves."""
        yield Lever.of(LeverKind.PARALLELIZATION_FACTOR, self.function)


@dataclass(frozen=True, slots=True)
class UpdateBatchingWindow:
    """Lambda UpdateEventSourceMapping, MaximumBatchingWindowInSeconds only."""

    mapping_uuid: str
    function: str
    from_seconds: int
    to_seconds: int

    @property
    def operation(self) -> str:
        """The AWS call."""
        return _UPDATE_MAPPING

    @property
    def lease(self) -> str:
        """The resource that it changes."""
        return f"function/{self.function}"

    def levers(self) -> Iterator[Lever]:
        """The levers that it moves."""
        yield Lever.of(LeverKind.BATCHING_WINDOW, self.function)
