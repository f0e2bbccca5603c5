"""What is packaged, made once for all tests of a run."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tidegate.deployment.options import Options
from tidegate.deployment.template import template
from tidegate.pipeline_file import load

ROOT = Path(__file__).parents[3]
RACE = ROOT / "examples" / "race-day.yaml"
FLINK = ROOT / "examples" / "flink.yaml"
OPERATOR = "arn:aws:iam::123456789012:role/operators"
KEY = "arn:aws:kms:us-east-1:123456789012:key/01234567-89ab-cdef-0123-456789abcdef"
ACL = "arn:aws:wafv2:us-east-1:123456789012:regional/webacl/acl/01234567-89ab"
BOUNDARY = "arn:aws:iam::123456789012:policy/boundary"
ALL = Options(
    "ssm:/tidegate/pipelines", None, True, KEY, ACL, BOUNDARY, (("team", "streams"),), ("rac",), True,
    ("subnet-01234567", "subnet-89abcdef"), ("sg-01234567",),
)  # fmt: skip
"""Every option that the public form of the endpoint can have."""


def packaged(file: Path, folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "tidegate.deployment.package", str(file), str(folder)]
    return subprocess.run(
        [*command, *arguments], cwd=ROOT, capture_output=True, text=True, check=False
    )


@pytest.fixture(scope="session")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("package") / "build"
    done = packaged(RACE, folder)
    assert done.returncode == 0, done.stderr
    return folder


@pytest.fixture(scope="session")
def whole() -> dict[str, Any]:
    """The template of the race day, with one operator."""
    found: dict[str, Any] = json.loads(json.dumps(template(load(RACE), operators=[OPERATOR])))
    return found


@pytest.fixture(scope="session")
def resources(whole: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = whole["Resources"]
    return found
