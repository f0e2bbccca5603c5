"""What others wrote of the zip: pinned wheels, as far as the app uses them, and their bill of
materials."""

import json
import re
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from email.message import Message
from email.parser import HeaderParser
from importlib.metadata import PathDistribution
from pathlib import Path
from typing import Any

from tidegate.scaling.model.errors import TidegateError

__all__ = ["Pin", "bill_of_materials", "install", "pins"]

KEPT = {
    "chalice": ("__init__.py", "app.py"),
    "aws_lambda_powertools": (
        "__init__.py", "exceptions", "logging", "metrics", "package_logger.py", "shared", "tracing",
        "utilities/__init__.py", "utilities/jmespath_utils", "utilities/parameters", "warnings",
    ),
}  # fmt: skip
"""What the app imports of the larger ones. Powertools' event handler alone, which brings a Swagger
UI, would make the zip twice as large. ``tests/chalice_app/test_runtime.py`` runs what is left."""


@dataclass(frozen=True, slots=True)
class Pin:
    """One line of the requirements: a version, and the SHA-256 of its wheel."""

    name: str
    version: str
    sha256: str


def pins(requirements: Path) -> tuple[Pin, ...]:
    """Every package that is deployed."""
    text = requirements.read_text(encoding="utf-8").replace("\\\n", " ")
    found = re.findall(r"^([\w-]+)==(\S+)\s+--hash=sha256:([0-9a-f]{64})$", text, re.MULTILINE)
    return tuple(Pin(*each) for each in found)


def install(requirements: Path, folder: Path) -> None:
    """The wheels of the requirements in a folder, less what the app doesn't use. Raises
    TidegateError where one can't be had, or isn't the one that was pinned."""
    command = [sys.executable, "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    exact = ["--no-deps", "--require-hashes", "--only-binary=:all:", "--no-compile"]
    place = ["--target", str(folder), "--requirement", str(requirements)]
    done = subprocess.run([*command, *exact, *place], capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise TidegateError(f"pip could not fetch what is deployed:\n{done.stderr.strip()}")
    for file in sorted(folder.rglob("*"), reverse=True):
        if file.is_file() and not _is_kept(file.relative_to(folder)):
            file.unlink()
        elif file.is_dir() and not any(file.iterdir()):
            file.rmdir()


def _is_kept(file: Path) -> bool:
    """Of a package's record what tells its version and licence; no scripts, types or bytecode."""
    top = file.parts[0]
    if top.endswith(".dist-info"):
        return file.name == "METADATA" or "LICEN" in file.name.upper()
    if top in ("bin", "__pycache__") or file.suffix != ".py":
        return False
    parts = KEPT.get(top)
    return parts is None or any(file.is_relative_to(Path(top, part)) for part in parts)


def _metadata(folder: Path) -> Iterator[tuple[str, Message]]:
    for record in sorted(folder.glob("*.dist-info")):
        text = (record / "METADATA").read_text(encoding="utf-8")
        told = HeaderParser().parsestr(text)
        yield PathDistribution(record).name.lower().replace("_", "-"), told


def _licence(told: Message) -> str:
    """As the package says: an expression, its classifier, or a free text."""
    said = told.get("License-Expression") or told.get("License")
    named = (
        each.rpartition(" :: ")[2]
        for each in told.get_all("Classifier", [])
        if each.startswith("License ::")
    )
    return str(said or next(named, "unknown")).splitlines()[0]


def bill_of_materials(requirements: Path, folder: Path, version: str) -> str:
    """The software bill of materials of the zip (CycloneDX 1.6). The same packages give the same
    text: it has no date, and no number of its own."""
    licences = {name: _licence(told) for name, told in _metadata(folder)}
    components: list[dict[str, Any]] = []
    for pin in pins(requirements):
        name = pin.name.lower().replace("_", "-")
        purl = f"pkg:pypi/{name}@{pin.version}"
        components.append(
            {
                "type": "library",
                "bom-ref": purl,
                "name": name,
                "version": pin.version,
                "purl": purl,
                "hashes": [{"alg": "SHA-256", "content": pin.sha256}],
                "licenses": [{"license": {"name": licences[name]}}],
            }
        )
    own = {"type": "application", "bom-ref": "tidegate", "name": "tidegate", "version": version}
    uses = [each["bom-ref"] for each in components]
    bill = {
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "version": 1,
        "metadata": {"component": {**own, "licenses": [{"license": {"id": "Apache-2.0"}}]}},
        "components": components,
        "dependencies": [{"ref": "tidegate", "dependsOn": uses}],
    }
    return json.dumps(bill, indent=2) + "\n"
