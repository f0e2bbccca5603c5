"""A stage of the version before is upgraded, and its ledger moved to the next."""

import os
import subprocess
import sys
import tarfile
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path

import pytest
from click.testing import CliRunner

from tests.emulator.conftest import FILE
from tests.emulator.stage import ROOT, Account
from tests.emulator.test_shift import PLACE, function, versions
from tests.emulator.test_stage import register, swept_until, targets
from tidegate.cli import main as tidegate
from tidegate.scaling.aws.ledger_dynamodb import DynamoLedger
from tidegate.scaling.model.change_record import ChangeRecord

BEFORE = "1b905e7"
"""The last commit without versions and alias: when the template changes again, the last before that
takes its place."""


@pytest.fixture(scope="session")
def version_before(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The source of the version before."""
    folder = tmp_path_factory.mktemp("before")
    command = ["git", "-C", str(ROOT), "archive", BEFORE]
    archive = subprocess.run(command, capture_output=True, check=True).stdout
    with tarfile.open(fileobj=BytesIO(archive)) as packed:
        packed.extractall(folder, filter="data")
    return folder


def deployed_by(source: Path, account: Account, *operators: str) -> str:
    """Packaged and deployed by that version; the URL of its stage."""
    file = source / "pipelines.yaml"
    file.write_text(FILE, encoding="utf-8")
    arns = ",".join(account.role(each) for each in operators)
    up = ["up", "dev", "build/deploy", "--operator", arns, "--yes"]
    for module, arguments in {"package": [str(file), "build"], "deploy": up}.items():
        done = subprocess.run(
            [sys.executable, "-m", f"tidegate.deployment.{module}", *arguments],
            cwd=source, env=os.environ, capture_output=True, text=True, check=False,
        )  # fmt: skip
        assert done.returncode == 0, done.stderr
    return done.stdout.split("The endpoint is at ")[1].splitlines()[0]


def test_a_stage_of_the_version_before_is_upgraded_and_keeps_what_it_had(
    pipeline: Account, version_before: Path, folder: Path, tmp_path: Path
) -> None:
    url = deployed_by(version_before, pipeline, "operators")
    register(folder, url)
    caller, place = pipeline.auto_scaling(), f"{url}/{PLACE}"
    assert pipeline.call(caller, "PATCH", place, '{"desiredCapacity": 100}')[0] == 200
    ledgers = pipeline.inventory()["tables"]
    aliases = pipeline.client("lambda").list_aliases(FunctionName=function(pipeline))
    assert aliases["Aliases"] == []
    assert pipeline.up("dev", folder, "operators") == url
    assert pipeline.inventory()["tables"] == ledgers
    assert versions(pipeline) == ["1"]
    assert len(targets(pipeline)) == 2
    assert pipeline.call(caller, "GET", place)[1]["desiredCapacity"] == 100.0
    assert swept_until(pipeline, 100)
    assert pipeline.call(pipeline.role("operators"), "GET", place)[0] == 200
    assert pipeline.call(pipeline.role("others"), "GET", place)[0] == 403
    assert pipeline.deploy("down", "dev", "--yes").exit_code == 0
    left = pipeline.inventory()
    assert not any(left[kind] for kind in left if kind not in ("tables", "roles"))
    (ledger,) = set(left["tables"]) - {"orders"}
    moved = moved_to(pipeline.up("prod", folder, "operators"), ledger, pipeline, tmp_path)
    assert {each.to_capacity for each in moved} == {100}


def moved_to(url: str, ledger: str, account: Account, folder: Path) -> tuple[ChangeRecord, ...]:
    """What is known of the pipeline in the stage at a URL, after the ledger that an earlier stage
    left was read into that of the new one."""
    assert url
    new = next(each for each in account.inventory()["tables"] if each not in ("orders", ledger))
    file = str(folder / "ledger.jsonl")
    for arguments in (("export", file, "--ledger", f"dynamodb:{ledger}"),
                      ("import", file, "--ledger", f"dynamodb:{new}")):  # fmt: skip
        done = CliRunner().invoke(tidegate, ["ledger", *arguments])
        assert done.exit_code == 0, done.output
    kept = DynamoLedger(account.client("dynamodb"), new)
    return kept.change_records("orders", datetime(2026, 1, 1, tzinfo=UTC))
