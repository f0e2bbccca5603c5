"""checkov finds in the template what docs/deployment.md lists with its reason, and nothing else.

cfn-lint and parliament have no exceptions: ``tests/tidegate/deployment`` runs them on every change.
"""

import json
import os
import re
import subprocess
from pathlib import Path

import pytest

from tests.shape import ROOT
from tests.tidegate.deployment.conftest import ALL, OPERATOR, RACE
from tidegate.deployment.options import DEFAULTS, Options
from tidegate.deployment.template import template
from tidegate.pipeline_file import load

PYTHON = "TIDEGATE_CHECKOV"
"""The Python of an environment that has checkov; ``make verify`` makes one."""

ROW = re.compile(r"^\| (CKV\d?_\w+) \| ([^|]+) \| [^|]+ \| ([^|]+) \|$", re.MULTILINE)

WITHOUT = {"always", "without a key", "without X-Ray", "without a VPC"}
"""When a template without options has a finding."""

Findings = set[tuple[str, str]]


def explained() -> dict[str, Findings]:
    """The rows of the page by when they are found: each check with each of its resources."""
    text = (ROOT / "docs" / "deployment.md").read_text(encoding="utf-8")
    found: dict[str, Findings] = {}
    for check, resources, when in ROW.findall(text):
        for name in re.findall(r"`(\w+)`", resources):
            found.setdefault(when, set()).add((check, name))
    return found


def test_the_page_explains_each_finding_once() -> None:
    told = explained()
    assert told.keys() == WITHOUT
    assert sum(map(len, told.values())) == len(set.union(*told.values()))


@pytest.mark.parametrize(
    ("options", "when"),
    [(ALL, {"always"}), (DEFAULTS, WITHOUT)],
    ids=["all", "default"],
)
def test_nothing_is_found_that_is_not_explained(
    tmp_path: Path, options: Options, when: set[str]
) -> None:
    python = os.environ.get(PYTHON)
    if python is None:
        pytest.skip(f"{PYTHON} names no Python that has checkov (make verify)")
    written = tmp_path / "template.json"
    written.write_text(json.dumps(template(load(RACE), options, [OPERATOR])), encoding="utf-8")
    command = [python, "-m", "checkov.main", "--file", str(written), "--skip-download"]
    done = subprocess.run(
        [*command, "--framework", "cloudformation", "--compact", "--output", "json"],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    told = json.loads(done.stdout)
    assert told["summary"]["passed"] > 0
    assert told["summary"]["parsing_errors"] == 0
    found = {
        (each["check_id"], each["resource"].rpartition(".")[2])
        for each in told["results"]["failed_checks"]
    }
    assert found == {each for name, rows in explained().items() if name in when for each in rows}
