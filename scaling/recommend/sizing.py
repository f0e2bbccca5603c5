"""How much of every lever a load needs: all layers in one step, downstream first."""

from collections.abc import Iterator, Sequence

from tidegate.rules.reason import Reason
from tidegate.scaling.load.current_load import Load
from tidegate.scaling.model.in_file import InFile
from tidegate.scaling.model.plan import Demand
from tidegate.scaling.model.recommendation import UNCHANGED
from tidegate.scaling.model.sinks import Sink, Use
from tidegate.scaling.model.sized import Reader, SourceUnits
from tidegate.scaling.recommend import words
from tidegate.scaling.recommend.learned import Model

__all__ = ["CAPACITY_USE", "is_full", "size", "size_source"]

CAPACITY_USE = 0.7
"""How much of a sink may be used while too little is known to forecast its load: the default of
DynamoDB's own auto scaling."""


def size(model: Model, load: Load, said: InFile, spread: int) -> tuple[Demand, ...]:
    """The demand on every lever that the load touches: sinks first, then the executions of
    processors, then the source.

    ``spread`` is the number of the source's units that the executions are spread over: those that a
    backlog waits in, where there is one, since units added later don't drain it.

    Never less for a larger load. The source is widened for a processor's sake only when the
    processor's rate is sure; until then its sinks, its executions and the source's own limits are
    sized.
    """
    source = model.source
    above = tuple(_above(model, load, said, spread))
    widened = spread
    # More units than a backlog waits in bring none of it sooner.
    if source is not None and spread >= source.count:
        widened = max(spread, min(source.step_most * spread, above[-1].capacity))
    return (*_of_sinks(model, load, said, widened), *above)


def _of_sinks(model: Model, load: Load, said: InFile, units: int) -> Iterator[Demand]:
    utilization = said.sink_utilization or (1.0 if load.has_headroom else CAPACITY_USE)
    steady = load.records_per_second / utilization
    for sink in model.sinks:
        drained, drain = _drained(
            model, sink, _waiting_for(load, _feeding(model, sink)), said, units
        )
        use = Use(load.reason, utilization, drain)
        yield from sink.demands(max(steady, drained), use)


def _drained(
    model: Model, sink: Sink, load: Load, said: InFile, units: int
) -> tuple[float, Reason]:
    """Records a second that a sink is to take while a backlog drains, and why so many: no more
    than its processors can write."""
    wanted = load.drain_rate(said.catch_up_seconds)
    fed = _fed_at_most(model, sink, said, units)
    brought = max(load.records_per_second, fed)
    if wanted <= brought:
        return wanted, _drain(load, said)
    return brought, words.DRAIN_AS_BROUGHT(
        backlog_records=load.backlog_records,
        sized_records=load.to_drain,
        records_per_second=fed,
    )


def _fed_at_most(model: Model, sink: Sink, said: InFile, units: int) -> float:
    """By the fastest of the sink's processors, each of which gets every record; inf where that
    isn't known."""
    return max(reader.records_per_second_at_most(said, units) for reader in _feeding(model, sink))


def _feeding(model: Model, sink: Sink) -> tuple[Reader, ...]:
    """The processors that write to a sink."""
    named = ((each, [resource.name for resource in each.writes]) for each in model.readers)
    return tuple([each for each, names in named if sink.resource in names])


def _waiting_for(load: Load, readers: Sequence[Reader]) -> Load:
    """The load without a backlog that waits for none of these processors, but for another."""
    if not load.to_drain or not all(each.keeps_up for each in readers):
        return load
    return load.without_backlog()


def _drain(load: Load, said: InFile) -> Reason:
    if not load.to_drain:
        return UNCHANGED
    return words.DRAIN(
        backlog_records=load.backlog_records,
        sized_records=load.to_drain,
        catch_up_seconds=said.catch_up_seconds,
    )


def _above(model: Model, load: Load, said: InFile, spread: int) -> Iterator[Demand]:
    """Of the processors' executions, and last of the source."""
    source = model.source
    readers = () if model.by_arrivals else model.readers
    for reader in readers:
        own = _waiting_for(load, (reader,))
        demand = reader.demand(own, said, spread, _drain(own, said))
        if demand is not None:
            yield demand
    if source is not None:
        yield size_source(model, source, load, said)


def size_source(model: Model, source: SourceUnits, load: Load, said: InFile) -> Demand:
    """The demand on the source's units alone."""
    demand = source.for_volume(load, said, model.reader_count)
    for reader in () if model.by_arrivals else model.readers:
        wider = reader.source_demand(load, said)
        if wider is not None and wider[0] > demand.capacity:
            demand = Demand(demand.lever, *wider)
    return demand


def is_full(source: SourceUnits | None, load: Load, said: InFile) -> bool:
    """Whether what comes in needs more units than the source has, whoever reads it; where it
    doesn't, refusals are those of single units, or of single seconds."""
    return source is not None and source.for_volume(load, said, 0).capacity > source.count
