"""What the windows teach of a pipeline: how fast its processors are, what a record costs a sink."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

from tidegate.rules.graph import Pipeline
from tidegate.rules.kinds.signals import Signals
from tidegate.scaling.model.change_record import Lever
from tidegate.scaling.model.history import History
from tidegate.scaling.model.roles import plannings, source_of
from tidegate.scaling.model.sinks import Sink
from tidegate.scaling.model.sized import Reader, SourceUnits

__all__ = ["Model", "learn"]

NOTHING = History(())


@dataclass(frozen=True, slots=True)
class Model:
    """What was learnt of the processors and sinks; a load is sized against it, and the source where
    its capacity has units. ``reader_count``
    share the reads of the source, those that no file names included. With ``by_arrivals`` the
    source is sized for the records that come in, whatever state their readers are in."""

    pipeline: Pipeline
    source: SourceUnits | None
    readers: tuple[Reader, ...]
    sinks: tuple[Sink, ...]
    reader_count: int = 1
    by_arrivals: bool = False

    def of_arrivals(self) -> "Model":
        """The same without what is known of the processors."""
        return replace(self, by_arrivals=True)

    @property
    def units(self) -> int:
        """How many units the source has, 0 where its capacity has none."""
        return 0 if self.source is None else self.source.count

    def units_waited_in(self, signals: Signals) -> int:
        """How many of them have executions for a backlog: while fewer units from before a change
        are read for long, as many as those. Those before a merge are more, which the units of now
        follow: what is enough for these has to be enough."""
        earlier = signals.earlier_units
        return self.units if earlier is None else min(self.units, earlier.count)

    def sink_of(self, lever: Lever) -> Sink:
        """The sink that has a lever. StopIteration for a lever of something else."""
        return next(each for each in self.sinks if each.where == lever.where)


def learn(signals: Signals, history: History = NOTHING) -> Model:
    """Rates of the processors and units per record of their sinks, from the windows. Of a sink that
    several write to, what the last of them tells."""
    pipeline = signals.pipeline
    readers = tuple(_readers(signals, history))
    sinks = {
        sink.where: sink
        for reader in readers
        for planning in plannings(pipeline)
        for sink in planning.sinks(signals, reader, history)
    }
    count = next(reversed(signals.shared_readers), signals.named_readers)
    return Model(pipeline, source_of(pipeline), readers, tuple(sinks.values()), count)


def _readers(signals: Signals, history: History) -> Iterator[Reader]:
    for planning in reversed(plannings(signals.pipeline)):
        yield from planning.readers(signals, history)
