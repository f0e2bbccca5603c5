"""A reader of a source that no pipeline file names: it takes its part of what all readers share."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from tidegate.simulator.kind import Kind, entries
from tidegate.simulator.participant import Participant, Phase, Step, Subscriber, Subscription
from tidegate.simulator.site import Site

__all__ = ["KIND", "ForeignReaderData", "ForeignReaderState"]

NAME = "foreign_reader"


@dataclass(frozen=True, slots=True)
class ForeignReaderData:
    """It asks each part of a ``source`` so many times a second and takes whatever it is given, or
    at most ``records_per_second`` of each part."""

    name: str
    source: str = ""
    calls_per_second: float = 5.0
    records_per_second: int | None = None


@dataclass(slots=True, eq=False)
class ForeignReaderState(Participant):
    """What it reads is done at once."""

    data: ForeignReaderData
    subscription: Subscription
    records_read: int = 0

    @property
    def name(self) -> str:
        """Nobody of the pipeline calls it anything."""
        return self.data.name

    def steps(self) -> Mapping[Phase, Step]:
        """It reads."""
        return {Phase.WORK: self._work}

    def _work(self, now: float) -> None:
        most = self.data.records_per_second
        for part in self.subscription.readable():
            count = part.budget if most is None else min(part.budget, most)
            part.taken = sum(size for _, size in part.lanes[0].take(count))
            self.records_read += part.taken


def _read(file: Mapping[str, Any]) -> Iterator[ForeignReaderData]:
    return (ForeignReaderData(**entry) for entry in entries(file, NAME))


def _build(site: Site, data: Any) -> ForeignReaderState:
    reader = Subscriber(data.name, 1, data.calls_per_second, is_foreign=True)
    return ForeignReaderState(data, site.source(data.source).subscribe(reader))


KIND = Kind(NAME, (ForeignReaderData,), _read, _build)
