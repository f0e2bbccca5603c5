"""Which files of the rooms the app reaches through its imports, lazy ones included: those are
deployed, and no others."""

import ast
from collections.abc import Iterator
from pathlib import Path

__all__ = ["reached"]


def reached(app: Path, rooms: Path) -> frozenset[Path]:
    """The modules below ``rooms`` that the code below ``app`` stands on, with their packages.

    What is imported for type checking alone is not reached.
    """
    waiting = sorted(app.rglob("*.py"))
    found: set[Path] = set()
    while waiting:
        for name in _imported(ast.parse(waiting.pop().read_text(encoding="utf-8"))):
            for file in _files(rooms, name):
                if file not in found:
                    found.add(file)
                    waiting.append(file)
    return frozenset(found)


def _imported(node: ast.AST) -> Iterator[str]:
    """Every name that may be a module."""
    for child in ast.iter_child_nodes(node):
        match child:
            case ast.If(test=ast.Name(id="TYPE_CHECKING")):
                continue
            case ast.Import(names=names):
                yield from (each.name for each in names)
            case ast.ImportFrom(module=str(module), names=names):
                yield module
                yield from (f"{module}.{each.name}" for each in names)
        yield from _imported(child)


def _files(rooms: Path, name: str) -> Iterator[Path]:
    """The file of a module and those of the packages above it, as far as they are ours."""
    place = rooms
    for part in name.split("."):
        place = place / part
        for file in (place / "__init__.py", place.with_suffix(".py")):
            if file.is_file():
                yield file
