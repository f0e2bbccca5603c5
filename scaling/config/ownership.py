"""Who owns which lever of a file: two pipelines that owned one would undo each other's changes."""

from collections.abc import Iterator, Sequence

from tidegate.rules.cause import LeverKind
from tidegate.scaling.config.levers import (
    APPLICATION_LEVERS,
    CAPACITIES,
    MAPPING,
    STREAM,
    Path,
    said_of,
)
from tidegate.scaling.config.specification import PipelineFile, PipelineSpec
from tidegate.scaling.model.change_record import Lever

__all__ = ["owned_twice"]


def owned_twice(file: PipelineFile) -> Iterator[tuple[Path, str]]:
    """Levers that an earlier pipeline of the file owns too, each place of the file once."""
    indexes = _indexes(file.pipelines)
    owners: dict[Lever, int] = {}
    told: set[Path] = set()
    for at, spec in enumerate(file.pipelines):
        for lever in dict.fromkeys(_levers(spec, indexes)):
            said = said_of(spec, lever)
            if said is None or said[0].owner is None:
                continue
            path = ("pipelines", at, *said[1], "levers", lever.kind_word, "owner")
            first = owners.setdefault(lever, at)
            if first != at and path not in told:
                told.add(path)
                name = file.pipelines[first].name
                words = f"{lever} is owned in pipeline {name!r} too; a lever has"
                yield path, f"{words} one owner in a file: leave owner out in one of the two"


def _indexes(specs: Sequence[PipelineSpec]) -> dict[str, tuple[str, ...]]:
    """The indexes of each table that any pipeline names."""
    found: dict[str, tuple[str, ...]] = {}
    for spec in specs:
        for table in (table for reader in spec.readers for table in reader.table_specs):
            named = tuple(index.name for index in table.indexes)
            found[table.name] = found.get(table.name, ()) + named
    return found


def _levers(spec: PipelineSpec, indexes: dict[str, tuple[str, ...]]) -> Iterator[Lever]:
    if spec.stream:
        yield from _of(STREAM, spec.stream)
    for resource in spec.resources:
        yield from (Lever(word, resource.name) for word in resource.levers)
    for consumer in spec.consumers:
        yield from _of(MAPPING, consumer.function)
    for application in spec.applications:
        yield from _of(APPLICATION_LEVERS, application.name)
    for table in (table for reader in spec.readers for table in reader.table_specs):
        yield from _of(CAPACITIES, table.name)
        for index in indexes[table.name]:
            yield from _of(CAPACITIES, f"{table.name}/{index}")


def _of(kinds: Sequence[LeverKind], where: str) -> Iterator[Lever]:
    return (Lever.of(kind, where) for kind in kinds)
