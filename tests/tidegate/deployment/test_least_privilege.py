"""The roles grant what the code asks for, on the resources of the file, and nothing more."""

import ast
import json
import re
import subprocess
import sys
from dataclasses import replace
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

import pytest

from tests.orders import SPEC
from tests.tidegate.deployment.conftest import ALL, FLINK, KEY, RACE, ROOT
from tidegate.deployment.deployed import reached
from tidegate.deployment.options import Options
from tidegate.deployment.packing import packed
from tidegate.deployment.permissions import policy
from tidegate.pipeline_file import load, parse
from tidegate.scaling.config.specification import ApplicationSpec, NoticeSpec, PipelineSpec
from tidegate.scaling.model.errors import ConfigurationError
from tidegate.scaling.observability.dashboard import dashboard_name

COMMAND_LINE_ONLY = {
    "apigateway:GetRestApi", "dynamodb:ListTables", "dynamodb:Scan", "kinesis:DescribeLimits",
    "kinesis:EnableEnhancedMonitoring",
}  # fmt: skip
TOLD = NoticeSpec("arn:aws:sns:us-east-1:123456789012:alerts", ops_items=True, event_bus="default")


def all_started(spec: PipelineSpec) -> list[ApplicationSpec]:
    return [replace(each, start_again_after_failed_update=True) for each in spec.applications]


def granted() -> set[str]:
    pipelines = [
        replace(each, notices=TOLD, update_dashboard=True, applications=all_started(each))
        for each in (*load(RACE).pipelines, *load(FLINK).pipelines, SPEC)
    ]
    return {
        action
        for sweeps in (False, True)
        for statement in policy(pipelines, sweeps=sweeps)["Statement"]
        for action in statement["Action"]
    }


def asked() -> set[str]:
    """Every operation that the AWS room names when it asks."""
    found: set[str] = set()
    for file in reached(ROOT / "chalice_app", ROOT):
        tree = ast.parse(file.read_text(encoding="utf-8"))
        named = {
            node.targets[0].id: node.value
            for node in tree.body
            if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name)
        }
        for node in ast.walk(tree):
            if (
                isinstance(node, ast.Call)
                and isinstance(node.func, ast.Name)
                and node.func.id == "asking"
            ):
                first = node.args[0]
                told = named.get(first.id, first) if isinstance(first, ast.Name) else first
                if isinstance(told, ast.Constant):
                    found.add(str(told.value))
    retention = {f"kinesis:{way}StreamRetentionPeriod" for way in ("Increase", "Decrease")}
    # A transaction needs the permissions of what it is made of (DynamoDB guide).
    # Whoever has credentials may ask whose they are (GetCallerIdentity, API reference).
    found -= {"sts:GetCallerIdentity"}
    made_of = {"dynamodb:PutItem", "dynamodb:UpdateItem", "dynamodb:DeleteItem"}
    return (
        (found - {"dynamodb:TransactWriteItems", "aws"} - COMMAND_LINE_ONLY) | retention | made_of
    )


def test_the_roles_grant_what_the_code_asks_for_and_nothing_more() -> None:
    around = {"logs:CreateLogStream", "logs:PutLogEvents", "sqs:SendMessage"}
    assert granted() - around == asked()


def test_who_tells_nobody_may_tell_nobody() -> None:
    for sweeps in (False, True):
        document = json.dumps(policy(load(RACE).pipelines, sweeps=sweeps))
        for action in ("sns:", "ssm:", "events:", "PutDashboard", "kms:"):
            assert action not in document


@pytest.mark.parametrize(
    ("sweeps", "own", "other"),
    [(False, "CallbackLog", "SweepLog"), (True, "SweepLog", "CallbackLog")],
)
def test_a_function_writes_to_its_own_log_and_to_no_other(
    sweeps: bool, own: str, other: str
) -> None:
    document = policy(load(RACE).pipelines, sweeps=sweeps)
    (logs,) = (each for each in document["Statement"] if "logs:PutLogEvents" in each["Action"])
    (place,) = logs["Resource"]
    assert place["Fn::Sub"].endswith(f":log-group:${{{own}}}:*")
    assert other not in json.dumps(document)


EVERYWHERE = {
    "application-autoscaling:DescribeScalableTargets", "cloudwatch:GetMetricData",
    "cloudwatch:ListMetrics", "kinesis:UpdateShardCount", "lambda:GetAccountSettings",
    "lambda:ListEventSourceMappings", "ssm:CreateOpsItem", "ssm:UpdateOpsItem",
    "xray:PutTelemetryRecords", "xray:PutTraceSegments",
}  # fmt: skip
"""Actions that IAM knows no narrower resource of (service authorization reference)."""


@pytest.mark.parametrize("sweeps", [False, True], ids=["callback", "sweep"])
def test_only_what_has_no_narrower_resource_is_granted_on_everything(sweeps: bool) -> None:
    pipelines = [
        replace(each, notices=TOLD, update_dashboard=True)
        for each in (*load(RACE).pipelines, *load(FLINK).pipelines, SPEC)
    ]
    statements = policy(pipelines, replace(ALL, prefixes=()), sweeps=sweeps)["Statement"]
    everywhere = {
        action for each in statements if "*" in each["Resource"] for action in each["Action"]
    }
    assert everywhere <= EVERYWHERE
    assert everywhere


def test_the_page_lists_what_is_granted_on_everything() -> None:
    page = (ROOT / "docs" / "deployment.md").read_text(encoding="utf-8")
    assert not {each for each in EVERYWHERE if f"`{each}`" not in page and "xray:" not in each}


def test_only_the_sweep_decrypts_and_only_with_the_keys_that_the_file_names() -> None:
    (race,) = load(RACE).pipelines
    encrypted = replace(race, kms_key_arns=[KEY])
    for sweeps, keys in ((True, [KEY]), (False, [])):
        statements = policy([encrypted, encrypted], sweeps=sweeps)["Statement"]
        decrypting = [each for each in statements if "kms:Decrypt" in each["Action"]]
        assert [key for each in decrypting for key in each["Resource"]] == keys
        for each in decrypting:
            services = each["Condition"]["StringLike"]["kms:ViaService"]
            assert services == ["kinesis.*.amazonaws.com*", "sns.*.amazonaws.com*"]


@pytest.mark.parametrize("key", ["*", "alias/mine", "arn:aws:kms:us-east-1:123456789012:key/*"])
def test_a_key_that_would_be_a_wildcard_or_an_alias_is_bad_input(key: str) -> None:
    text = RACE.read_text(encoding="utf-8")
    named = text.replace("    stream: racers", f"    kms_key_arns: ['{key}']\n    stream: racers")
    assert named != text
    with pytest.raises(ConfigurationError, match="is not the ARN of a KMS key"):
        parse(named, "p.yaml")


@pytest.mark.parametrize(
    ("stack", "region", "is_own"),
    [
        ("tidegate-dev", "us-east-1", True),
        ("tidegate-dev", "us-west-2", False),
        ("tidegate-dev-us-east-1", "us-east-1", False),
        (None, "us-east-1", False),
    ],
)
def test_a_sweep_may_draw_the_dashboards_of_its_own_stage_and_region_alone(
    stack: str | None, region: str, is_own: bool
) -> None:
    told = [replace(each, update_dashboard=True) for each in load(RACE).pipelines]
    (drawing,) = (
        each for each in policy(told, sweeps=True)["Statement"]
        if each["Action"] == ["cloudwatch:PutDashboard"]
    )  # fmt: skip
    (granted,) = json.loads(as_iam_sees_it(drawing["Resource"]))
    name = dashboard_name(told[0].name, region, stack)
    drawn = f"arn:aws:cloudwatch::123456789012:dashboard/{name}"
    assert fnmatchcase(drawn, granted) is is_own


def test_no_role_reaches_beyond_the_resources_of_the_file() -> None:
    narrow = {
        "kinesis:SplitShard": "stream/racers",
        "dynamodb:UpdateTable": "table/leaderboard",
        "lambda:GetFunctionConfiguration": "function:scorer",
    }
    applications = {"kinesisanalytics:UpdateApplication": "application/click-counter"}
    for file, expected in ((RACE, narrow), (FLINK, applications)):
        for statement in policy(load(file).pipelines, sweeps=True)["Statement"]:
            for action, ending in expected.items():
                if action in statement["Action"]:
                    assert [each["Fn::Sub"].endswith(ending) for each in statement["Resource"]] == [
                        True
                    ]


def test_a_topic_alone_asks_nothing_of_kinesis_and_lambda() -> None:
    spec = PipelineSpec("clicks", topic="clicks", applications=[ApplicationSpec("click-counter")])
    statements = policy([spec], sweeps=True)["Statement"]
    actions = {action for each in statements for action in each["Action"]}
    assert not [each for each in actions if each.startswith(("kinesis:", "lambda:"))]
    assert all(each["Resource"] for each in statements)


def as_iam_sees_it(document: Any) -> str:
    text = json.dumps(document)
    for name, value in {
        "${AWS::Partition}": "aws", "${AWS::Region}": "us-east-1", "${AWS::AccountId}": "123456789012",
        "${AWS::StackName}": "tidegate-dev",
        "${CallbackLog}": "/tidegate/tidegate-dev/callback", "${SweepLog}": "/tidegate/tidegate-dev/s",
    }.items():  # fmt: skip
        text = text.replace(name, value)
    text = re.sub(r'\{"Fn::Sub": ("[^"]+")\}', r"\1", text)
    text = text.replace(
        '{"Fn::GetAtt": ["Ledger", "Arn"]}', '"arn:aws:dynamodb:us-east-1:123456789012:table/l"'
    )
    return text.replace(
        '{"Fn::GetAtt": ["DeadLetters", "Arn"]}', '"arn:aws:sqs:us-east-1:123456789012:d"'
    )


@pytest.mark.parametrize("sweeps", [False, True], ids=["callback", "sweep"])
@pytest.mark.parametrize(
    "options",
    [Options(), ALL, Options("appconfig:a/e/p"), Options(granted_tag=("tidegate", "prod"))],
    ids=["package", "all", "appconfig", "tag"],
)
def test_the_roles_pass_an_iam_linter(sweeps: bool, options: Options) -> None:
    pipelines = [*load(RACE).pipelines, *load(FLINK).pipelines]
    for document in packed(policy(pipelines, options, sweeps=sweeps)):
        text = as_iam_sees_it(document)
        assert "Fn::" not in text
        command = [str(Path(sys.executable).with_name("parliament")), "--string", text]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        assert (done.returncode, done.stdout) == (0, ""), done.stderr


def test_the_role_of_codedeploy_passes_it_too(resources: dict[str, Any]) -> None:
    document = as_iam_sees_it(resources["ShiftRolePolicy1"]["Properties"]["PolicyDocument"])
    function = "arn:aws:lambda:us-east-1:123456789012:function:f"
    text = document.replace('{"Fn::GetAtt": ["APIHandler", "Arn"]}', f'"{function}"')
    text = text.replace("${APIHandler.Arn}", function)
    assert "Fn::" not in text
    command = [str(Path(sys.executable).with_name("parliament")), "--string", text]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (0, ""), done.stderr


def test_the_iam_linter_would_see_a_wrong_policy() -> None:
    document = '{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "kinesis:Drink", "Resource": "*"}]}'
    command = [str(Path(sys.executable).with_name("parliament")), "--string", document]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert "Unknown action kinesis:Drink" in done.stdout
