"""What every lever of a pipeline is set to, and what the file says of it."""

from collections.abc import Iterator
from itertools import chain

from tidegate.rules.cause import LeverKind
from tidegate.rules.graph import Pipeline
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


def current_capacities(pipeline: Pipeline) -> dict[Lever, int]:
    """Every lever of capacity with what it is set to, downstream first."""
    return {
        lever: setting
        for resource_type in pipeline.kinds.types
        for lever, setting in resource_type.capacities(pipeline)
    }


def other_settings(pipeline: Pipeline) -> dict[Lever, int]:
    """The levers that give no capacity, with what each is set to."""
    return {
        lever: setting
        for resource_type in pipeline.kinds.types
        for lever, setting in resource_type.other_settings(pipeline)
    }


def all_settings(pipeline: Pipeline) -> dict[Lever, int]:
    """Every lever with what it is set to."""
    return current_capacities(pipeline) | other_settings(pipeline)


def _levels(
    spec: PipelineSpec, lever: Lever
) -> Iterator[tuple[Levers | dict[str, LeverSpec], Path]]:
    """Where the file may speak of a lever, the most specific place first, with the way to it."""
    consumers = ((each, ("consumers", at)) for at, each in enumerate(spec.consumers))
    applications = ((each, ("applications", at)) for at, each in enumerate(spec.applications))
    for at, resource in enumerate(spec.resources):
        if resource.name == lever.where and lever.kind_word in resource.levers:
            yield resource.levers, ("resources", at)
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
    found = ((_of(levers, lever), path) for levers, path in _levels(spec, lever))
    return next(((each, path) for each, path in found if each is not None), None)


def _of(levers: Levers | dict[str, LeverSpec], lever: Lever) -> LeverSpec | None:
    if isinstance(levers, dict):
        return levers.get(lever.kind_word)
    return levers.of(lever.kind)


def lever_spec(spec: PipelineSpec, lever: Lever) -> LeverSpec | None:
    """What the file says of a lever; None when it says nothing, which means: advise only."""
    said = said_of(spec, lever)
    return None if said is None else said[0]
