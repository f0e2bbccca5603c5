"""What every lever of a pipeline is set to, and what the file says of it."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import TypeVar

from tidegate.rules.graph import Pipeline
from tidegate.scaling.config.specification import (
    ApplicationSpec,
    ConsumerSpec,
    Levers,
    LeverSpec,
    PipelineSpec,
    TableSpec,
)
from tidegate.scaling.kinds.registry import levers_of
from tidegate.scaling.model.change_record import Lever
from tidegate.scaling.model.resource_type import types_of

__all__ = [
    "APPLICATION_LEVERS",
    "CAPACITIES",
    "MAPPING",
    "STREAM",
    "Path",
    "all_settings",
    "capacities_like",
    "current_capacities",
    "lever_spec",
    "other_settings",
    "part_of",
    "resource_of",
    "resources_of",
    "said_of",
]

STREAM = levers_of("stream")
MAPPING = levers_of("function")
APPLICATION_LEVERS = levers_of("application")
CAPACITIES = levers_of("table")

Path = tuple[str | int, ...]
"""Keys and positions in a file."""

_OF_READER = {spec.resource: levers_of(spec.resource) for spec in (ConsumerSpec, ApplicationSpec)}

Tables = list[str | TableSpec]
R = TypeVar("R", ConsumerSpec, ApplicationSpec)


def current_capacities(pipeline: Pipeline) -> dict[Lever, int]:
    """Every lever of capacity with what it is set to, downstream first."""
    return dict(pipeline.view(_capacities))


def _capacities(pipeline: Pipeline) -> dict[Lever, int]:
    return {
        lever: setting
        for resource_type in pipeline.kinds.types
        for lever, setting in resource_type.capacities(pipeline)
    }


def capacities_like(pipeline: Pipeline, lever: Lever) -> dict[Lever, int]:
    """The levers of capacity that are of a lever's kind of resource, with what each is set to. Only
    that kind is asked; empty where the pipeline was described without it."""
    kinds = (each for each in types_of(pipeline) if lever.is_known and lever.kind in each.levers)
    return {like: setting for kind in kinds for like, setting in kind.capacities(pipeline)}


def other_settings(pipeline: Pipeline) -> dict[Lever, int]:
    """The levers that give no capacity, with what each is set to."""
    return dict(pipeline.view(_others))


def _others(pipeline: Pipeline) -> dict[Lever, int]:
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
    if spec.resources:
        yield from _listed(spec, lever)
    kind, is_capacity = lever.kind, lever.kind in CAPACITIES
    of_key: tuple[tuple[str, Sequence[ConsumerSpec | ApplicationSpec]], ...] = (
        ("consumers", spec.consumers),
        ("applications", spec.applications),
    )
    for key, readers in of_key:
        for at, reader in enumerate(readers):
            if kind in _OF_READER[reader.resource] and reader.name == lever.where:
                yield reader.levers, (key, at)
            if is_capacity:
                yield from _levels_of_tables(reader, lever, (key, at))
    yield spec.levers, ()


def _listed(spec: PipelineSpec, lever: Lever) -> Iterator[tuple[dict[str, LeverSpec], Path]]:
    for at, resource in enumerate(spec.resources):
        if resource.name == lever.where and lever.kind_word in resource.levers:
            yield resource.levers, ("resources", at)


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
    for levers, path in _levels(spec, lever):
        said = _of(levers, lever)
        if said is not None:
            return said, path
    return None


def _of(levers: Levers | dict[str, LeverSpec], lever: Lever) -> LeverSpec | None:
    if isinstance(levers, dict):
        return levers.get(lever.kind_word)
    return levers.of(lever.kind)


def lever_spec(spec: PipelineSpec, lever: Lever) -> LeverSpec | None:
    """What the file says of a lever; None when it says nothing, which means: advise only."""
    said = said_of(spec, lever)
    return None if said is None else said[0]


def resource_of(lever: Lever) -> str:
    """The resource of a lever, by the name of its lease: several levers may share one. Empty for a
    lever that only another version of Tidegate knows."""
    if not lever.is_known:
        return ""
    return f"{lever.kind.resource}/{lever.where.partition('/')[0]}"


def resources_of(spec: PipelineSpec) -> tuple[str, ...]:
    """The resources that a pipeline's levers may be of, by the names of their leases."""
    tables = (table.name for reader in spec.readers for table in reader.table_specs)
    levers = (
        *(Lever.of(STREAM[0], name) for name in (spec.stream,) if name),
        *(Lever.of(_OF_READER[each.resource][0], each.name) for each in spec.readers),
        *(Lever.of(CAPACITIES[0], name) for name in tables),
        *(Lever(word, each.name) for each in spec.resources for word in each.levers),
    )
    return tuple(dict.fromkeys(map(resource_of, levers)))


def part_of(spec: PipelineSpec, lever: Lever) -> PipelineSpec:
    """The part of a pipeline that a lever is in: the rest needn't be asked for, or be well."""
    tables = _tables_by_reader(spec, lever)

    def part(readers: Sequence[R]) -> list[R]:
        kept = ((each, tables.get((each.resource, each.name))) for each in readers)
        return [replace(each, tables=said) for each, said in kept if said is not None]

    return replace(
        spec,
        consumers=part(spec.consumers),
        applications=part(spec.applications),
        resources=[each for each in spec.resources if each.name in (lever.where, spec.source)],
    )


def _tables_by_reader(spec: PipelineSpec, lever: Lever) -> dict[tuple[str, str], Tables]:
    """The readers in the part of a lever, each with those of its tables that are."""
    if lever.kind in CAPACITIES:
        table = lever.where.partition("/")[0]
        for each in spec.readers:
            said: Tables = [named for named in each.table_specs if named.name == table]
            if said:
                return {(each.resource, each.name): said}
        return {}
    if lever.kind in (*MAPPING, *APPLICATION_LEVERS):
        readers = [each for each in spec.readers if each.name == lever.where]
    # A listed sink is described with its writers.
    elif any(each.name == lever.where != spec.source for each in spec.resources):
        readers = list(spec.readers)
    else:
        readers = []
    return {(each.resource, each.name): [] for each in readers}
