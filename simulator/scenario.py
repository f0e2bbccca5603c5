"""A scenario: what there is in a world, and what goes wrong there, as values."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any, TypeVar

__all__ = ["Fault", "Scenario"]

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Fault:
    """Something that goes wrong at a second: what, and its arguments by name.

    Each kind has faults of its own (``Participant.strike``); ``resource`` among the values names
    whose it is, where several could be meant. CloudWatch's are in ``cloudwatch.py``.
    """

    at: int
    what: str
    values: Mapping[str, Any]

    @property
    def fields(self) -> Mapping[str, Any]:
        """The values that change something."""
        return {name: value for name, value in self.values.items() if name != "resource"}

    def concerns(self, name: str) -> bool:
        """Whether the resource of that name may be meant."""
        return self.values.get("resource") in (None, name)


@dataclass(frozen=True, slots=True)
class Scenario:
    """A world to be, with the cause planted in it. Times in seconds from its start.

    ``resources`` are data of the kinds. They name each other; where they leave that out, the only
    one of its kind is meant.
    """

    name: str
    summary: str
    planted_cause: str
    duration_seconds: int
    iterator_age_max_seconds: float
    resources: tuple[Any, ...]
    faults: tuple[Fault, ...]
    pipeline_file: Mapping[str, Any]

    def all(self, data: type[T]) -> Iterator[T]:
        """Everything there is of one type of data, in order."""
        return (each for each in self.resources if isinstance(each, data))

    def find(self, data: type[T]) -> T | None:
        """The first of a type of data, None where there is none."""
        return next(self.all(data), None)

    def the(self, data: type[T]) -> T:
        """The first of a type of data. LookupError where there is none."""
        found = self.find(data)
        if found is None:
            raise LookupError(f"{self.name} has no {data.__name__}")
        return found

    def put(self, *data: Any) -> "Scenario":
        """The scenario with each of these in place of the first of its type, or added to it."""
        resources = list(self.resources)
        for new in data:
            at = next((n for n, old in enumerate(resources) if type(old) is type(new)), None)
            if at is None:
                resources.append(new)
            else:
                resources[at] = new
        return replace(self, resources=tuple(resources))
