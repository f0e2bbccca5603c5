"""What a mapping tells of its reading besides its settings for batches."""

from dataclasses import dataclass

__all__ = ["Reading"]


@dataclass(frozen=True, slots=True)
class Reading:
    """``last_result`` is AWS's LastProcessingResult in its own words, ``has_filter`` whether some
    records are read and not handed on (FilterCriteria). ``tumbling_window_seconds`` is 0 without
    such windows. ``other_sources`` are what else invokes the same function: what it does for
    them is in its metrics as well."""

    last_result: str = ""
    has_filter: bool = False
    tumbling_window_seconds: int = 0
    other_sources: tuple[str, ...] = ()

    @property
    def has_problem(self) -> bool:
        """Whether the last attempt failed (ListEventSourceMappings, API reference)."""
        return self.last_result.startswith("PROBLEM")

    def concurrent_batches(self, factor: int) -> int:
        """Of each part of the source, with that parallelization factor: the state of a tumbling
        window goes from one batch to the next, so that there is one at a time."""
        return 1 if self.tumbling_window_seconds else factor
