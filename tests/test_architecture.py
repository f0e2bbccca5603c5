"""The shape of the house: imports point one way, and what is deployed stays light."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
ALLOWED = {
    "rules": {"rules"},
    "scaling": {"rules", "scaling"},
    "simulator": {"rules", "scaling", "simulator"},
    "tidegate": {"rules", "scaling", "simulator", "tidegate"},
    "chalice_app": {"rules", "scaling", "chalice_app"},
}
OURS = {"rules", "scaling", "simulator", "tidegate", "chalice_app", "tests"}


def imports(file: Path) -> set[str]:
    names: set[str] = set()
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names.update(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            names.add(node.module or "")
    return names


@pytest.mark.parametrize("room", ALLOWED)
def test_imports_point_one_way(room: str) -> None:
    wrong = {
        (str(file.relative_to(ROOT)), name)
        for file in (ROOT / room).rglob("*.py")
        for name in imports(file)
        if name.split(".")[0] in OURS - ALLOWED[room]
    }
    assert wrong == set()


def test_only_the_aws_room_knows_boto3() -> None:
    rooms = [ROOT / "rules", ROOT / "scaling"]
    knowing = {
        file.relative_to(ROOT).parts[:2]
        for room in rooms
        for file in room.rglob("*.py")
        if any(name.split(".")[0] in ("boto3", "botocore") for name in imports(file))
    }
    assert knowing == {("scaling", "aws")}


def test_the_world_shares_no_decision_with_the_controller_it_judges() -> None:
    values = {"scaling.errors", "scaling.plan", "scaling.specification"}
    shared = {
        name
        for file in (ROOT / "simulator").glob("*.py")
        for name in imports(file)
        if name.startswith(("scaling", "rules"))
    }
    assert shared <= values | {"rules.pipeline", "rules.window"}


def test_a_sweep_loads_neither_pydantic_nor_rich_nor_plotly() -> None:
    heavy = ("pydantic", "rich", "plotly", "moto", "jinja2", "click")
    code = (
        "import sys, scaling.sweep, scaling.aws.cloud, scaling.aws.metrics, "
        f"scaling.aws.ledger_dynamodb; print([m for m in {heavy!r} if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
