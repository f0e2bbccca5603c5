"""What is deployed: the zip, the template and the permissions."""

import ast
import json
import re
import subprocess
import sys
import zipfile
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from tests.orders import SPEC
from tidegate.deployment.deployed import reached
from tidegate.deployment.options import Options
from tidegate.deployment.permissions import policy
from tidegate.deployment.template import extras
from tidegate.pipeline_file import load
from tidegate.scaling.config.specification import ApplicationSpec, NoticeSpec, PipelineSpec

ROOT = Path(__file__).parents[3]
RACE = ROOT / "examples" / "race-day.yaml"
FLINK = ROOT / "examples" / "flink.yaml"
COMMAND_LINE_ONLY = {
    "dynamodb:ListTables", "dynamodb:Scan", "kinesis:DescribeLimits",
    "kinesis:EnableEnhancedMonitoring",
}  # fmt: skip


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("package") / "build"
    command = [sys.executable, "-m", "tidegate.deployment.package", str(RACE), str(folder)]
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
        "app.py", "chalicelib", "chalice", "tidegate", "yaml", "_yaml", "pyyaml",
        "aws_lambda_powertools", "jmespath", "typing_extensions.py", "typing_extensions",
    }  # fmt: skip
    own = {tuple(name.split("/")[1:2]) for name in names if name.startswith("tidegate/")}
    assert own <= {("",), ("__init__.py",), ("rules",), ("scaling",)}
    assert not [name for name in names if "__pycache__" in name or name.endswith(".test.yaml")]
    assert (built / "deploy" / "deployment.zip").stat().st_size < 2_500_000


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
    allow, deny = body["x-amazon-apigateway-policy"]["Statement"]
    assert (allow["Effect"], deny["Effect"]) == ("Allow", "Deny")
    # Both must hold for the denial: whoever is neither of them is kept out, whatever its own
    # policy allows (IAM guide, conditions with several operators).
    assert deny["Condition"].keys() == {"ArnNotEquals", "StringNotEquals"}
    role = deny["Condition"]["ArnNotEquals"]["aws:PrincipalArn"]["Fn::Sub"]
    assert role.endswith("AWSServiceRoleForApplicationAutoScaling_CustomResource")
    operators = deny["Condition"]["StringNotEquals"]["aws:PrincipalArn"]
    assert operators == {"Ref": "OperatorRoleArns"}
    assert {each["Principal"] for each in (allow, deny)} == {"*"}


def test_cloudwatch_may_use_the_key_of_the_topic_it_tells(resources: dict[str, Any]) -> None:
    assert resources["Alerts"]["Properties"] == {"KmsMasterKeyId": {"Ref": "AlertsKey"}}
    statements = resources["AlertsKey"]["Properties"]["KeyPolicy"]["Statement"]
    (theirs,) = [each for each in statements if "Service" in each["Principal"]]
    assert theirs["Principal"]["Service"] == "cloudwatch.amazonaws.com"
    assert theirs["Action"] == ["kms:Decrypt", "kms:GenerateDataKey*"]


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
    assert alarms.keys() == {
        "NoSweep", "PipelineNotSwept", "SweepFails", "LettersAreDead", "BadConfiguration",
    }  # fmt: skip
    assert alarms["NoSweep"]["TreatMissingData"] == "breaching"
    assert all(each["AlarmActions"] == [{"Ref": "Alerts"}] for each in alarms.values())


TOLD = NoticeSpec("arn:aws:sns:us-east-1:123456789012:alerts", ops_items=True, event_bus="default")


def granted() -> set[str]:
    pipelines = [
        replace(each, notices=TOLD, update_dashboard=True)
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
        for action in ("sns:", "ssm:", "events:", "PutDashboard"):
            assert action not in document


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


def as_iam_sees_it(document: dict[str, Any]) -> str:
    text = json.dumps(document)
    for name, value in {
        "${AWS::Partition}": "aws", "${AWS::Region}": "us-east-1", "${AWS::AccountId}": "123456789012",
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
    [Options(), Options("ssm:/tidegate/pipelines", None, True), Options("appconfig:a/e/p")],
    ids=["package", "ssm", "appconfig"],
)
def test_the_roles_pass_an_iam_linter(sweeps: bool, options: Options) -> None:
    pipelines = [*load(RACE).pipelines, *load(FLINK).pipelines]
    document = as_iam_sees_it(policy(pipelines, options, sweeps=sweeps))
    assert "Fn::" not in document
    command = [str(Path(sys.executable).with_name("parliament")), "--string", document]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (0, ""), done.stderr


def test_the_iam_linter_would_see_a_wrong_policy() -> None:
    document = '{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "kinesis:Drink", "Resource": "*"}]}'
    command = [str(Path(sys.executable).with_name("parliament")), "--string", document]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert "Unknown action kinesis:Drink" in done.stdout


def test_the_configuration_may_come_from_parameter_store_or_appconfig() -> None:
    for source, action in {
        "ssm:/tidegate/pipelines": "ssm:GetParameter",
        "appconfig:a/e/p": "appconfig:GetLatestConfiguration",
    }.items():
        template = extras(load(RACE), Options(source))["Resources"]
        for function, role in {
            "APIHandler": "CallbackRole",
            "SweepEachMinute": "SweepRole",
        }.items():
            variables = template[function]["Properties"]["Environment"]["Variables"]
            assert variables["TIDEGATE_CONFIGURATION"] == source
            (inline,) = template[role]["Properties"]["Policies"]
            assert action in json.dumps(inline)


def test_a_private_endpoint_lets_in_one_vpc_endpoint_only() -> None:
    api = extras(load(RACE), Options(vpc_endpoint_id="vpce-1"))["Resources"]["RestAPI"][
        "Properties"
    ]
    assert api["EndpointConfiguration"] == {"Type": "PRIVATE", "VPCEndpointIds": ["vpce-1"]}
    elsewhere = api["DefinitionBody"]["x-amazon-apigateway-policy"]["Statement"][-1]
    assert elsewhere["Effect"] == "Deny"
    assert elsewhere["Condition"] == {"StringNotEquals": {"aws:SourceVpce": "vpce-1"}}


def test_tracing_is_off_unless_asked_for() -> None:
    for asked_for in (False, True):
        resources = extras(load(RACE), Options(tracing=asked_for))["Resources"]
        sweep = resources["SweepEachMinute"]["Properties"]
        assert (sweep.get("Tracing") == "Active") is asked_for
        assert ("xray:" in json.dumps(resources["SweepRole"])) is asked_for


@pytest.fixture(scope="module")
def module(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    folder = tmp_path_factory.mktemp("terraform") / "build"
    command = [sys.executable, "-m", "tidegate.deployment.package", str(RACE), str(folder)]
    done = subprocess.run(
        [*command, "--format", "terraform"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    found: dict[str, Any] = json.loads((folder / "deploy" / "chalice.tf.json").read_text("utf-8"))
    return found


def test_every_reference_of_the_terraform_module_is_to_something_in_it(
    module: dict[str, Any],
) -> None:
    text = json.dumps(module)
    assert "Fn::" not in text
    assert "AWS::" not in text
    resources = {f"{kind}.{name}" for kind, of in module["resource"].items() for name in of}
    data = {f"data.{kind}.{name}" for kind, of in module["data"].items() for name in of}
    variables = {f"var.{name}" for name in module["variable"]}
    used = set(re.findall(r"\b((?:data\.)?aws_[a-z_]+\.[a-z_-]+|var\.[a-z_]+)\.?", text))
    assert len(used) > 10
    assert used <= resources | data | variables


def test_the_terraform_module_holds_what_the_template_does(module: dict[str, Any]) -> None:
    resource = module["resource"]
    sweep = resource["aws_lambda_function"]["sweep_each_minute"]
    assert sweep["reserved_concurrent_executions"] == 1
    assert sweep["role"] == "${aws_iam_role.sweep.arn}"
    assert len(resource["aws_cloudwatch_metric_alarm"]) == 5
    assert all(
        each["alarm_actions"] == ["${aws_sns_topic.alerts.arn}"]
        for each in resource["aws_cloudwatch_metric_alarm"].values()
    )
    stage = resource["aws_api_gateway_stage"]["rest_api"]
    assert json.loads(stage["access_log_settings"]["format"])["status"] == "$context.status"
    text = resource["aws_api_gateway_rest_api"]["rest_api"]["policy"]
    operators = '"arn:aws:iam::1:role/a", "arn:aws:iam::1:role/b"'
    change_record = json.loads(
        text.replace("${jsonencode(var.operator_role_arns)}", f"[{operators}]")
    )
    stranger = change_record["Statement"][1]["Condition"]["StringNotEquals"]["aws:PrincipalArn"]
    assert stranger == ["arn:aws:iam::1:role/a", "arn:aws:iam::1:role/b"]
    assert (
        resource["aws_sns_topic"]["alerts"]["kms_master_key_id"] == "${aws_kms_key.alerts.key_id}"
    )
    own = json.loads(resource["aws_iam_role"]["sweep"]["inline_policy"]["policy"])
    assert "${aws_dynamodb_table.ledger.arn}" in json.dumps(own)


def test_a_file_of_more_pipelines_than_a_role_can_name_is_not_packaged(tmp_path: Path) -> None:
    one = (
        "- {name: p%d, stream: stream-%d, consumers: [{function: writer-%d, tables: [table-%d]}]}\n"
    )
    many = tmp_path / "many.yaml"
    many.write_text(
        "pipelines:\n" + "".join(one % ((at,) * 4) for at in range(60)), encoding="utf-8"
    )
    done = subprocess.run(
        [sys.executable, "-m", "tidegate.deployment.package", str(many), str(tmp_path / "build")],
        cwd=ROOT, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 2
    assert "IAM allows 10,240: split it over two stages" in done.stderr
    assert not (tmp_path / "build").exists()


def test_a_bad_file_is_not_packaged(tmp_path: Path) -> None:
    bad = tmp_path / "p.yaml"
    bad.write_text("pipelines: 3\n", encoding="utf-8")
    command = [
        sys.executable,
        "-m",
        "tidegate.deployment.package",
        str(bad),
        str(tmp_path / "build"),
    ]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert "p.yaml:1:1: pipelines is 3" in done.stderr
    assert not (tmp_path / "build").exists()
