"""The packaged zip, unpacked once for the tests of a module."""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.chalice_app.runtime_api import lay_out
from tests.orders import PIPELINE
from tests.shape import ROOT

FILE = PIPELINE.replace(
    "parallelization_factor: {max: 10, owner: tidegate}",
    "parallelization_factor: {max: 10, owner: application-autoscaling}",
)


@pytest.fixture(scope="module")
def unpacked(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    folder = tmp_path_factory.mktemp("runtime")
    (folder / "p.yaml").write_text(FILE, encoding="utf-8")
    command = [sys.executable, "-m", "tidegate.deployment.package", str(folder / "p.yaml")]
    done = subprocess.run(
        [*command, str(folder / "build")], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return lay_out(folder / "build" / "deploy" / "deployment.zip", folder)
