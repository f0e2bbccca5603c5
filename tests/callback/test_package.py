"""What is deployed: the zip, the template and the permissions."""

import ast
import json
import subprocess
import sys
import zipfile
from pathlib import Path
from typing import Any

import pytest

from tidegate.package import policy
from tidegate.pipeline_file import load

ROOT = Path(__file__).parents[2]
RACE = ROOT / "examples" / "race-day.yaml"
COMMAND_LINE_ONLY = {"kinesis:DescribeLimits", "kinesis:EnableEnhancedMonitoring"}


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("package") / "build"
    command = [sys.executable, "-m", "tidegate.package", str(RACE), str(folder)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return folder


@pytest.fixture(scope="module")
def resources(built: Path) -> dict[str, Any]:
    template = json.loads((built / "deploy" / "sam.json").read_text(encoding="utf-8"))
    found: dict[str, Any] = template["Resources"]
    return found


def test_the_zip_holds_the_app_and_its_rooms_and_nothing_else(built: Path) -> None:
    with zipfile.ZipFile(built / "deploy" / "deployment.zip") as archive:
        names = archive.namelist()
    tops = {name.split("/")[0].split("-")[0] for name in names}
    assert tops <= {
        "app.py", "chalicelib", "chalice", "rules", "scaling", "yaml", "_yaml", "pyyaml",
        "annotated_types",
    }  # fmt: skip
    assert not [name for name in names if "__pycache__" in name or name.endswith(".test.yaml")]
    assert (built / "deploy" / "deployment.zip").stat().st_size < 1_500_000


def test_the_unpacked_zip_boots_and_answers_in_the_contracts_form(
    built: Path, tmp_path: Path
) -> None:
    with zipfile.ZipFile(built / "deploy" / "deployment.zip") as archive:
        archive.extractall(tmp_path)
    event = {
        "requestContext": {
            "httpMethod": "GET", "resourcePath": "/scalableTargetDimensions/{dimension_id}",
        },
        "pathParameters": {"dimension_id": "tea"}, "headers": {}, "multiValueQueryStringParameters": None,
        "body": None, "stageVariables": {}, "isBase64Encoded": False,
    }  # fmt: skip
    code = (
        "import sys, json; sys.path.insert(0, sys.argv[1]); import app, rules, scaling; "
        "assert scaling.__file__.startswith(sys.argv[1]), scaling.__file__; "
        "print(json.dumps(app.app(json.loads(sys.argv[2]), None)))"
    )
    environment = {
        "AWS_REGION": "us-east-1", "AWS_ACCESS_KEY_ID": "x", "AWS_SECRET_ACCESS_KEY": "x",
        "TIDEGATE_LEDGER_TABLE": "ledger",
    }  # fmt: skip
    done = subprocess.run(
        [sys.executable, "-c", code, str(tmp_path), json.dumps(event)],
        env=environment, cwd=tmp_path, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    answer = json.loads(done.stdout)
    assert answer["statusCode"] == 404
    assert json.loads(answer["body"]) == {"message": "there is no scalable dimension 'tea'"}


def test_the_template_passes_cfn_lint(built: Path) -> None:
    command = [str(Path(sys.executable).with_name("cfn-lint")), str(built / "deploy" / "sam.json")]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (0, "")


def test_every_route_needs_a_signed_request(resources: dict[str, Any]) -> None:
    paths = resources["RestAPI"]["Properties"]["DefinitionBody"]["paths"]
    methods = [
        method
        for path in paths.values()
        for name, method in path.items()
        if name in ("get", "patch")
    ]
    assert len(methods) == 2
    assert all(method["security"] == [{"sigv4": []}] for method in methods)


def test_only_application_auto_scaling_and_the_operators_are_let_in(
    resources: dict[str, Any],
) -> None:
    body = resources["RestAPI"]["Properties"]["DefinitionBody"]
    (statement,) = body["x-amazon-apigateway-policy"]["Statement"]
    scaling, operators = statement["Principal"]["AWS"]
    assert scaling["Fn::Sub"].endswith("AWSServiceRoleForApplicationAutoScaling_CustomResource")
    assert operators == {"Ref": "OperatorRoleArn"}
    assert (statement["Effect"], statement["Action"]) == ("Allow", "execute-api:Invoke")


def test_the_access_log_is_json_with_every_phase_of_a_signed_request(
    resources: dict[str, Any],
) -> None:
    setting = resources["RestAPI"]["Properties"]["AccessLogSetting"]
    line = json.loads(setting["Format"])
    for phase in ("authenticate", "authorize", "integration"):
        for what in ("error", "status", "latency"):
            assert line[f"{phase}-{what}"] == f"$context.{phase}.{what}"
    logs = [each for each in resources.values() if each["Type"] == "AWS::Logs::LogGroup"]
    assert len(logs) == 3
    assert all(each["Properties"]["RetentionInDays"] == 30 for each in logs)


def test_the_sweep_runs_alone_each_minute_and_keeps_what_it_gives_up(
    resources: dict[str, Any],
) -> None:
    sweep = resources["SweepEachMinute"]["Properties"]
    assert sweep["ReservedConcurrentExecutions"] == 1
    assert sweep["DeadLetterQueue"]["TargetArn"] == {"Fn::GetAtt": ["DeadLetters", "Arn"]}
    (event,) = sweep["Events"].values()
    assert event["Properties"]["Schedule"] == "rate(1 minute)"


def test_the_ledger_is_encrypted_recoverable_and_forgets(resources: dict[str, Any]) -> None:
    ledger = resources["Ledger"]["Properties"]
    assert ledger["SSESpecification"] == {"SSEEnabled": True}
    assert ledger["PointInTimeRecoverySpecification"] == {"PointInTimeRecoveryEnabled": True}
    assert ledger["TimeToLiveSpecification"] == {"AttributeName": "expires_at", "Enabled": True}


def test_tidegate_itself_is_watched(resources: dict[str, Any]) -> None:
    alarms = {
        name: each["Properties"]
        for name, each in resources.items()
        if each["Type"] == "AWS::CloudWatch::Alarm"
    }
    assert alarms.keys() == {"NoSweep", "SweepFails", "LettersAreDead"}
    assert alarms["NoSweep"]["TreatMissingData"] == "breaching"
    assert all(each["AlarmActions"] == [{"Ref": "Alerts"}] for each in alarms.values())


def granted() -> set[str]:
    pipelines = load(RACE).pipelines
    return {
        action
        for sweeps in (False, True)
        for statement in policy(pipelines, sweeps=sweeps)["Statement"]
        for action in statement["Action"]
    }


def asked() -> set[str]:
    """Every operation that the AWS room names when it asks."""
    found: set[str] = set()
    for file in (ROOT / "scaling" / "aws").glob("*.py"):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if (
                isinstance(node, ast.Call)
                and isinstance(node.func, ast.Name)
                and node.func.id == "asking"
            ):
                first = node.args[0]
                if isinstance(first, ast.Constant):
                    found.add(str(first.value))
    retention = {f"kinesis:{way}StreamRetentionPeriod" for way in ("Increase", "Decrease")}
    # A transaction needs the permissions of what it is made of (DynamoDB guide).
    made_of = {"dynamodb:PutItem", "dynamodb:UpdateItem", "dynamodb:DeleteItem"}
    return (
        (found - {"dynamodb:TransactWriteItems", "aws"} - COMMAND_LINE_ONLY) | retention | made_of
    )


def test_the_roles_grant_what_the_code_asks_for_and_nothing_more() -> None:
    around = {"logs:CreateLogStream", "logs:PutLogEvents", "sqs:SendMessage"}
    assert granted() - around == asked()


def test_no_role_reaches_beyond_the_resources_of_the_file() -> None:
    narrow = {
        "kinesis:UpdateShardCount": "stream/racers",
        "dynamodb:UpdateTable": "table/leaderboard",
        "lambda:GetFunctionConfiguration": "function:scorer",
    }
    for statement in policy(load(RACE).pipelines, sweeps=True)["Statement"]:
        for action, ending in narrow.items():
            if action in statement["Action"]:
                assert [each["Fn::Sub"].endswith(ending) for each in statement["Resource"]] == [
                    True
                ]


def test_a_bad_file_is_not_packaged(tmp_path: Path) -> None:
    bad = tmp_path / "p.yaml"
    bad.write_text("pipelines: 3\n", encoding="utf-8")
    command = [sys.executable, "-m", "tidegate.package", str(bad), str(tmp_path / "build")]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert "p.yaml:1:1: pipelines is 3" in done.stderr
    assert not (tmp_path / "build").exists()
