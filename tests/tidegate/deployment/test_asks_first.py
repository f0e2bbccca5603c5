"""What ``make deploy`` and ``make destroy`` do before they change anything."""

import subprocess
from pathlib import Path
from typing import Any

import boto3
import pytest
from click.testing import CliRunner, Result

from tests.tidegate.commands.test_register import EXAMPLE, known, register
from tests.tidegate.deployment.conftest import OPERATOR, ROOT, packaged
from tidegate.deployment.bucket import Bucket
from tidegate.deployment.deploy import main
from tidegate.scaling.observability.dashboard import dashboard_name

API = "https://abc.execute-api.us-east-1.amazonaws.com/v1"


def run(*arguments: str) -> Result:
    return CliRunner().invoke(main, [*arguments])


def buckets(aws: dict[str, Any]) -> list[str]:
    return [each["Name"] for each in aws["s3"].list_buckets()["Buckets"]]


@pytest.fixture
def stage(aws: dict[str, Any], monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """What a stage has beside its stack: a bucket, and what is registered under its URL."""
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    bucket = Bucket(boto3.Session(), "tidegate-dev", "123456789012", {})
    bucket.make()
    bucket.note_url(API)
    assert register(EXAMPLE, "--yes").exit_code == 0
    return aws


@pytest.mark.parametrize(("options", "code"), [(("--dry-run",), 0), ((), 1)])
def test_a_stage_is_not_destroyed_before_somebody_agreed(
    stage: dict[str, Any], options: tuple[str, ...], code: int
) -> None:
    before = known(stage)
    done = run("down", "dev", *options)
    assert done.exit_code == code, done.output
    for words in ("remove scalable target shard_count~racers", "remove bucket tidegate-dev-"):
        assert words in done.stdout
    assert (known(stage), len(buckets(stage))) == (before, 1)


def test_where_nothing_is_there_any_more_nobody_is_asked(stage: dict[str, Any]) -> None:
    assert run("down", "dev", "--yes").exit_code == 0
    done = run("down", "dev")
    assert (done.exit_code, done.output) == (0, "Nothing is left of dev.\n")
    assert buckets(stage) == []


def test_at_the_end_it_is_said_whether_the_stage_is_gone(stage: dict[str, Any]) -> None:
    key = {"AttributeName": "pk", "KeyType": "HASH"}
    stage["dynamodb"].create_table(
        TableName="tidegate-dev-ledger", BillingMode="PAY_PER_REQUEST", KeySchema=[key],
        AttributeDefinitions=[{"AttributeName": "pk", "AttributeType": "S"}],
        Tags=[{"Key": "tidegate:stack", "Value": "tidegate-dev"}],
    )  # fmt: skip
    done = run("down", "dev", "--yes")
    assert done.exit_code == 0
    *_, left, last = done.stdout.splitlines()
    assert left.startswith("Left: arn:aws:dynamodb:")
    assert last == "Stage dev is gone; what is left is meant to stay."


def test_with_a_stage_go_the_dashboards_that_its_sweep_has_drawn_and_no_others(
    stage: dict[str, Any],
) -> None:
    cloudwatch = stage["cloudwatch"]
    own = [dashboard_name(f"p{at}", "us-east-1", "tidegate-dev") for at in range(101)]
    others = {
        dashboard_name("p", "us-west-2", "tidegate-dev"),
        dashboard_name("p", "us-east-1", "tidegate-dev-two"),
        dashboard_name("dev", "us-east-1"),
    }
    for name in (*own, *others):
        cloudwatch.put_dashboard(DashboardName=name, DashboardBody="{}")
    assert f"would remove dashboard {own[0]}\n" in run("down", "dev", "--dry-run").stdout
    assert run("down", "dev", "--yes").exit_code == 0
    left = cloudwatch.list_dashboards()["DashboardEntries"]
    assert {each["DashboardName"] for each in left} == others


@pytest.mark.parametrize("target", ["deploy", "destroy"])
def test_options_reach_both_and_roles_may_be_set_apart_by_blanks(target: str) -> None:
    told = ["STAGE=dev", f"OPERATOR={OPERATOR}, {OPERATOR}", "OPTIONS=--dry-run"]
    # Called by another make it would say which directory it is in.
    done = subprocess.run(
        ["make", "--no-print-directory", "-n", target, *told],
        cwd=ROOT, capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert done.stdout.endswith(" --dry-run\n")
    assert target == "destroy" or f"'{OPERATOR}, {OPERATOR}'" in done.stdout


@pytest.mark.parametrize("missing", ["template.json", "deployment.zip"])
def test_a_folder_that_no_stack_can_be_made_of_is_bad_input(
    aws: dict[str, Any], tmp_path: Path, missing: str
) -> None:
    for name in {"template.json", "deployment.zip"} - {missing}:
        (tmp_path / name).touch()
    for folder in (tmp_path, tmp_path / "none"):
        done = run("up", "dev", str(folder), "--operator", OPERATOR)
        assert done.exit_code == 2
        assert "make package" in done.stderr
    assert buckets(aws) == []


def test_a_package_for_terraform_is_not_deployed(tmp_path: Path) -> None:
    assert packaged(EXAMPLE, tmp_path / "build", "--format", "terraform").returncode == 0
    done = run("up", "dev", str(tmp_path / "build" / "deploy"), "--operator", OPERATOR)
    assert done.exit_code == 2
    assert "FORMAT=terraform" in done.stderr


def test_a_stage_is_in_the_region_that_the_other_commands_work_in(
    stage: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_DEFAULT_REGION", "eu-west-1")
    assert "remove bucket tidegate-dev-123456789012-us-east-1" in run("down", "dev").stdout
    for name in ("AWS_REGION", "AWS_DEFAULT_REGION"):
        monkeypatch.delenv(name)
    done = run("down", "dev", "--yes")
    assert done.exit_code == 3
    assert "no region is set: AWS_REGION, AWS_DEFAULT_REGION" in done.stderr
    assert len(buckets(stage)) == 1
