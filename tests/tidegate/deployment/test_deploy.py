"""``make deploy`` and ``make destroy`` against moto in another process."""

import json
from pathlib import Path
from typing import Any

import boto3
import pytest
from botocore.model import OperationModel
from click.testing import CliRunner, Result

from tests.tidegate.commands.test_register import EXAMPLE, known, register
from tests.tidegate.deployment.conftest import OPERATOR, packaged
from tidegate.deployment.bucket import Bucket
from tidegate.deployment.deploy import main

API = "https://abc.execute-api.us-east-1.amazonaws.com/v1"
STAND_IN = "AWS::CloudFormation::WaitConditionHandle"


@pytest.fixture(scope="module")
def deployable(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The package with as much of its template as moto's CloudFormation can make and change.
    ``tests/emulator`` deploys all of it."""
    folder = tmp_path_factory.mktemp("package") / "build"
    assert packaged(EXAMPLE, folder).returncode == 0
    deploy = folder / "deploy"
    template = json.loads((deploy / "template.json").read_text(encoding="utf-8"))
    resources = template["Resources"]
    kept = {name: resources[name] for name in ("Ledger", "Alerts", "LettersAreDead")}
    kept["LettersAreDead"]["Properties"]["Dimensions"] = []
    kept["Alerts"]["Properties"]["KmsMasterKeyId"] = "alias/aws/sns"
    api, deployment = (
        resources["RestAPI"],
        resources["RestAPIv1Stage"]["Properties"]["DeploymentId"],
    )
    for name, properties in {
        "RestAPI": api["Properties"], deployment["Ref"]: {},
        "RestAPIv1Stage": {"DeploymentId": deployment},
    }.items():  # fmt: skip
        kept[name] = {"Type": STAND_IN, "Properties": properties}
    api["Properties"]["Body"]["paths"] = {}
    plain = {**template, "Resources": kept, "Outputs": {}}
    (deploy / "template.json").write_text(json.dumps(plain), encoding="utf-8")
    return deploy


@pytest.fixture
def account(aws: dict[str, Any], monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    # moto has no GetAccountSettings; test_account.py and MiniStack have.
    asked = "tidegate.deployment.account._sweep_concurrency"
    monkeypatch.setattr(asked, lambda *_: "reserved")
    return aws


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


def up(deployable: Path, *arguments: str) -> Result:
    return CliRunner().invoke(
        main, ["up", "dev", str(deployable), "--operator", OPERATOR, *arguments]
    )


def keys(aws: dict[str, Any]) -> set[str]:
    listed = aws["s3"].list_objects_v2(Bucket="tidegate-dev-123456789012-us-east-1")
    return {each["Key"] for each in listed["Contents"]}


def test_what_would_change_is_shown_first_and_nothing_is_changed_without_a_yes(
    account: dict[str, Any], deployable: Path
) -> None:
    for arguments, code in ((("--dry-run",), 0), ((), 1)):
        result = up(deployable, *arguments)
        assert result.exit_code == code
        assert "stays in the bucket tidegate-dev-123456789012-us-east-1" in result.stderr
        assert "add AWS::DynamoDB::Table Ledger" in result.stdout
        assert there(account)["tables"] == []
        assert there(account)["stacks"] == []
    assert "add --yes" in result.stderr


def test_code_of_earlier_deployments_is_removed(
    account: dict[str, Any], deployable: Path, tmp_path: Path
) -> None:
    up(deployable, "--yes")
    before = keys(account)
    for name in ("deployment.zip", "template.json"):
        content = (deployable / name).read_bytes()
        (tmp_path / name).write_bytes(content)
    (tmp_path / "deployment.zip").write_bytes(b"another")
    assert up(tmp_path, "--yes").exit_code == 0
    after = keys(account)
    assert {each for each in before & after if each.endswith(".zip")} == set()
    assert len(after) == len(before) == 2


def test_the_bucket_is_closed_to_the_public_and_to_unencrypted_calls(
    account: dict[str, Any], deployable: Path
) -> None:
    up(deployable, "--yes")
    name = {"Bucket": "tidegate-dev-123456789012-us-east-1"}
    block = account["s3"].get_public_access_block(**name)["PublicAccessBlockConfiguration"]
    assert all(block.values())
    policy = json.loads(account["s3"].get_bucket_policy(**name)["Policy"])
    (statement,) = policy["Statement"]
    assert statement["Condition"] == {"Bool": {"aws:SecureTransport": "false"}}


@pytest.mark.usefixtures("account")
def test_every_call_on_the_bucket_names_the_account_that_has_to_own_it() -> None:
    """Anyone can make a bucket whose name can be guessed; CreateBucket fails where someone has."""
    asked: dict[str, object] = {}

    def note(params: dict[str, Any], model: OperationModel, **_: Any) -> None:
        asked[model.name] = params.get("ExpectedBucketOwner")

    session = boto3.Session()
    session.events.register("provide-client-params.s3", note)
    bucket = Bucket(session, "tidegate-dev", "123456789012", {"tidegate:stack": "tidegate-dev"})
    bucket.make()
    bucket.put(b"code", ".zip")
    bucket.note_url(API)
    assert bucket.urls() == (API,)
    bucket.keep_only()
    bucket.remove()
    assert asked.pop("CreateBucket") is None
    assert len(asked) == 8
    assert set(asked.values()) == {"123456789012"}


def test_without_a_stack_what_is_registered_under_a_url_of_the_bucket_is_taken_back(
    account: dict[str, Any], deployable: Path
) -> None:
    up(deployable, "--yes")
    bucket = Bucket(boto3.Session(), "tidegate-dev", "123456789012", {})
    bucket.note_url(API)
    register(EXAMPLE, "--yes")
    account["cloudformation"].delete_stack(StackName="tidegate-dev")
    assert known(account)["targets"]
    for _ in range(2):
        result = CliRunner().invoke(main, ["down", "dev", "--yes"])
        assert result.exit_code == 0, result.output
        assert not any(known(account).values())
        assert there(account)["stacks"] == there(account)["buckets"] == []


def test_with_the_bucket_gone_too_targets_are_found_by_their_tag(account: dict[str, Any]) -> None:
    api = account["apigateway"].create_rest_api(name="x", tags={"tidegate:stack": "tidegate-dev"})
    url = f"https://{api['id']}.execute-api.us-east-1.amazonaws.com/v1"
    register(EXAMPLE, "--yes", "--api", url)
    assert known(account)["targets"]
    assert CliRunner().invoke(main, ["down", "prod", "--yes"]).exit_code == 0
    assert known(account)["targets"]
    assert CliRunner().invoke(main, ["down", "dev", "--yes"]).exit_code == 0
    assert not any(known(account).values())


@pytest.mark.parametrize(
    ("operator", "words"),
    [
        ("not-an-arn", "'not-an-arn' is not the ARN of an IAM role"),
        ("*", "'*' is not the ARN of an IAM role"),
        ("arn:aws:iam::123456789012:role/*", "is not the ARN of an IAM role"),
        ("arn:aws:sts::123456789012:assumed-role/a/b", "is not the ARN of an IAM role"),
        (f"{OPERATOR},arn:aws:iam::123456789012:user/a", "user/a' is not the ARN of an IAM role"),
        ("", "'' is not the ARN of an IAM role"),
    ],
)
def test_an_operator_that_would_match_nobody_is_bad_input(
    account: dict[str, Any], deployable: Path, operator: str, words: str
) -> None:
    result = CliRunner().invoke(main, ["up", "dev", str(deployable), "--operator", operator])
    assert result.exit_code == 2
    assert words in result.stderr
    assert not any(there(account).values())


@pytest.mark.parametrize("stage", ["Dev", "d_v", "", "-dev", "dev-", "a" * 21, "d.v"])
@pytest.mark.parametrize("command", ["up", "down"])
def test_a_stage_that_could_not_be_named_so_is_bad_input(
    account: dict[str, Any], deployable: Path, stage: str, command: str
) -> None:
    more = [str(deployable), "--operator", OPERATOR] if command == "up" else []
    result = CliRunner().invoke(main, [command, "--", stage, *more[:1]])
    if command == "up":
        result = CliRunner().invoke(main, ["up", "--operator", OPERATOR, "--", stage, more[0]])
    assert result.exit_code == 2
    assert "is not the name of a stage" in result.stderr
    assert not any(there(account).values())


def test_without_credentials_it_is_said_in_words(
    deployable: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_PROFILE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(tmp_path / "none"))
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    monkeypatch.setenv("AWS_REGION", "us-east-1")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    result = up(deployable)
    assert result.exit_code == 3
    assert "credentials" in result.stderr
