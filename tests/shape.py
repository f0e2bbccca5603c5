"""Measures of the source, by its syntax trees: imports, sizes, clocks, kinds.

``architecture.toml`` says what they may be, and names what does not hold to it yet.
"""

import ast
import re
import tomllib
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
FILE = Path(__file__).with_name("architecture.toml")
SHAPE: dict[str, Any] = tomllib.loads(FILE.read_text(encoding="utf-8"))
LAYERS: list[list[str]] = SHAPE["layers"]
OF_A_KIND = re.compile(rf"\.kinds\.({'|'.join(SHAPE['kinds']['packages'])})\b")
"""In the name of a module of one kind; others below ``kinds`` hold what kinds have in common."""

NOTHING = ast.parse("")

CLOCKS = {"monotonic", "perf_counter", "process_time", "time_ns", "today", "utcnow"}
FILES = {"open", "read_text", "write_text", "read_bytes", "write_bytes", "mkdir", "unlink"}
EDGES = {
    "boto3", "botocore", "http", "os", "pathlib", "random", "requests", "secrets", "shutil",
    "socket", "sqlite3", "subprocess", "tempfile", "threading", "time", "urllib",
}  # fmt: skip


@cache
def modules() -> dict[str, ast.Module]:
    """Every module of the source by the name that it is imported by."""
    found = {}
    for folder, prefix in (
        ("tidegate", "tidegate."), ("rules", "tidegate.rules."), ("scaling", "tidegate.scaling."),
        ("simulator", "tidegate.simulator."), ("chalice_app", ""),
    ):  # fmt: skip
        for file in sorted((ROOT / folder).rglob("*.py")):
            name = prefix + ".".join(file.relative_to(ROOT / folder).with_suffix("").parts)
            found[name.removesuffix(".__init__")] = ast.parse(file.read_text(encoding="utf-8"))
    return found


def path_of(module: str) -> str:
    """The file of a module, from the root."""
    parts = module.split(".")
    if parts[0] != "tidegate":
        parts = ["chalice_app", *parts]
    elif parts[1:2] and parts[1] in ("rules", "scaling", "simulator"):
        parts = parts[1:]
    place = "/".join(parts)
    return f"{place}/__init__.py" if (ROOT / place).is_dir() else f"{place}.py"


def imported(tree: ast.AST) -> Iterator[str]:
    """Every name that may be a module, also where it is imported late or for types alone."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


@cache
def imports() -> dict[str, frozenset[str]]:
    """Our own modules that each module imports; a package only when something in it is meant."""
    found = {}
    for name, tree in modules().items():
        names = {each for each in imported(tree) if each in modules()}
        within = {each.rpartition(".")[0] for each in names}
        empty = {each for each in within if not list(imported(modules().get(each, NOTHING)))}
        found[name] = frozenset(names - empty - {name})
    return found


def begins(module: str, prefix: str) -> bool:
    return f"{module}.".startswith(f"{prefix}.")


def layer_of(module: str) -> tuple[int, str]:
    """How far down a module is, and which of that line's packages it belongs to."""
    of = [
        (len(each), at, each)
        for at, line in enumerate(LAYERS)
        for each in line
        if begins(module, each)
    ]
    _, at, package = max(of)
    return at, package


def against_the_layers() -> list[str]:
    """Imports of something above or beside."""
    found = []
    for module, names in imports().items():
        at, package = layer_of(module)
        for name in names:
            below, of = layer_of(name)
            if below <= at and of != package:
                found.append(f"{module} -> {name}")
    return sorted(found)


def of_the_simulator() -> list[str]:
    """What the simulator imports beyond what it may."""
    allowed = re.compile("|".join(SHAPE["simulator_imports"]))
    return sorted(
        f"{module} -> {name}"
        for module, names in imports().items()
        for name in names
        if begins(module, "tidegate.simulator")
        and not begins(name, "tidegate.simulator")
        and not allowed.fullmatch(name)
    )


def cycles() -> list[str]:
    """Modules that import themselves, over others."""
    reached = {name: set(names) for name, names in imports().items()}
    for middle in reached:
        for names in reached.values():
            if middle in names:
                names |= reached[middle]
    return sorted(name for name, names in reached.items() if name in names)


def long_files() -> dict[str, int]:
    lines = {
        path_of(module): len((ROOT / path_of(module)).read_text("utf-8").splitlines())
        for module in modules()
    }
    return {path: count for path, count in lines.items() if count > SHAPE["limits"]["file_lines"]}


def _functions() -> Iterator[tuple[str, ast.FunctionDef | ast.AsyncFunctionDef]]:
    for module, tree in modules().items():
        for node in ast.walk(tree):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                yield f"{module}.{node.name}", node


def long_functions() -> dict[str, int]:
    lines = {name: (node.end_lineno or 0) - node.lineno + 1 for name, node in _functions()}
    return {name: n for name, n in lines.items() if n > SHAPE["limits"]["function_lines"]}


def many_parameters() -> dict[str, int]:
    """Functions with too many, but for the entry points of the command line."""
    found = {}
    for name, node in _functions():
        if any("click" in ast.unparse(each) for each in node.decorator_list):
            continue
        given = node.args
        names = [each.arg for each in (*given.posonlyargs, *given.args, *given.kwonlyargs)]
        count = len([each for each in names if each not in ("self", "cls")])
        if count > SHAPE["limits"]["parameters"]:
            found[name] = count
    return found


def impurities() -> list[str]:
    """Clocks, files and the world outside, in packages that are given all they need."""
    return sorted(
        f"{module}: {what}"
        for module, tree in modules().items()
        if any(begins(module, each) for each in SHAPE["pure"])
        and not any(begins(module, each) for each in SHAPE["impure"])
        for what in _impure(tree)
    )


def _impure(tree: ast.Module) -> set[str]:
    found = {name.split(".")[0] for name in imported(tree)} & EDGES
    for node in ast.walk(tree):
        match node:
            case ast.Call(func=ast.Name(id="open")):
                found.add("open")
            case ast.Call(func=ast.Attribute(value=ast.Name(id="datetime" | "date"), attr="now")):
                found.add("now")
            case ast.Call(func=ast.Attribute(attr=name)) if name in CLOCKS | FILES:
                found.add(name)
    return found


def kinds_named() -> list[str]:
    """Modules that know a kind of resource, outside of the packages of kinds."""
    return sorted(
        module
        for module, tree in modules().items()
        if not OF_A_KIND.search(module)
        and not any(begins(module, each) for each in SHAPE["kinds"]["exempt"])
        and any(_names_a_kind(node) for node in ast.walk(tree))
    )


def _names_a_kind(node: ast.AST) -> bool:
    words = set(SHAPE["kinds"]["words"])
    match node:
        case ast.Attribute(value=ast.Name(id="LeverKind")):
            return True
        case ast.ImportFrom(module=str(module)) if OF_A_KIND.search(module):
            return True
        case (
            ast.Name(id=text)
            | ast.Attribute(attr=text)
            | ast.arg(arg=text)
            | ast.keyword(arg=str(text))
            | ast.FunctionDef(name=text)
        ):
            return bool(words & set(text.lower().split("_")))
    return False


def between_kinds() -> list[str]:
    """What the package of one kind imports of another's, but for what is configured (``state``):
    the neighbours in a pipeline, which a reader needs to know as it is set."""
    return sorted(
        f"{module} -> {name}"
        for module, names in imports().items()
        for name in names
        if (own := OF_A_KIND.search(module))
        and (other := OF_A_KIND.search(name))
        and own.group(1) != other.group(1)
        and not name.endswith(".state")
    )


MEASURES = {
    "layers": against_the_layers,
    "simulator": of_the_simulator,
    "cycles": cycles,
    "impure": impurities,
    "kinds": kinds_named,
    "between_kinds": between_kinds,
    "file_lines": long_files,
    "function_lines": long_functions,
    "parameters": many_parameters,
}
