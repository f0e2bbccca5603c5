"""The zip: what is in it, where it is from, and that it is the same each time."""

import hashlib
import json
import re
import subprocess
import zipfile
from pathlib import Path

import pytest
from click.testing import CliRunner

from tests.tidegate.deployment.conftest import RACE, ROOT, packaged
from tidegate.deployment.archive import REQUIREMENTS
from tidegate.deployment.libraries import install, pins
from tidegate.deployment.package import main
from tidegate.rules.kinds.packs import packs
from tidegate.scaling.model.errors import TidegateError

LIBRARIES = {
    "aws_lambda_powertools", "chalice", "jmespath", "typing_extensions.py",
}  # fmt: skip


def names(built: Path) -> list[str]:
    with zipfile.ZipFile(built / "deploy" / "deployment.zip") as archive:
        return archive.namelist()


def test_it_holds_the_app_and_what_it_stands_on_and_nothing_else(built: Path) -> None:
    tops = {name.split("/")[0] for name in names(built)}
    records = {each for each in tops if each.endswith(".dist-info")}
    assert tops - records == {"app.py", "chalicelib", "tidegate", *LIBRARIES}
    own = {tuple(name.split("/")[1:2]) for name in names(built) if name.startswith("tidegate/")}
    assert own == {("__init__.py",), ("rules",), ("scaling",)}


@pytest.mark.parametrize(
    "unwanted", ["__pycache__", ".test.", ".yaml", ".pyi", ".so", "swagger", "event_handler"]
)
def test_it_holds_nothing_that_does_not_run(built: Path, unwanted: str) -> None:
    assert [name for name in names(built) if unwanted in name] == []


def test_it_is_smaller_than_a_megabyte(built: Path) -> None:
    assert (built / "deploy" / "deployment.zip").stat().st_size < 1_000_000


def test_the_same_file_gives_the_same_zip_and_the_same_bill(built: Path, tmp_path: Path) -> None:
    assert packaged(RACE, tmp_path / "again").returncode == 0
    for name in ("deployment.zip", "sbom.cdx.json", "template.json"):
        first, second = (
            hashlib.sha256((folder / "deploy" / name).read_bytes()).hexdigest()
            for folder in (built, tmp_path / "again")
        )
        assert first == second, name


def test_its_rules_are_those_of_the_packs_as_json(built: Path) -> None:
    with zipfile.ZipFile(built / "deploy" / "deployment.zip") as archive:
        compiled = [
            json.loads(archive.read(name))
            for name in archive.namelist()
            if name.endswith("/rules.json")
        ]
    said = {rule["name"] for each in compiled for rule in each["rules"]}
    assert said == {rule.name for rule in packs()}


def test_every_library_is_pinned_to_the_version_that_is_tested() -> None:
    constraints = dict(re.findall(r"^(\S+)==(\S+)$", (ROOT / "constraints.txt").read_text(), re.M))
    tested = {name.lower().replace("_", "-"): version for name, version in constraints.items()}
    pinned = {each.name.lower().replace("_", "-"): each.version for each in pins(REQUIREMENTS)}
    assert pinned.keys() == {"aws-lambda-powertools", "chalice", "jmespath", "typing-extensions"}
    assert pinned == {name: tested[name] for name in pinned}


def test_a_library_that_is_not_the_one_that_was_pinned_is_not_packaged(tmp_path: Path) -> None:
    text = REQUIREMENTS.read_text(encoding="utf-8")
    (jmespath,) = (each for each in pins(REQUIREMENTS) if each.name == "jmespath")
    other = tmp_path / "requirements.txt"
    other.write_text(text.replace(jmespath.sha256, "0" * 64), encoding="utf-8")
    with pytest.raises(TidegateError, match="DO NOT MATCH THE HASHES"):
        install(other, tmp_path / "libraries")


def test_the_bill_of_materials_names_each_library_with_its_hash_and_licence(built: Path) -> None:
    bill = json.loads((built / "deploy" / "sbom.cdx.json").read_text(encoding="utf-8"))
    assert (bill["bomFormat"], bill["specVersion"]) == ("CycloneDX", "1.6")
    told = {
        each["name"]: (each["version"], each["hashes"][0]["content"], each["purl"])
        for each in bill["components"]
    }
    assert told == {
        (name := each.name.lower().replace("_", "-")): (
            each.version, each.sha256, f"pkg:pypi/{name}@{each.version}",
        )
        for each in pins(REQUIREMENTS)
    }  # fmt: skip
    licences = {each["licenses"][0]["license"]["name"] for each in bill["components"]}
    assert "unknown" not in licences
    assert bill["dependencies"] == [
        {"ref": "tidegate", "dependsOn": [each["purl"] for each in bill["components"]]}
    ]


def test_a_bad_file_is_not_packaged(tmp_path: Path) -> None:
    bad = tmp_path / "p.yaml"
    bad.write_text("pipelines: 3\n", encoding="utf-8")
    done = packaged(bad, tmp_path / "build")
    assert done.returncode == 2
    assert "p.yaml:1:1: pipelines is 3" in done.stderr
    assert not (tmp_path / "build").exists()


OF_TERRAFORM = (
    "terraform.tfstate", "terraform.tfstate.backup", ".terraform/providers/aws", "backend.tf",
    ".terraform.lock.hcl", "prod.auto.tfvars",
)  # fmt: skip
OURS = {"deployment.zip", "sbom.cdx.json"}


def with_state(folder: Path) -> Path:
    """What Terraform and its user keep where the module is, and something beside that."""
    for name in (*(f"deploy/{each}" for each in OF_TERRAFORM), "kept.txt"):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text("not ours", encoding="utf-8")
    return folder


def kept(folder: Path) -> set[str]:
    found = {each for each in folder.rglob("*") if each.is_file()}
    assert all((folder / "deploy" / each).read_text() == "not ours" for each in OF_TERRAFORM)
    assert (folder / "kept.txt").read_text() == "not ours"
    return {each.name for each in found} - {Path(each).name for each in (*OF_TERRAFORM, "kept.txt")}


def test_packaging_again_replaces_its_own_files_and_leaves_all_others(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The state that Terraform keeps beside the module is the only trace of what it has made."""
    monkeypatch.setattr("tidegate.deployment.package.stage_app", lambda _, app: app.mkdir())
    monkeypatch.setattr("tidegate.deployment.package.bill_of_materials", lambda *_: "{}")
    folder = with_state(tmp_path / "build")
    asked = [str(RACE), str(folder)]
    assert CliRunner().invoke(main, [*asked, "--format", "terraform"]).exit_code == 0
    assert kept(folder) == {*OURS, "tidegate.tf.json"}
    told = CliRunner().invoke(main, asked).stdout
    assert kept(folder) == {*OURS, "template.json"}
    words = f"{folder / 'deploy'} has deployment.zip (0.0 MB), template.json, sbom.cdx.json.\n"
    assert told == words


def test_make_clean_leaves_what_terraform_keeps(tmp_path: Path) -> None:
    clean = ["make", "-f", str(ROOT / "Makefile"), "clean"]
    folder = with_state(tmp_path / "build")
    for name in (*OURS, "template.json", "tidegate.tf.json"):
        (folder / "deploy" / name).touch()
    subprocess.run(clean, cwd=tmp_path, capture_output=True, check=True)
    assert kept(folder) == set()


def test_make_clean_leaves_no_empty_folder_and_needs_none(tmp_path: Path) -> None:
    clean = ["make", "-f", str(ROOT / "Makefile"), "clean"]
    (tmp_path / "build" / "deploy").mkdir(parents=True)
    (tmp_path / "build" / "deploy" / "deployment.zip").touch()
    (tmp_path / ".venv").mkdir()
    for _ in range(2):
        subprocess.run(clean, cwd=tmp_path, capture_output=True, check=True)
        assert list(tmp_path.iterdir()) == []
