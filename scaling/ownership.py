"""Who owns which lever of a file: two pipelines that owned one would undo each other's changes."""

from collections.abc import Iterator, Mapping, Sequence

from rules.diagnosis import LeverKind
from scaling.specification import (
    ApplicationSpec,
    ConsumerSpec,
    Levers,
    PipelineFile,
    PipelineSpec,
    TableSpec,
)

__all__ = ["CAPACITY", "MAPPING", "PARALLELISM", "STREAM", "owned_twice"]

STREAM = (LeverKind.SHARD_COUNT, LeverKind.RETENTION_HOURS)
MAPPING = (LeverKind.PARALLELIZATION_FACTOR, LeverKind.BATCHING_WINDOW)
CAPACITY = (LeverKind.WRITE_CAPACITY, LeverKind.READ_CAPACITY)
PARALLELISM = (LeverKind.PARALLELISM, LeverKind.PARALLELISM_PER_KPU)

Path = tuple[str | int, ...]
Level = tuple[Levers, Path]
Owned = Iterator[tuple[LeverKind, str, Path]]
"""A lever, where it is, and where the file says who owns it."""


def owned_twice(file: PipelineFile) -> Iterator[tuple[Path, str]]:
    """Levers that an earlier pipeline of the file owns too, each place of the file once."""
    indexes = _indexes(file.pipelines)
    owners: dict[tuple[LeverKind, str], int] = {}
    told: set[Path] = set()
    for at, spec in enumerate(file.pipelines):
        for kind, where, path in _owned(spec, ("pipelines", at), indexes):
            first = owners.setdefault((kind, where), at)
            if first != at and path not in told:
                told.add(path)
                name = file.pipelines[first].name
                words = f"{kind.value} of {where} is owned in pipeline {name!r} too; a lever has"
                yield path, f"{words} one owner in a file: leave owner out in one of the two"


def _indexes(specs: Sequence[PipelineSpec]) -> dict[str, tuple[str, ...]]:
    """The indexes of each table that any pipeline names."""
    found: dict[str, tuple[str, ...]] = {}
    for spec in specs:
        for table in (table for reader in spec.readers for table in reader.table_specs):
            named = tuple(index.name for index in table.indexes)
            found[table.name] = found.get(table.name, ()) + named
    return found


def _owned(spec: PipelineSpec, path: Path, indexes: Mapping[str, tuple[str, ...]]) -> Owned:
    whole = (spec.levers, path)
    if spec.stream:
        yield from _of(STREAM, spec.stream, whole)
    for at, consumer in enumerate(spec.consumers):
        below = (*path, "consumers", at)
        # Of each stream that it reads a function has a mapping.
        mapping = f"{consumer.function} on {spec.stream}"
        yield from _of(MAPPING, mapping, (consumer.levers, below), whole)
        yield from _tables(consumer, below, indexes, whole)
    for at, application in enumerate(spec.applications):
        below = (*path, "applications", at)
        yield from _of(PARALLELISM, application.name, (application.levers, below), whole)
        yield from _tables(application, below, indexes, whole)


def _tables(
    reader: ConsumerSpec | ApplicationSpec,
    path: Path,
    indexes: Mapping[str, tuple[str, ...]],
    whole: Level,
) -> Owned:
    for at, table in enumerate(reader.table_specs):
        below = (*path, "tables", at)
        levels = ((table.levers, below), (reader.levers, path), whole)
        yield from _of(CAPACITY, table.name, *levels)
        for index in indexes[table.name]:
            own = _own_of_index(table, index, below)
            yield from _of(CAPACITY, f"{table.name}/{index}", *own, *levels)


def _own_of_index(table: TableSpec, index: str, path: Path) -> Iterator[Level]:
    for at, each in enumerate(table.indexes):
        if each.name == index:
            yield each.levers, (*path, "indexes", at)


def _of(kinds: Sequence[LeverKind], where: str, *levels: Level) -> Owned:
    """The levers that are owned by what the most specific place says; the first level is that."""
    for kind in kinds:
        said = ((levers.of(kind), path) for levers, path in levels)
        found = next(((each, path) for each, path in said if each is not None), None)
        if found is not None and found[0].owner is not None:
            yield kind, where, (*found[1], "levers", kind.value, "owner")
