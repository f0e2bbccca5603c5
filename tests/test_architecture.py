"""The shape of the source: layers, sizes, purity, and what is deployed stays light."""

import ast
import subprocess
import sys
from collections.abc import Callable
from typing import Any

import pytest

from tests import shape
from tests.pure import changeable, untested
from tests.shape import (
    LAYERS,
    ROOT,
    SHAPE,
    begins,
    imported,
    layer_of,
    modules,
)

MEASURES: dict[str, Callable[[], Any]] = shape.MEASURES | {
    "untested": untested,
    "changeable": changeable,
}
EXCEPTIONS = SHAPE["exceptions"]
LISTS = [name for name in MEASURES if isinstance(EXCEPTIONS[name], list)]
NUMBERS = [name for name in MEASURES if isinstance(EXCEPTIONS[name], dict)]


@pytest.mark.parametrize("measure", LISTS)
def test_nothing_new_is_against_the_shape_and_no_exception_is_without_need(measure: str) -> None:
    assert MEASURES[measure]() == EXCEPTIONS[measure]


@pytest.mark.parametrize("measure", NUMBERS)
def test_nothing_grows_beyond_its_limit_and_no_exception_is_without_need(measure: str) -> None:
    now, known = MEASURES[measure](), EXCEPTIONS[measure]
    grown = {name: count for name, count in now.items() if count > known.get(name, 0)}
    assert (grown, known.keys() - now.keys()) == ({}, set())


def test_every_module_has_a_layer_of_its_own() -> None:
    folders = ("rules", "scaling", "simulator")
    without = [
        name
        for name in modules()
        if name.split(".")[1:2] and name.split(".")[1] in folders and name.count(".") > 1
        if layer_of(name)[1] == "tidegate"
    ]
    assert without == []
    packages = [each for line in LAYERS for each in line]
    assert len(packages) == len(set(packages))


def test_there_is_one_import_name() -> None:
    files = [
        file
        for folder in ("rules", "scaling", "simulator", "tidegate", "chalice_app", "tests")
        for file in (ROOT / folder).rglob("*.py")
    ]
    bare = {
        str(file.relative_to(ROOT))
        for file in files
        for name in imported(ast.parse(file.read_text(encoding="utf-8")))
        if name.split(".")[0] in ("rules", "scaling", "simulator")
    }
    assert bare == set()
    links = {
        name: (ROOT / "tidegate" / name).readlink() for name in ("rules", "scaling", "simulator")
    }
    assert {name: str(link) for name, link in links.items()} == {
        name: f"../{name}" for name in links
    }


def test_only_the_aws_package_knows_boto3() -> None:
    knowing = {
        name
        for name, tree in modules().items()
        if begins(name, "tidegate.rules") or begins(name, "tidegate.scaling")
        if {each.split(".")[0] for each in imported(tree)} & {"boto3", "botocore"}
    }
    assert knowing
    assert all(begins(name, "tidegate.scaling.aws") for name in knowing)


def test_what_is_deployed_imports_nothing_of_the_command_line() -> None:
    deployed = ("tidegate.rules", "tidegate.scaling")
    wrong = {
        (name, each)
        for name, tree in modules().items()
        if name.split(".")[0] in ("app", "chalicelib")
        for each in imported(tree)
        if begins(each, "tidegate") and not any(begins(each, allowed) for allowed in deployed)
    }
    assert wrong == set()


def test_a_sweep_loads_neither_pydantic_nor_rich_nor_plotly() -> None:
    heavy = ("pydantic", "rich", "plotly", "moto", "jinja2", "click")
    code = (
        "import sys, tidegate.scaling.sweep, tidegate.scaling.aws.cloud, "
        "tidegate.scaling.aws.metrics, tidegate.scaling.aws.ledger_dynamodb; "
        f"print([m for m in {heavy!r} if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_no_entry_of_the_pipeline_file_is_asked_for_its_class() -> None:
    """An entry says what its kind is called in levers; the kinds are asked for the rest."""
    asked = {
        (name, each.id)
        for name, tree in modules().items()
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and ast.unparse(node.func) == "isinstance"
        for each in ast.walk(node.args[1])
        if isinstance(each, ast.Name) and each.id.endswith("Spec")
    }
    assert asked == set()
