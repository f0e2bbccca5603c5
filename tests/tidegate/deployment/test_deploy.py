"""``make deploy`` and ``make destroy`` against moto in another process."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from tests.tidegate.commands.test_register import EXAMPLE, known, register
from tidegate.deployment.deploy import main

ROOT = Path(__file__).parents[3]
OPERATOR = "arn:aws:iam::123456789012:role/operators"


API = "https://abc.execute-api.us-east-1.amazonaws.com/v1"
NOT_FOR_MOTO = ("AWS::Serverless::", "AWS::Lambda::")


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The package without what moto's CloudFormation can't make: it knows no SAM transform."""
    folder = tmp_path_factory.mktemp("package") / "build"
    command = [sys.executable, "-m", "tidegate.deployment.package", str(EXAMPLE), str(folder)]
    subprocess.run(command, cwd=ROOT, capture_output=True, check=True)
    deploy = folder / "deploy"
    template = json.loads((deploy / "sam.json").read_text(encoding="utf-8"))
    kept = {
        name: each
        for name, each in template["Resources"].items()
        if not each["Type"].startswith(NOT_FOR_MOTO)
        and "SweepEachMinute" not in (text := json.dumps(each))
        and "APIHandler" not in text
    }
    url = {"Url": {"Type": "String", "Default": f"{API}/"}}
    plain = {
        "Parameters": {**template["Parameters"], **url},
        "Resources": kept,
        "Outputs": {
            "AlertsTopicArn": template["Outputs"]["AlertsTopicArn"],
            "EndpointURL": {"Value": {"Ref": "Url"}},
        },
    }
    (deploy / "sam.json").write_text(json.dumps(plain), encoding="utf-8")
    return deploy


def there(aws: dict[str, Any]) -> dict[str, list[str]]:
    stacks = aws["cloudformation"].describe_stacks()["Stacks"]
    return {
        "stacks": [s["StackName"] for s in stacks if s["StackStatus"] != "DELETE_COMPLETE"],
        "buckets": [each["Name"] for each in aws["s3"].list_buckets()["Buckets"]],
        "tables": aws["dynamodb"].list_tables()["TableNames"],
        "topics": [each["TopicArn"] for each in aws["sns"].list_topics()["Topics"]],
        "alarms": [
            each["AlarmName"] for each in aws["cloudwatch"].describe_alarms()["MetricAlarms"]
        ],
    }


def test_a_stage_goes_up_twice_and_down_and_leaves_nothing(
    aws: dict[str, Any], built: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    for _ in range(2):
        result = CliRunner().invoke(main, ["up", "dev", str(built), "--operator", OPERATOR])
        assert result.exit_code == 0, result.output
        endpoint, alerts = result.stdout.splitlines()
        assert endpoint == f"The endpoint is at {API}"
        assert alerts.startswith("Subscribe to Tidegate's own alarms at arn:aws:sns:us-east-1:")
    found = there(aws)
    assert found["stacks"] == ["tidegate-dev"]
    assert found["buckets"] == ["tidegate-dev-123456789012-us-east-1"]
    assert len(found["tables"]) == len(found["topics"]) == 1
    register(EXAMPLE, "--yes")
    assert known(aws)["targets"]
    for _ in range(2):
        result = CliRunner().invoke(main, ["down", "dev"])
        assert (result.exit_code, result.stdout) == (0, "Nothing is left of dev.\n")
        assert not any(there(aws).values())
        assert not any(known(aws).values())


def test_without_credentials_it_is_said_in_words(
    built: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_PROFILE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(tmp_path / "none"))
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    monkeypatch.setenv("AWS_REGION", "us-east-1")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    result = CliRunner().invoke(main, ["up", "dev", str(built), "--operator", OPERATOR])
    assert result.exit_code == 3
    assert "credentials" in result.stderr
