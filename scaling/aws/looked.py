"""One look at a pipeline: what has been described of it so far."""

from collections.abc import Callable, Iterable, Sequence
from typing import Any, TypeVar

from tidegate.rules.graph import Resource
from tidegate.scaling.aws.clients import Clients
from tidegate.scaling.config.specification import ApplicationSpec, ConsumerSpec, PipelineSpec

__all__ = ["Describe", "DescribeAlone", "DescribeSinks", "Looked", "Reader"]

R = TypeVar("R")
Reader = ConsumerSpec | ApplicationSpec


class Looked:
    """What the kinds find of one pipeline, each knowing what was found before it. Resources that
    several processors share are described once."""

    def __init__(
        self, clients: Clients, spec: PipelineSpec, sinks: "Sequence[DescribeSinks]" = ()
    ) -> None:
        self.clients = clients
        self.spec = spec
        self._sinks = sinks
        self.resources: list[Resource] = []
        self._described: dict[tuple[Any, str], Any] = {}

    def once(self, describe: Callable[[Clients, str], R], name: str) -> R:
        """What ``describe`` tells of a name, asked for the first time only."""
        key = (describe, name)
        if key not in self._described:
            self._described[key] = describe(self.clients, name)
        found: R = self._described[key]
        return found

    def sinks_of(self, reader: Reader) -> tuple[Resource, ...]:
        """What the file says that a reader writes to."""
        return tuple(sink for describe in self._sinks for sink in describe(self, reader))


Describe = Callable[[Looked], Iterable[Resource]]
"""Everything of one kind that a pipeline has by its entry in the file. Raises CloudError."""

DescribeAlone = Callable[[Looked, str], Iterable[Resource] | None]
"""The resource of that name alone; None where it takes the rest of its pipeline to find it. Raises
CloudError."""

DescribeSinks = Callable[[Looked, Reader], Iterable[Resource]]
"""Everything of one kind that a reader writes to. Raises CloudError."""
