"""Every field that AWS describes a resource with is read, or left out for a reason.

``ignored_fields.toml`` has the reasons. A newer botocore with a field that is neither fails here, so
that somebody decides.
"""

import ast
import tomllib
from pathlib import Path
from typing import Any

import botocore.session
import pytest

from tests.shape import ROOT

FIELDS: dict[str, dict[str, Any]] = tomllib.loads(
    (Path(__file__).parent / "ignored_fields.toml").read_text("utf-8")
)
MODELS = botocore.session.get_session()


def known(shape: str) -> set[str]:
    """The fields that botocore's model has."""
    service = MODELS.get_service_model(FIELDS[shape]["service"])
    found: Any = service.shape_for(shape)
    return set(found.members)


def named(shape: str) -> set[str]:
    """The strings of the sources that read the shape."""
    sources = [ROOT / each for each in FIELDS[shape]["read_in"]]
    trees = [ast.parse(each.read_text("utf-8")) for each in sources]
    return {
        node.value
        for tree in trees
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    }


def ignored(shape: str) -> set[str]:
    return {name for group in FIELDS[shape]["ignored"] for name in group["fields"]}


@pytest.mark.parametrize("shape", FIELDS)
def test_each_field_is_read_or_left_out_for_a_reason(shape: str) -> None:
    assert known(shape) - named(shape) == ignored(shape)
    assert all(len(group["because"]) > 10 for group in FIELDS[shape]["ignored"])


def test_what_botocore_does_not_know_is_not_listed() -> None:
    for shape in FIELDS:
        assert ignored(shape) <= known(shape)
