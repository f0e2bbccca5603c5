"""Levers as Application Auto Scaling knows them: ids, and the part of a pipeline each is in."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from tidegate.scaling.config.levers import CAPACITIES, lever_spec
from tidegate.scaling.config.names import INDEX
from tidegate.scaling.config.specification import ApplicationSpec, ConsumerSpec, PipelineSpec
from tidegate.scaling.kinds.registry import dimensions_of
from tidegate.scaling.model.change_record import Lever
from tidegate.scaling.model.errors import TidegateError, shown

__all__ = [
    "Dimension",
    "UnknownDimension",
    "dimension_named",
    "dimension_of",
    "dimensions",
    "is_theirs",
]

_SEPARATOR = "~"
"""In no name that AWS allows, and in a URL without escaping (RFC 3986, unreserved)."""


class UnknownDimension(TidegateError):
    """There is no scalable dimension with this id."""


@dataclass(frozen=True, slots=True)
class Dimension:
    """A lever as Application Auto Scaling knows it. The id is made from the lever alone, so that
    renaming a pipeline changes nothing."""

    spec: PipelineSpec
    lever: Lever

    @property
    def dimension_id(self) -> str:
        """Such as ``write_capacity~orders~by-customer``."""
        return _id_of(self.lever)

    @property
    def is_table(self) -> bool:
        """Whether it is a table's own capacity, beside which indexes may have theirs."""
        return self.lever.kind in CAPACITIES and "/" not in self.lever.where


def _id_of(lever: Lever) -> str:
    return _SEPARATOR.join((lever.kind_word, *lever.where.split("/")))


def _capacity_places(reader: ConsumerSpec | ApplicationSpec) -> Iterator[str]:
    for table in reader.table_specs:
        yield table.name
        yield from (f"{table.name}/{index.name}" for index in table.indexes)


def _levers(spec: PipelineSpec) -> Iterator[Lever]:
    for resource in spec.resources:
        yield from (Lever(word, resource.name) for word in resource.levers)
    if spec.stream:
        yield from _of("stream", spec.stream)
    for reader in spec.readers:
        yield from _of(reader.resource, reader.name)
        for where in _capacity_places(reader):
            yield from _of("table", where)


def _of(key: str, where: str) -> Iterator[Lever]:
    return (Lever.of(kind, where) for kind in dimensions_of(key))


def dimensions(specs: Sequence[PipelineSpec]) -> tuple[Dimension, ...]:
    """Every scalable dimension of a file; a lever that two pipelines share is one dimension."""
    found: dict[Lever, Dimension] = {}
    for spec in specs:
        for lever in _levers(spec):
            found.setdefault(lever, Dimension(spec, lever))
    return tuple(found.values())


def dimension_named(specs: Sequence[PipelineSpec], dimension_id: str) -> Dimension:
    """The dimension of an id, also of an index that the file doesn't name. Raises
    UnknownDimension; whether the index is there shows when it is described."""
    for dimension in dimensions(specs):
        if dimension.dimension_id == dimension_id:
            return dimension
        index = dimension_id.removeprefix(dimension.dimension_id + _SEPARATOR)
        if index != dimension_id and dimension.is_table and INDEX.accepts(index):
            where = f"{dimension.lever.where}/{index}"
            return Dimension(dimension.spec, Lever(dimension.lever.kind_word, where))
    raise UnknownDimension(f"there is no scalable dimension {shown(dimension_id)}")


def dimension_of(specs: Sequence[PipelineSpec], lever: Lever) -> Dimension:
    """The dimension of a lever. Raises UnknownDimension."""
    return dimension_named(specs, _id_of(lever))


def is_theirs(dimension: Dimension) -> bool:
    """Whether the file gives the lever to Application Auto Scaling."""
    said = lever_spec(dimension.spec, dimension.lever)
    return said is not None and said.owner == "application-autoscaling"
