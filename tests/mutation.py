"""Mutants of what decides: how many are killed by the tests of their module.

``python -m tests.mutation`` draws mutants by a seed in ``rules``, ``recommend`` and ``constraints``,
runs each against the tests that import its module, or else those of its package, and lists those that
survive with the reason that ``tests/survivors.toml`` knows for them. It exits with 1 where more than
a twentieth survive unexplained.
"""

import argparse
import ast
import subprocess
import sys
import tempfile
import tomllib
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from queue import Queue
from random import Random

from tests.shape import ROOT, begins, imported, modules, path_of

MUTATED = ("tidegate.rules", "tidegate.scaling.recommend", "tidegate.scaling.constraints")
SEED, DRAWN, AT_ONCE, SECONDS_AT_MOST = 1, 300, 2, 120
UNEXPLAINED_MOST = 0.05

_COMPARE: dict[type[ast.cmpop], type[ast.cmpop]] = {
    ast.Lt: ast.LtE, ast.LtE: ast.Lt, ast.Gt: ast.GtE, ast.GtE: ast.Gt, ast.Eq: ast.NotEq,
    ast.NotEq: ast.Eq, ast.Is: ast.IsNot, ast.IsNot: ast.Is, ast.In: ast.NotIn, ast.NotIn: ast.In,
}  # fmt: skip
_ARITHMETIC: dict[type[ast.operator], type[ast.operator]] = {
    ast.Add: ast.Sub, ast.Sub: ast.Add, ast.Mult: ast.Div, ast.Div: ast.Mult,
}  # fmt: skip
_LOGIC: dict[type[ast.boolop], type[ast.boolop]] = {ast.And: ast.Or, ast.Or: ast.And}


@dataclass(frozen=True)
class Mutant:
    """One change of one expression, at a line of a module."""

    module: str
    line: int
    column: int
    before: str
    after: str

    @property
    def name(self) -> str:
        return f"{path_of(self.module)}:{self.line}:{self.column}: {self.before} -> {self.after}"

    @property
    def key(self) -> str:
        """Its name without the place, which moves."""
        return f"{path_of(self.module)}: {self.before} -> {self.after}"

    def source(self) -> str:
        """The module with the change in it."""
        text = (ROOT / path_of(self.module)).read_text(encoding="utf-8")
        lines = text.splitlines(keepends=True)
        at = sum(len(line) for line in lines[: self.line - 1]) + self.column
        assert text[at:].startswith(self.before), self.name
        return text[:at] + self.after + text[at + len(self.before) :]


def _changed(node: ast.expr) -> Iterator[ast.expr]:
    match node:
        case ast.Compare(ops=[op], left=left, comparators=comparators):
            yield ast.Compare(left, [_COMPARE[type(op)]()], comparators)
        case ast.BinOp(op=op) if type(op) in _ARITHMETIC:
            yield ast.BinOp(node.left, _ARITHMETIC[type(op)](), node.right)
        case ast.BoolOp(op=op):
            yield ast.BoolOp(_LOGIC[type(op)](), node.values)
        case ast.UnaryOp(op=ast.Not()):
            yield node.operand
        case ast.Call(func=ast.Name(id="min" | "max" as name)):
            other = "max" if name == "min" else "min"
            yield ast.Call(ast.Name(other), node.args, node.keywords)
        case ast.Constant(value=bool()):
            yield ast.Constant(not node.value)
        case ast.Constant(value=int() | float()):
            yield ast.Constant(node.value + 1)


def mutants_of(module: str, tree: ast.Module) -> Iterator[Mutant]:
    """Every mutant of a module; expressions over several lines and inside of f-strings are left."""
    text = (ROOT / path_of(module)).read_text(encoding="utf-8")
    inside = {part for each in ast.walk(tree) if isinstance(each, ast.JoinedStr)
              for part in ast.walk(each)}  # fmt: skip
    for node in ast.walk(tree):
        if not isinstance(node, ast.expr) or node in inside or node.lineno != node.end_lineno:
            continue
        before = ast.get_source_segment(text, node)
        line = text.splitlines()[node.lineno - 1]
        if before is None or not line.isascii():
            continue
        for after in _changed(node):
            words = f"({ast.unparse(ast.fix_missing_locations(after))})"
            yield Mutant(module, node.lineno, node.col_offset, before, words)


def tests_of(module: str) -> list[str]:
    """The test files that import the module, or else all of its package."""
    files = [
        *(ROOT / "tests/rules").rglob("test_*.py"),
        *(ROOT / "tests/scaling").rglob("test_*.py"),
    ]
    direct = [file for file in files if module in imported(ast.parse(file.read_text("utf-8")))]
    package = ROOT / "tests" / Path(path_of(module)).parts[0]
    if "rules" not in package.parts:
        package = package / Path(path_of(module)).parts[1]
    return [str(file.relative_to(ROOT)) for file in direct or sorted(package.rglob("test_*.py"))]


def survives(mutant: Mutant, folder: Path) -> bool:
    """Whether the tests of its module pass in a copy of the repository that has it."""
    file = folder / path_of(mutant.module)
    original = file.read_text(encoding="utf-8")
    file.write_text(mutant.source(), encoding="utf-8")
    command = [sys.executable, "-m", "pytest", "-q", "-x", "-n", "0", "-m", "not slow"]
    command += ["-p", "no:cacheprovider", "-p", "no:randomly", *tests_of(mutant.module)]
    environment = {"PYTHONPATH": ".", "PYTHONDONTWRITEBYTECODE": "1", "PATH": "/usr/bin:/bin"}
    try:
        done = subprocess.run(
            command, cwd=folder, env=environment, capture_output=True, timeout=SECONDS_AT_MOST,
            check=False,
        )  # fmt: skip
    except subprocess.TimeoutExpired:
        return False
    finally:
        file.write_text(original, encoding="utf-8")
    return done.returncode == 0


def drawn(seed: int, count: int) -> list[Mutant]:
    """So many of all mutants, the same for the same seed and source."""
    everything = [
        mutant
        for module, tree in sorted(modules().items())
        if any(begins(module, each) for each in MUTATED) and not module.endswith(".words")
        for mutant in mutants_of(module, tree)
    ]
    return Random(seed).sample(everything, min(count, len(everything)))


def main() -> int:
    """Draw, run, tell."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--seed", type=int, default=SEED)
    options.add_argument("--count", type=int, default=DRAWN)
    given = options.parse_args()
    mutants, folders = drawn(given.seed, given.count), Queue[Path]()
    reasons = tomllib.loads((ROOT / "tests/survivors.toml").read_text(encoding="utf-8"))
    with tempfile.TemporaryDirectory() as top, ThreadPoolExecutor(AT_ONCE) as pool:
        for at in range(AT_ONCE):
            folders.put(Path(top) / str(at))
            subprocess.run(["git", "clone", "-q", ROOT, Path(top) / str(at)], check=True)

        def run(mutant: Mutant) -> bool:
            folder = folders.get()
            try:
                return survives(mutant, folder)
            finally:
                folders.put(folder)

        lived = [
            mutant for mutant, alive in zip(mutants, pool.map(run, mutants), strict=True) if alive
        ]
    for mutant in sorted(lived, key=lambda each: each.name):
        print(f"{mutant.name}\n    {reasons.get(mutant.key, 'unexplained')}")
    unexplained = [mutant for mutant in lived if mutant.key not in reasons]
    print(f"{len(mutants)} mutants, {len(lived)} survived, {len(unexplained)} of them unexplained")
    return int(len(unexplained) > UNEXPLAINED_MOST * len(mutants))


if __name__ == "__main__":
    sys.exit(main())
