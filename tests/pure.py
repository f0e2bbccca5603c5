"""The tests of the pure packages: which module has none of its own, how many lines there are.

``python -m tests.pure`` prints the lines of tests to those of source for each pure package.
"""

import ast
from collections import Counter
from pathlib import Path

from tests.shape import ROOT, SHAPE, begins, imported, layer_of, modules, path_of

TESTS = ROOT / "tests"


def is_pure(module: str) -> bool:
    """Whether it is given time and everything that it reads."""
    return any(begins(module, each) for each in SHAPE["pure"]) and not any(
        begins(module, each) for each in SHAPE["impure"]
    )


def untested() -> list[str]:
    """Pure modules with something to run, and no ``test_<module>.py`` at their place in ``tests``
    that imports them."""
    return sorted(
        module
        for module, tree in modules().items()
        if is_pure(module) and _does_something(tree) and not _has_tests(module)
    )


def changeable() -> list[str]:
    """Dataclasses of pure modules whose values can be changed."""
    return sorted(
        f"{module}.{node.name}"
        for module, tree in modules().items()
        if is_pure(module)
        for node in ast.walk(tree)
        if isinstance(node, ast.ClassDef)
        for words in map(ast.unparse, node.decorator_list)
        if words.startswith("dataclass") and "frozen=True" not in words
    )


def _does_something(tree: ast.Module) -> bool:
    """Whether a function does more than say what it is for, as those of protocols do."""
    functions = (node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef))
    return any(not _is_a_constant(node) for each in functions for node in each.body)


def _is_a_constant(node: ast.stmt) -> bool:
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)


def _has_tests(module: str) -> bool:
    source = Path(path_of(module))
    found = (TESTS / source.parent).glob(f"test_{source.stem}*.py")
    return any(module in imported(ast.parse(file.read_text("utf-8"))) for file in found)


def _package_of(file: Path) -> str:
    """The package that a file below ``tests`` is of: by its folder, above by its name."""
    inside = file.relative_to(TESTS).with_suffix("").parts
    words = inside[-1].removeprefix("test_").split("_")
    names = (".".join(("tidegate", *inside[:-1], "_".join(words[:at]))) for at in range(9, 0, -1))
    known = next((name for name in names if name in modules()), None)
    return layer_of(known or ".".join(("tidegate", *inside[:-1])))[1]


def lines_of(file: Path) -> int:
    return len(file.read_text(encoding="utf-8").splitlines())


def ratios() -> dict[str, tuple[int, int]]:
    """Lines of tests and of source for each pure package."""
    source: Counter[str] = Counter()
    for module in filter(is_pure, modules()):
        source[layer_of(module)[1]] += lines_of(ROOT / path_of(module))
    tests: Counter[str] = Counter()
    for folder in ("rules", "scaling"):
        for file in (TESTS / folder).rglob("*.py"):
            tests[_package_of(file)] += lines_of(file)
    return {package: (tests[package], source[package]) for package in sorted(+source)}


def main() -> None:
    """Print them, with those of all together."""
    found = ratios()
    tests, source = (sum(each[at] for each in found.values()) for at in (0, 1))
    print(f"{'lines of a pure package':34}{'tests':>7}{'source':>8}{'ratio':>7}")
    for package, (of_tests, of_source) in (*found.items(), ("together", (tests, source))):
        name = package.removeprefix("tidegate.")
        print(f"{name:34}{of_tests:7,}{of_source:8,}{of_tests / of_source:7.2f}")


if __name__ == "__main__":
    main()
