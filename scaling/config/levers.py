"""What every lever of a pipeline is set to, and what the file says of it."""

from collections.abc import Iterator
from itertools import chain

from tidegate.rules.cause import LeverKind
from tidegate.rules.graph import Capacity, Pipeline
from tidegate.scaling.config.specification import (
    ApplicationSpec,
    ConsumerSpec,
    Levers,
    LeverSpec,
    PipelineSpec,
)
from tidegate.scaling.model.change_record import Lever

__all__ = [
    "APPLICATION_LEVERS",
    "CAPACITIES",
    "MAPPING",
    "Path",
    "all_settings",
    "current_capacities",
    "is_changing",
    "lever_spec",
    "other_settings",
    "said_of",
]

CAPACITIES = (LeverKind.WRITE_CAPACITY, LeverKind.READ_CAPACITY)
MAPPING = (LeverKind.PARALLELIZATION_FACTOR, LeverKind.BATCHING_WINDOW)
APPLICATION_LEVERS = (LeverKind.PARALLELISM_PER_KPU, LeverKind.PARALLELISM)

Path = tuple[str | int, ...]
"""Keys and positions in a file."""

_OF_READER = {
    ConsumerSpec: MAPPING,
    ApplicationSpec: APPLICATION_LEVERS,
}


def _capacity_levers(capacity: Capacity) -> Iterator[tuple[Lever, int]]:
    yield Lever.of(LeverKind.WRITE_CAPACITY, capacity.where), capacity.write_units
    yield Lever.of(LeverKind.READ_CAPACITY, capacity.where), capacity.read_units


def current_capacities(pipeline: Pipeline) -> dict[Lever, int]:
    """Every lever of capacity with what it is set to, downstream first."""
    levers: dict[Lever, int] = {}
    for table in pipeline.tables:
        if table.is_provisioned:
            for capacity in table.capacities:
                levers.update(_capacity_levers(capacity))
    for application in pipeline.applications:
        for kind, capacity_now in (
            (LeverKind.PARALLELISM_PER_KPU, application.parallelism_per_kpu),
            (LeverKind.PARALLELISM, application.parallelism),
        ):
            levers[Lever.of(kind, application.name)] = capacity_now
    for consumer in pipeline.consumers:
        factor = Lever.of(LeverKind.PARALLELIZATION_FACTOR, consumer.function.name)
        levers[factor] = consumer.mapping.parallelization_factor
    if pipeline.stream.is_provisioned:
        shards = Lever.of(LeverKind.SHARD_COUNT, pipeline.stream.name)
        levers[shards] = pipeline.stream.shard_count
    return levers


def other_settings(pipeline: Pipeline) -> dict[Lever, int]:
    """The levers that give no capacity, with what each is set to: batching windows, retention."""
    levers = {
        Lever.of(
            LeverKind.BATCHING_WINDOW, each.function.name
        ): each.mapping.batching_window_seconds
        for each in pipeline.consumers
    }
    return levers | {
        Lever.of(LeverKind.RETENTION_HOURS, pipeline.stream.name): pipeline.stream.retention_hours
    }


def all_settings(pipeline: Pipeline) -> dict[Lever, int]:
    """Every lever with what it is set to."""
    return current_capacities(pipeline) | other_settings(pipeline)


def is_changing(pipeline: Pipeline, lever: Lever) -> bool:
    """Whether AWS is still at an earlier change of the lever's resource."""
    match lever.kind:
        case LeverKind.PARALLELIZATION_FACTOR | LeverKind.BATCHING_WINDOW:
            mappings = (each.mapping for each in pipeline.consumers)
            return any(
                each.function_name == lever.where and each.state == "Updating" for each in mappings
            )
        case LeverKind.WRITE_CAPACITY | LeverKind.READ_CAPACITY:
            name = lever.where.partition("/")[0]
            return any(
                "UPDATING" in (table.status, *(each.status for each in table.indexes))
                for table in pipeline.tables
                if table.name == name
            )
        case LeverKind.PARALLELISM | LeverKind.PARALLELISM_PER_KPU:
            return any(
                each.name == lever.where and each.is_changing for each in pipeline.applications
            )
    return pipeline.stream.status == "UPDATING"


def _levels(spec: PipelineSpec, lever: Lever) -> Iterator[tuple[Levers, Path]]:
    """Where the file may speak of a lever, the most specific place first, with the way to it."""
    consumers = ((each, ("consumers", at)) for at, each in enumerate(spec.consumers))
    applications = ((each, ("applications", at)) for at, each in enumerate(spec.applications))
    for reader, path in chain[tuple[ConsumerSpec | ApplicationSpec, Path]](consumers, applications):
        if lever.kind in _OF_READER[type(reader)] and reader.name == lever.where:
            yield reader.levers, path
        if lever.kind in CAPACITIES:
            yield from _levels_of_tables(reader, lever, path)
    yield spec.levers, ()


def _levels_of_tables(
    reader: ConsumerSpec | ApplicationSpec, lever: Lever, path: Path
) -> Iterator[tuple[Levers, Path]]:
    table, _, index = lever.where.partition("/")
    for at, named in enumerate(reader.table_specs):
        if named.name == table:
            below = (*path, "tables", at)
            for each_at, each in enumerate(named.indexes):
                if each.name == index:
                    yield each.levers, (*below, "indexes", each_at)
            yield named.levers, below
            yield reader.levers, path


def said_of(spec: PipelineSpec, lever: Lever) -> tuple[LeverSpec, Path] | None:
    """What the file says of a lever, and the way there from the pipeline; None when it says
    nothing."""
    found = ((levers.of(lever.kind), path) for levers, path in _levels(spec, lever))
    return next(((each, path) for each, path in found if each is not None), None)


def lever_spec(spec: PipelineSpec, lever: Lever) -> LeverSpec | None:
    """What the file says of a lever; None when it says nothing, which means: advise only."""
    said = said_of(spec, lever)
    return None if said is None else said[0]
