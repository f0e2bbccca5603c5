"""What a pipeline file can get wrong although every value has the right shape."""

from collections.abc import Callable, Iterator, Sequence
from typing import TypeVar
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from rules.diagnosis import LeverKind
from scaling.resources.kinesis_stream import (
    RETENTION_HOURS_MAX,
    RETENTION_HOURS_MIN,
    SHARDS_MAX,
)
from scaling.sizing import FACTOR_MAX
from scaling.specification import (
    ChangeWindow,
    ConsumerSpec,
    Levers,
    PipelineFile,
    PipelineSpec,
    TableSpec,
)

__all__ = ["semantic_mistakes"]

Path = tuple[str | int, ...]
Found = Iterator[tuple[Path, str]]
Item = TypeVar("Item")

_STREAM = (LeverKind.SHARD_COUNT, LeverKind.RETENTION_HOURS)
_FACTOR = (LeverKind.PARALLELIZATION_FACTOR,)
_CAPACITY = (LeverKind.WRITE_CAPACITY, LeverKind.READ_CAPACITY)
_RANGES = {
    LeverKind.SHARD_COUNT: (1, SHARDS_MAX),
    LeverKind.PARALLELIZATION_FACTOR: (1, FACTOR_MAX),
    LeverKind.RETENTION_HOURS: (RETENTION_HOURS_MIN, RETENTION_HOURS_MAX),
}


def semantic_mistakes(file: PipelineFile) -> Found:
    """Each mistake with the path it is at."""
    yield from _duplicates(file.pipelines, ("pipelines",), "name", lambda each: each.name)
    for at, pipeline in enumerate(file.pipelines):
        yield from _pipeline(pipeline, ("pipelines", at))


def _duplicates(
    items: Sequence[Item], path: Path, key: str, name_of: Callable[[Item], str]
) -> Found:
    seen: dict[str, int] = {}
    for at, item in enumerate(items):
        name = name_of(item)
        if name in seen:
            words = f"{name!r} is here twice (also number {seen[name] + 1}); names must differ"
            yield (*path, at, key), words
        seen.setdefault(name, at)


def _pipeline(spec: PipelineSpec, path: Path) -> Found:
    yield from _levers(spec.levers, path, (*_STREAM, *_FACTOR, *_CAPACITY), "a pipeline")
    consumers = (*path, "consumers")
    yield from _duplicates(spec.consumers, consumers, "function", lambda each: each.function)
    yield from _duplicates(spec.rules, (*path, "rules"), "name", lambda each: each.name)
    for at, consumer in enumerate(spec.consumers):
        yield from _consumer(consumer, (*consumers, at))
    for at, window in enumerate(spec.change_windows):
        yield from _window(window, (*path, "change_windows", at))


def _consumer(spec: ConsumerSpec, path: Path) -> Found:
    yield from _levers(spec.levers, path, (*_FACTOR, *_CAPACITY), "a consumer")
    tables = spec.table_specs
    yield from _duplicates(tables, (*path, "tables"), "name", lambda each: each.name)
    for at, table in enumerate(tables):
        yield from _table(table, (*path, "tables", at))


def _table(spec: TableSpec, path: Path) -> Found:
    yield from _levers(spec.levers, path, _CAPACITY, "a table")
    yield from _duplicates(spec.indexes, (*path, "indexes"), "name", lambda each: each.name)
    for at, index in enumerate(spec.indexes):
        yield from _levers(index.levers, (*path, "indexes", at), _CAPACITY, "an index")


def _levers(levers: Levers, path: Path, allowed: Sequence[LeverKind], place: str) -> Found:
    for kind in LeverKind:
        said = levers.of(kind)
        if said is None:
            continue
        below = (*path, "levers", kind.value)
        if kind not in allowed:
            known = ", ".join(each.value for each in allowed)
            yield below, f"{kind.value} is not a lever of {place}; its levers are {known}"
        if said.min > said.max:
            yield (*below, "min"), f"min is {said.min}, more than max ({said.max})"
        least, most = _RANGES.get(kind, (1, 2**63))
        if said.max > most:
            yield (*below, "max"), f"max is {said.max}; AWS allows {least}..{most}"
        if said.max < least:
            yield (*below, "max"), f"max is {said.max}; AWS allows {least}..{most}"


def _window(window: ChangeWindow, path: Path) -> Found:
    if window.start == window.end:
        yield (*path, "end"), "start and end are the same; a window needs a length"
    try:
        ZoneInfo(window.time_zone)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        words = f"{window.time_zone!r} is not a time zone; an IANA name such as Europe/Berlin is"
        yield (*path, "time_zone"), words
