"""A writer to a source or a sink that no pipeline file names."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from tidegate.simulator.kind import Kind, entries
from tidegate.simulator.participant import Participant, Phase, Sink, Step
from tidegate.simulator.site import Site
from tidegate.simulator.traffic import Points, points_of, rate_at

__all__ = ["KIND", "ForeignWriterData", "ForeignWriterState"]

NAME = "foreign_writer"


@dataclass(frozen=True, slots=True)
class ForeignWriterData:
    """Records a second by ``points`` as of a traffic, into a ``source`` or else a ``sink``."""

    name: str
    points: Points
    source: str | None = None
    sink: str = ""


@dataclass(slots=True, eq=False)
class ForeignWriterState(Participant):
    """What it is refused it does not try again; a source counts it among its producers."""

    data: ForeignWriterData
    sink: Sink | None
    records_tried: float = 0.0
    records_written: float = 0.0

    @property
    def name(self) -> str:
        """Nobody of the pipeline calls it anything."""
        return self.data.name

    def steps(self) -> Mapping[Phase, Step]:
        """It writes, as soon as there is something to be used up."""
        return {} if self.sink is None else {Phase.ARRIVE: self._write}

    def _write(self, now: float) -> None:
        records = rate_at(self.data.points, now)
        if records and self.sink is not None:
            self.records_tried += records
            self.records_written += self.sink.compete(records)


def _read(file: Mapping[str, Any]) -> Iterator[ForeignWriterData]:
    for entry in entries(file, NAME):
        yield ForeignWriterData(**{**entry, "points": points_of(entry["points"])})


def _build(site: Site, data: Any) -> ForeignWriterState:
    if data.source is None:
        (sink,) = site.sinks_of((data.sink,))
        return ForeignWriterState(data, sink)
    site.source(data.source).add_producer(data.points)
    return ForeignWriterState(data, None)


KIND = Kind(NAME, (ForeignWriterData,), _read, _build)
