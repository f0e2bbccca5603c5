"""The template within a CDK app: the same resources, under the same logical ids."""

import json
import os
import shutil
import subprocess
from operator import itemgetter
from pathlib import Path
from typing import Any

import pytest

from tests.shape import ROOT
from tests.tidegate.deployment.conftest import ALL, OPERATOR, RACE
from tidegate.deployment.options import DEFAULTS, Options
from tidegate.deployment.template import template
from tidegate.pipeline_file import load

PYTHON = "TIDEGATE_CDK"
"""The Python of an environment that has aws-cdk-lib; ``make verify`` makes one."""

OF_CDK = {"Parameters": {"BootstrapVersion"}, "Rules": {"CheckBootstrapVersion"}}
"""What CDK adds to each stack (CDK guide, bootstrapping)."""


@pytest.fixture
def python() -> str:
    found = os.environ.get(PYTHON)
    if found is None:
        pytest.skip(f"{PYTHON} names no Python that has aws-cdk-lib (make verify)")
    if shutil.which("node") is None:
        pytest.skip("CDK needs node")
    return found


def synthesised(python: str, folder: Path, packaged: dict[str, Any]) -> dict[str, Any]:
    """What the example app makes of a package, without what CDK adds to each stack."""
    place = folder / "build" / "deploy"
    place.mkdir(parents=True)
    (place / "template.json").write_text(json.dumps(packaged), encoding="utf-8")
    (place / "deployment.zip").write_bytes(b"PK\5\6" + bytes(18))
    done = subprocess.run(
        [python, str(ROOT / "examples" / "cdk_app.py")],
        cwd=folder, capture_output=True, text=True, check=False,
        env={**os.environ, "CDK_OUTDIR": str(folder / "out"), "TMPDIR": str(folder)},
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    text = (folder / "out" / "tidegate-dev.template.json").read_text(encoding="utf-8")
    found: dict[str, Any] = json.loads(text)
    for part, names in OF_CDK.items():
        for name in names:
            del found[part][name]
    return {part: of for part, of in found.items() if of}


@pytest.mark.parametrize(
    "options",
    [DEFAULTS, ALL, Options(vpc_endpoint_id="vpce-12345678")],
    ids=["default", "all", "private"],
)
def test_every_resource_and_reference_survives(
    python: str, tmp_path: Path, options: Options
) -> None:
    packaged = template(load(RACE), options, [OPERATOR])
    found = synthesised(python, tmp_path, packaged)
    code = found["Resources"]["APIHandler"]["Properties"]["Code"]
    assert "assets" in code["S3Bucket"]["Fn::Sub"]
    assert code["S3Key"].endswith(".zip")
    text = json.dumps(packaged)
    for parameter, key in {"CodeBucket": "S3Bucket", "CodeKey": "S3Key"}.items():
        text = text.replace(json.dumps({"Ref": parameter}), json.dumps(code[key]))
    expected = json.loads(text)
    for parameter in ("CodeBucket", "CodeKey"):
        del expected["Parameters"][parameter]
    for tagged in expected["Resources"].values():
        if "Tags" in tagged["Properties"]:
            # CDK sorts them; to AWS their order says nothing.
            tagged["Properties"]["Tags"].sort(key=itemgetter("Key"))
    assert found.keys() == expected.keys()
    for part, of in found.items():
        assert of == expected[part], part
