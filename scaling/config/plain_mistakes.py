"""What may be wrong in many places of a pipeline file: names and time zones."""

from collections.abc import Callable, Iterator, Sequence
from typing import TypeVar

from tidegate.scaling.model.errors import shown

__all__ = ["Found", "Path", "duplicates", "time_zone_mistakes"]

Path = tuple[str | int, ...]
Found = Iterator[tuple[Path, str]]
Item = TypeVar("Item")


def duplicates(
    items: Sequence[Item], path: Path, key: str, name_of: Callable[[Item], str]
) -> Found:
    """Items whose names an earlier one has."""
    seen: dict[str, int] = {}
    for at, item in enumerate(items):
        name = name_of(item)
        if name in seen:
            words = f"{shown(name)} is here twice (also number {seen[name] + 1}); names must differ"
            yield (*path, at, key), words
        seen.setdefault(name, at)


def time_zone_mistakes(name: str, path: Path) -> Found:
    """What is wrong with the name of a time zone."""
    # Imported here: most files name no time zone, and this is read at every cold start.
    from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        words = f"{shown(name)} is not a time zone; an IANA name such as Europe/Berlin is"
        yield (*path, "time_zone"), words
