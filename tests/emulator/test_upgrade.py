"""A stage that is deployed again: from the version before, with new code, with code that fails."""

import json
import os
import subprocess
import sys
import tarfile
import threading
import zipfile
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path
from typing import Any

import boto3
import pytest
from click.testing import CliRunner

from tests.emulator.conftest import FILE
from tests.emulator.stage import ROOT, Account, package
from tests.emulator.test_stage import register, sweep, targets, units
from tidegate.cli import main as tidegate
from tidegate.deployment.shifting import published
from tidegate.deployment.template import template
from tidegate.pipeline_file import parse
from tidegate.scaling.aws.ledger_dynamodb import DynamoLedger
from tidegate.scaling.model.change_record import ChangeRecord

BEFORE = "1b905e7"
"""The last commit without versions and alias; when the template changes again, the last before that."""

PLACE = "scalableTargetDimensions/write_capacity~orders"
ALARM = "NewVersionFails"


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


@pytest.fixture(scope="session")
def other(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A package with other code: that of another file."""
    return package(tmp_path_factory.mktemp("other"), FILE.replace("max: 8", "max: 9"))


@pytest.fixture
def broken(folder: Path, tmp_path: Path) -> Path:
    """A package of code that can't be run."""
    archive = tmp_path / "deployment.zip"
    with (
        zipfile.ZipFile(folder / "deployment.zip") as good,
        zipfile.ZipFile(archive, "w") as bad,
    ):
        for name in good.namelist():
            bad.writestr(name, good.read(name) if name != "app.py" else "raise RuntimeError")
    told = published(template(parse(FILE, "pipelines.yaml")), archive.read_bytes())
    (tmp_path / "template.json").write_text(json.dumps(told), encoding="utf-8")
    return tmp_path


def function(account: Account) -> str:
    names = [
        each["FunctionName"] for each in account.client("lambda").list_functions()["Functions"]
    ]
    (found,) = [each for each in names if "APIHandler" in each]
    return str(found)


def versions(account: Account) -> list[str]:
    """Those that are kept, and the one that the alias has first."""
    client, name = account.client("lambda"), function(account)
    listed = client.list_versions_by_function(FunctionName=name)["Versions"]
    alias = client.get_alias(FunctionName=name, Name="live")
    assert not alias.get("RoutingConfig", {}).get("AdditionalVersionWeights")
    kept = sorted(each["Version"] for each in listed if each["Version"] != "$LATEST")
    return [alias["FunctionVersion"], *(each for each in kept if each != alias["FunctionVersion"])]


@contextmanager
def asking(account: Account, role: str, url: str) -> Iterator[Counter[int]]:
    """Requests all the while; how often each status was answered. When some fail, the alarm of the
    new version goes on, as CloudWatch would have it."""
    answers: Counter[int] = Counter()
    over = threading.Event()

    def ask() -> None:
        cloudwatch = account.client("cloudwatch")
        while not over.is_set():
            status = account._call(role, "GET", url, None)[0]
            answers[status] += 1
            for each in cloudwatch.describe_alarms()["MetricAlarms"] if status >= 500 else ():
                if ALARM in each["AlarmName"]:
                    cloudwatch.set_alarm_state(
                        AlarmName=each["AlarmName"], StateValue="ALARM", StateReason="5xx"
                    )

    thread = threading.Thread(target=ask)
    thread.start()
    try:
        yield answers
    finally:
        over.set()
        thread.join()


def test_a_stage_of_the_version_before_is_upgraded_and_keeps_what_it_had(
    pipeline: Account, version_before: Path, folder: Path, tmp_path: Path
) -> None:
    url = deployed_by(version_before, pipeline, "operators")
    register(folder, url)
    caller, place = pipeline.auto_scaling(), f"{url}/{PLACE}"
    assert pipeline.call(caller, "PATCH", place, '{"desiredCapacity": 100}')[0] == 200
    ledgers = pipeline.inventory()["tables"]
    assert pipeline.up("dev", folder, "operators") == url
    assert pipeline.inventory()["tables"] == ledgers
    assert versions(pipeline) == ["1"]
    assert len(targets(pipeline)) == 2
    assert pipeline.call(caller, "GET", place)[1]["desiredCapacity"] == 100.0
    for _ in range(3):
        sweep(pipeline, "dev")
    assert units(pipeline) == 100
    assert pipeline.call(pipeline.role("operators"), "GET", place)[0] == 200
    assert pipeline.call(pipeline.role("others"), "GET", place)[0] == 403
    assert pipeline.deploy("down", "dev").exit_code == 0
    left = pipeline.inventory()
    assert not any(left[kind] for kind in left if kind not in ("tables", "roles"))
    (ledger,) = set(left["tables"]) - {"orders"}
    moved = moved_to(pipeline.up("dev", folder, "operators"), ledger, pipeline, tmp_path)
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


def test_new_code_takes_over_little_by_little_and_the_old_version_goes(
    pipeline: Account, folder: Path, other: Path
) -> None:
    url = pipeline.up("dev", folder, "operators")
    operator = pipeline.role("operators")
    assert versions(pipeline) == ["1"]
    with asking(pipeline, operator, f"{url}/{PLACE}") as answers:
        assert pipeline.up("dev", other, "operators") == url
    assert versions(pipeline) == ["2"]
    assert answers.keys() <= {200, 500}
    assert answers[200] > answers.total() / 2
    # What has no new code and no other configuration is no new version.
    assert pipeline.up("dev", other, "operators", "more") == url
    assert versions(pipeline) == ["2"]
    # Back to the code before: a version of it is made again.
    assert pipeline.up("dev", folder, "operators") == url
    assert versions(pipeline) == ["3"]


def test_code_that_fails_is_taken_back_with_all_that_came_along(
    pipeline: Account, folder: Path, broken: Path
) -> None:
    url = pipeline.up("dev", folder, "operators")
    register(folder, url)
    operator, place = pipeline.role("operators"), f"{url}/{PLACE}"
    newcomer = pipeline.role("newcomer")
    before = pipeline.inventory()
    with asking(pipeline, operator, place) as answers:
        done = pipeline.deploy("up", "dev", str(broken), "--operator", newcomer, "--yes")
    assert done.exit_code == 3
    assert "The new code gets a tenth more of the requests each minute." in done.stdout
    assert "tidegate-dev is UPDATE_ROLLBACK_COMPLETE" in done.stderr
    assert "One or more alarms have been activated" in done.stderr
    assert answers[200] > 0
    assert pipeline.inventory() == before
    assert versions(pipeline) == ["1"]
    for _ in range(10):
        assert pipeline.call(operator, "GET", place)[0] == 200
    assert pipeline.call(newcomer, "GET", place)[0] == 403
    assert len(targets(pipeline)) == 2
    sweep(pipeline, "dev")


def test_after_a_failed_update_the_next_one_goes_through(
    pipeline: Account, folder: Path, broken: Path, other: Path
) -> None:
    url = pipeline.up("dev", folder, "operators")
    operator = pipeline.role("operators")
    with asking(pipeline, operator, f"{url}/{PLACE}"):
        done = pipeline.deploy("up", "dev", str(broken), "--operator", operator, "--yes")
    assert done.exit_code == 3
    assert pipeline.up("dev", other, "operators") == url
    assert len(versions(pipeline)) == 1
    assert pipeline.call(operator, "GET", f"{url}/{PLACE}")[0] == 200


def change_set(account: Account, folder: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """What CloudFormation is told to watch while it changes the stage."""
    found: dict[str, Any] = {}
    make = boto3.Session.client

    def note(params: dict[str, Any], **_: object) -> None:
        found.update(params["RollbackConfiguration"])

    def client(session: boto3.Session, name: str, **more: Any) -> Any:
        made = make(session, name, **more)
        made.meta.events.register("provide-client-params.cloudformation.CreateChangeSet", note)
        return made

    with monkeypatch.context() as patched:
        patched.setattr(boto3.Session, "client", client)
        account.up("dev", folder, "operators")
    return found


def test_an_update_under_which_the_sweep_begins_to_fail_is_taken_back(
    pipeline: Account, folder: Path, other: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    nothing = {"RollbackTriggers": [], "MonitoringTimeInMinutes": 0}
    assert change_set(pipeline, folder, monkeypatch) == nothing
    cloudwatch = pipeline.client("cloudwatch")
    (alarm,) = (
        each for each in cloudwatch.describe_alarms()["MetricAlarms"] if "SweepFails" in each["AlarmName"]
    )  # fmt: skip
    assert change_set(pipeline, other, monkeypatch) == {
        "RollbackTriggers": [{"Arn": alarm["AlarmArn"], "Type": "AWS::CloudWatch::Alarm"}],
        "MonitoringTimeInMinutes": 5,
    }
    # One that is on already would keep out what puts it right.
    cloudwatch.set_alarm_state(AlarmName=alarm["AlarmName"], StateValue="ALARM", StateReason="-")
    assert change_set(pipeline, folder, monkeypatch) == nothing
