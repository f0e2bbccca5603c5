"""Mutants of what decides: how many are killed by the tests of their module.

``python -m tests.mutation`` draws mutants by a seed in ``rules``, ``recommend`` and ``constraints``,
runs each against the tests that import its module, or else those of its package, and lists those that
survive with the reason that ``tests/survivors.toml`` knows for them. It exits with 1 where more than
a twentieth survive unexplained.
"""

import argparse
import ast
import os
import signal
import sys
import tempfile
import tomllib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from importlib.machinery import SourceFileLoader
from pathlib import Path
from random import Random
from types import CodeType
from typing import Any, NoReturn

import pytest

from tests.shape import ROOT, begins, imported, modules, path_of

KINDS = "tidegate.scaling.kinds"
MUTATED = (
    "tidegate.rules", "tidegate.scaling.recommend", "tidegate.scaling.constraints",
    "tidegate.scaling.model.raises", f"{KINDS}.dynamodb_table.capacity_model",
    f"{KINDS}.dynamodb_table.raises", f"{KINDS}.dynamodb_table.second_owner",
    f"{KINDS}.flink_application.raises", f"{KINDS}.flink_application.recommendations",
    f"{KINDS}.flink_application.service_autoscaling", f"{KINDS}.flink_application.update",
    f"{KINDS}.kinesis_stream.raises", f"{KINDS}.kinesis_stream.retention",
    f"{KINDS}.kinesis_stream.units", f"{KINDS}.lambda_mapping.batching_window",
    f"{KINDS}.lambda_mapping.executions", f"{KINDS}.lambda_mapping.reader",
)  # fmt: skip
"""What decides: diagnosis, what is wanted and what holds it, and what of both a kind has."""

TESTED = ("tests/rules", "tests/scaling")
SEED, DRAWN, AT_ONCE, SECONDS_AT_MOST = 1, 300, 2, 120
UNEXPLAINED_MOST = 0.05

LOADED_ONCE = ("boto3", "hypothesis.strategies", "pydantic", "yaml")
"""Of what tests import, the libraries that take long: every child has them from its parent."""

OPTIONS = (
    "-q", "-x", "-n", "0", "-m", "not slow", "-p", "no:cacheprovider", "--hypothesis-seed=0",
    "-W", "ignore::pytest.PytestAssertRewriteWarning",
)  # fmt: skip
LIVED = (pytest.ExitCode.OK, pytest.ExitCode.NO_TESTS_COLLECTED)
KILLED = (pytest.ExitCode.TESTS_FAILED, pytest.ExitCode.INTERRUPTED, -signal.SIGALRM)
"""How a child ends whose tests fail, can't be collected, or don't end in time."""

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
        case ast.Constant(value=int() | float() as number):
            yield ast.Constant(number + 1)


def mutants_of(module: str, tree: ast.Module) -> Iterator[Mutant]:
    """Every mutant of a module. Expressions over several lines and inside of f-strings are left, and
    what decorators say of a class, which ``tests/test_architecture.py`` holds to be frozen, and the
    ``strict`` of ``zip``, which guards against a fault of our own."""
    text = (ROOT / path_of(module)).read_text(encoding="utf-8")
    decorators = (
        part for each in ast.walk(tree) if isinstance(each, ast.ClassDef)
        for part in each.decorator_list
    )  # fmt: skip
    left = (*decorators, *(each for each in ast.walk(tree) if _is_left(each)))
    inside = {part for each in left for part in ast.walk(each)}
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


def _is_left(node: ast.AST) -> bool:
    is_strict = isinstance(node, ast.keyword) and node.arg == "strict"
    return is_strict or isinstance(node, ast.JoinedStr)


@cache
def tests_of(module: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The module's own test files, and the others that import it; where no file does, those of its
    package."""
    files = sorted(file for folder in TESTED for file in (ROOT / folder).rglob("test_*.py"))
    direct = [file for file in files if module in imported(ast.parse(file.read_text("utf-8")))]
    place = ROOT / "tests" / path_of(module)
    own = [file for file in direct if file.match(f"{place.parent}/test_{place.stem}*.py")]
    package = ROOT / "tests" / Path(path_of(module)).parts[0]
    if "rules" not in package.parts:
        package = package / Path(path_of(module)).parts[1]
    others = [file for file in direct or sorted(package.rglob("test_*.py")) if file not in own]
    return tuple(map(_from_root, own)), tuple(map(_from_root, others))


def _from_root(file: Path) -> str:
    return str(file.relative_to(ROOT))


def _run(mutant: Mutant, tests: Iterable[str]) -> NoReturn:
    """In a child: the tests against the module with the change, which no file ever has."""
    signal.alarm(SECONDS_AT_MOST)
    loaders: Any = SourceFileLoader
    load, changed = loaders.get_code, compile(mutant.source(), mutant.name, "exec")

    def get_code(loader: SourceFileLoader, name: str) -> CodeType | None:
        return changed if name == mutant.module else load(loader, name)

    loaders.get_code = get_code
    ended = int(pytest.ExitCode.INTERNAL_ERROR)
    for stream in (1, 2):
        os.dup2(os.open(os.devnull, os.O_WRONLY), stream)
    os.environ["HYPOTHESIS_STORAGE_DIRECTORY"] += f"/{os.getpid()}"
    try:
        ended = int(pytest.main([*OPTIONS, *tests]))
    finally:
        os._exit(ended)


def survivors(mutants: Iterable[Mutant]) -> list[Mutant]:
    """Those that neither the module's own tests kill nor, which takes longer, any others."""
    for each in LOADED_ONCE:
        import_module(each)
    os.chdir(ROOT)
    lived = _living((mutant, tests_of(mutant.module)[0]) for mutant in mutants)
    return _living((mutant, tests_of(mutant.module)[1]) for mutant in lived)


def _living(mutants: Iterable[tuple[Mutant, tuple[str, ...]]]) -> list[Mutant]:
    """Those whose tests pass, or that have none. One that hangs is killed."""
    running: dict[int, Mutant] = {}
    lived: list[Mutant] = []

    def wait() -> None:
        child, status = os.wait()
        mutant = running.pop(child)
        ended = os.waitstatus_to_exitcode(status)
        assert ended in (*LIVED, *KILLED), f"{mutant.name}: pytest ended with {ended}"
        if ended in LIVED:
            lived.append(mutant)

    for mutant, files in mutants:
        if not files:
            lived.append(mutant)
            continue
        if len(running) == AT_ONCE:
            wait()
        child = os.fork()
        if not child:
            _run(mutant, files)
        running[child] = mutant
    while running:
        wait()
    return lived


def drawn(seed: int, count: int, among: str) -> list[Mutant]:
    """So many of all mutants of the modules with ``among`` in their names, the same for the same
    seed and source."""
    everything = [
        mutant
        for module, tree in sorted(modules().items())
        if any(begins(module, each) for each in MUTATED) and not module.endswith(".words")
        if among in module
        for mutant in mutants_of(module, tree)
    ]
    return Random(seed).sample(everything, min(count, len(everything)))


def main() -> int:
    """Draw, run, tell."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--seed", type=int, default=SEED)
    options.add_argument("--count", type=int, default=DRAWN)
    options.add_argument("--module", default="", help="a part of the names of modules")
    given = options.parse_args()
    mutants = drawn(given.seed, given.count, given.module)
    reasons = tomllib.loads((ROOT / "tests/survivors.toml").read_text(encoding="utf-8"))
    with tempfile.TemporaryDirectory() as examples:
        os.environ["HYPOTHESIS_STORAGE_DIRECTORY"] = examples
        lived = survivors(mutants)
    for mutant in sorted(lived, key=lambda each: each.name):
        print(f"{mutant.name}\n    {reasons.get(mutant.key, 'unexplained')}")
    unexplained = [mutant for mutant in lived if mutant.key not in reasons]
    print(f"{len(mutants)} mutants, {len(lived)} survived, {len(unexplained)} of them unexplained")
    return int(len(unexplained) > UNEXPLAINED_MOST * len(mutants))


if __name__ == "__main__":
    sys.exit(main())
