"""A template and a zip that don't belong together are not deployed."""

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from tests.tidegate.deployment.conftest import OPERATOR
from tidegate.deployment.deploy import main
from tidegate.deployment.shifting import is_of_code, published

CODE, OTHER = b"code", b"code and another file"


def up(folder: Path) -> Result:
    return CliRunner().invoke(main, ["up", "dev", str(folder), "--operator", OPERATOR, "--dry-run"])


def left(folder: Path, template: dict[str, Any], archive: bytes) -> Path:
    (folder / "template.json").write_text(json.dumps(template), encoding="utf-8")
    (folder / "deployment.zip").write_bytes(archive)
    return folder


@pytest.mark.parametrize("archive", [OTHER, b"", CODE[:-1]])
def test_a_zip_that_its_template_was_not_made_for_is_bad_input(
    aws: dict[str, Any], tmp_path: Path, whole: dict[str, Any], archive: bytes
) -> None:
    """CloudFormation would update both functions and make no version: the sweep would run it at
    once, the endpoint never."""
    done = up(left(tmp_path, published(whole, CODE), archive))
    assert done.exit_code == 2
    assert "is not the zip that template.json was made for" in done.stderr
    assert "make package" in done.stderr
    assert aws["s3"].list_buckets()["Buckets"] == []


def test_a_template_is_of_the_code_that_it_was_published_with(whole: dict[str, Any]) -> None:
    for code in (CODE, OTHER):
        assert [is_of_code(published(whole, code), each) for each in (CODE, OTHER)] == [
            code == CODE, code == OTHER,
        ]  # fmt: skip


def test_a_template_whose_version_names_no_code_is_of_none(whole: dict[str, Any]) -> None:
    assert not is_of_code(whole, CODE)


@pytest.mark.parametrize("text", ["", "{", "[]", "{}", '{"Resources": []}'])
def test_what_is_no_template_is_bad_input(tmp_path: Path, text: str) -> None:
    (tmp_path / "template.json").write_text(text, encoding="utf-8")
    (tmp_path / "deployment.zip").write_bytes(CODE)
    done = up(tmp_path)
    assert done.exit_code == 2
    assert "template.json is no template" in done.stderr
