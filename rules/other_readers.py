"""Who reads a pipeline's source beside it."""

from dataclasses import dataclass

from tidegate.rules.graph import Resource, Role

__all__ = ["OtherReaders"]


@dataclass(frozen=True, slots=True)
class OtherReaders:
    """Who reads the source that the file doesn't name, as far as AWS lists them. No record of the
    pipeline passes through them. ``apart`` are those whose reads are not among the source's, since
    they have throughput of their own."""

    names: tuple[str, ...]
    apart: tuple[str, ...] = ()
    name: str = "other readers"
    roles: tuple[Role, ...] = ()
    writes: tuple[Resource, ...] = ()
