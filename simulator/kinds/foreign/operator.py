"""A person or a tool with an AWS client of their own, who changes what Tidegate may own."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from tidegate.simulator.kind import Kind, entries
from tidegate.simulator.participant import Participant, Phase, Step
from tidegate.simulator.site import Site

__all__ = ["KIND", "OperatorCall", "OperatorData", "OperatorState"]

NAME = "operator"


@dataclass(frozen=True, slots=True)
class OperatorCall:
    """An operation of AWS's, such as ``kinesis.UpdateShardCount``, with its parameters."""

    at: int
    operation: str
    parameters: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class OperatorData:
    """Calls, each at its second."""

    name: str
    calls: tuple[OperatorCall, ...]


@dataclass(slots=True, eq=False)
class OperatorState(Participant):
    """What AWS refuses them they don't try again: ``refused`` has those calls."""

    data: OperatorData
    site: Site
    refused: list[OperatorCall] = field(default_factory=list)

    @property
    def name(self) -> str:
        """Who."""
        return self.data.name

    def steps(self) -> Mapping[Phase, Step]:
        """They look at the clock."""
        return {Phase.REFILL: self._look}

    def _look(self, now: float) -> None:
        for call in self.data.calls:
            if call.at == now and not self._made(call):
                self.refused.append(call)

    def _made(self, call: OperatorCall) -> bool:
        operation, parameters = self.site.calls.get(call.operation), dict(call.parameters)
        if operation is None:
            raise LookupError(f"{self.name} asks for {call.operation}, which no kind answers")
        return self.site.by_others(lambda: operation(parameters))


def _read(file: Mapping[str, Any]) -> Iterator[OperatorData]:
    for entry in entries(file, NAME):
        calls = tuple(OperatorCall(**call) for call in entry["calls"])
        yield OperatorData(entry["name"], calls)


KIND = Kind(NAME, (OperatorData,), _read, lambda site, data: OperatorState(data, site))
