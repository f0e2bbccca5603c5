"""New code takes over little by little; code that fails is taken back."""

import json
import threading
import zipfile
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import boto3
import pytest

from tests.emulator.conftest import FILE
from tests.emulator.stage import Account, package
from tests.emulator.test_stage import register, sweep, targets
from tidegate.deployment.shifting import published
from tidegate.deployment.template import template
from tidegate.pipeline_file import parse

PLACE = "scalableTargetDimensions/write_capacity~orders"
ALARM = "NewVersionFails"

BETWEEN_SECONDS = 0.1
"""Half as many requests as a stage takes; it answers 429 to more."""


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
        while not over.wait(BETWEEN_SECONDS):
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
    make: Any = boto3.Session.client

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
