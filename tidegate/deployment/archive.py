"""The zip that Lambda runs: the app, the packages of Tidegate that it stands on, libraries, and the
compiled pipelines and rules. The same inputs give the same bytes."""

import json
import shutil
import zipfile
from pathlib import Path

import yaml

from tidegate.deployment.deployed import reached
from tidegate.deployment.libraries import install
from tidegate.scaling.config.compiled import compiled
from tidegate.scaling.config.specification import PipelineFile

__all__ = ["APP", "REQUIREMENTS", "stage_app", "zipped"]

APP = Path(__file__).parents[2] / "chalice_app"
REQUIREMENTS = APP / "requirements.txt"
PACKAGES = ("rules", "scaling")
"""Of ``tidegate``, those that the app may import."""

NOT_DEPLOYED = shutil.ignore_patterns("__pycache__", "requirements.txt")
NOT_DATA = shutil.ignore_patterns("__pycache__", "*.test.yaml")
FIRST_DATE = (1980, 1, 1, 0, 0, 0)
"""The earliest that a zip can tell; the real date would make each zip another one."""

READABLE = 0o644
"""Lambda's own user must be able to read each file (Lambda guide, deployment packages)."""


def stage_app(file: PipelineFile, folder: Path) -> None:
    """All that is deployed, in a folder of its own."""
    install(REQUIREMENTS, folder)
    shutil.copytree(APP, folder, ignore=NOT_DEPLOYED, dirs_exist_ok=True)
    _stage_packages(folder)
    _compile_rules(folder / "tidegate" / "rules")
    text = json.dumps(compiled(file))
    (folder / "chalicelib" / "pipelines.json").write_text(text, encoding="utf-8")


def _stage_packages(folder: Path) -> None:
    root = APP.parent
    needed = reached(APP, root)

    def left_out(place: str, names: list[str]) -> set[str]:
        # A package that holds data alone is named in a text, not imported.
        code = {name for name in names if name.endswith(".py") and name != "__init__.py"}
        return {*NOT_DATA(place, names), *(n for n in code if Path(place, n) not in needed)}

    for package in PACKAGES:
        place = Path("tidegate") / package
        shutil.copytree(root / place, folder / place, ignore=left_out)
    shutil.copy(root / "tidegate" / "__init__.py", folder / "tidegate")


def _compile_rules(folder: Path) -> None:
    """Rules as JSON: reading YAML would need a library of its own at run time."""
    for written in sorted(folder.rglob("*.yaml")):
        said = yaml.safe_load(written.read_text(encoding="utf-8"))
        written.with_suffix(".json").write_text(json.dumps(said), encoding="utf-8")
        written.unlink()


def zipped(folder: Path, archive: Path) -> None:
    """A folder as a zip, without what would differ from one time or machine to the next."""
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as packed:
        for file in sorted(folder.rglob("*")):
            if file.is_file():
                told = zipfile.ZipInfo(file.relative_to(folder).as_posix(), FIRST_DATE)
                told.compress_type = zipfile.ZIP_DEFLATED
                told.external_attr = READABLE << 16
                packed.writestr(told, file.read_bytes())
