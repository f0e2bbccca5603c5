"""The Terraform module: the same resources as the template, each reference to something in it."""

import json
import re
import shlex
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from tests.tidegate.deployment.conftest import ALL, OPERATOR, RACE, ROOT, packaged
from tidegate.deployment.options import DEFAULTS, Options
from tidegate.deployment.template import template
from tidegate.deployment.terraform import terraform
from tidegate.pipeline_file import load

PAGE = (ROOT / "docs" / "deployment.md").read_text(encoding="utf-8")
PRIVATE = Options(vpc_endpoint_id="vpce-12345678")
EACH = pytest.mark.parametrize(
    "options", [DEFAULTS, ALL, PRIVATE], ids=["default", "all", "private"]
)
SAME = {
    "AWS::ApiGateway::Account": "aws_api_gateway_account",
    "AWS::ApiGateway::Deployment": "aws_api_gateway_deployment",
    "AWS::ApiGateway::RestApi": "aws_api_gateway_rest_api",
    "AWS::ApiGateway::Stage": "aws_api_gateway_stage",
    "AWS::CloudWatch::Alarm": "aws_cloudwatch_metric_alarm",
    "AWS::CloudWatch::Dashboard": "aws_cloudwatch_dashboard",
    "AWS::CodeDeploy::Application": "aws_codedeploy_app",
    "AWS::CodeDeploy::DeploymentGroup": "aws_codedeploy_deployment_group",
    "AWS::DynamoDB::Table": "aws_dynamodb_table",
    "AWS::Events::Rule": "aws_cloudwatch_event_rule",
    "AWS::IAM::ManagedPolicy": "aws_iam_policy",
    "AWS::IAM::Role": "aws_iam_role",
    "AWS::KMS::Key": "aws_kms_key",
    "AWS::Lambda::Alias": "aws_lambda_alias",
    "AWS::Lambda::EventInvokeConfig": "aws_lambda_function_event_invoke_config",
    "AWS::Lambda::Function": "aws_lambda_function",
    "AWS::Lambda::Permission": "aws_lambda_permission",
    "AWS::Logs::LogGroup": "aws_cloudwatch_log_group",
    "AWS::SNS::Topic": "aws_sns_topic",
    "AWS::SQS::Queue": "aws_sqs_queue",
    "AWS::WAFv2::WebACLAssociation": "aws_wafv2_web_acl_association",
}
OF_OTHERS = {
    "aws_api_gateway_method_settings", "aws_cloudwatch_event_target",
    "aws_iam_role_policy_attachment",
}  # fmt: skip
"""What CloudFormation has within another resource."""

OF_ANOTHER = {"AWS::Lambda::Version"}
"""What Terraform has within another resource: a function that publishes."""


def declared(options: Options) -> list[dict[str, Any]]:
    found = template(load(RACE), options, [OPERATOR])["Resources"].values()
    return [each for each in found if each["Type"] not in OF_ANOTHER]


def module(options: Options = DEFAULTS) -> dict[str, Any]:
    return terraform(load(RACE), options)


@EACH
def test_it_has_as_many_of_each_kind_as_the_template(options: Options) -> None:
    there = Counter(SAME[each["Type"]] for each in declared(options))
    made = {kind: len(of) for kind, of in module(options)["resource"].items()}
    assert {kind: n for kind, n in made.items() if kind not in OF_OTHERS} == there
    # The policies of three roles, and AWS's own: for API Gateway, and for two functions in a VPC.
    of_aws = 3 if options.subnet_ids else 1
    assert made["aws_iam_role_policy_attachment"] == there["aws_iam_policy"] + of_aws


@pytest.mark.parametrize(
    ("kind", "keys"),
    [
        ("aws_cloudwatch_metric_alarm", {
            "MetricName": "metric_name", "Namespace": "namespace", "Period": "period",
            "Threshold": "threshold", "ComparisonOperator": "comparison_operator",
            "EvaluationPeriods": "evaluation_periods", "DatapointsToAlarm": "datapoints_to_alarm",
            "TreatMissingData": "treat_missing_data", "Statistic": "statistic",
            "ExtendedStatistic": "extended_statistic", "AlarmDescription": "alarm_description",
        }),
        ("aws_lambda_function", {
            "Handler": "handler", "Runtime": "runtime", "MemorySize": "memory_size",
            "Timeout": "timeout", "KmsKeyArn": "kms_key_arn",
        }),
        ("aws_lambda_function_event_invoke_config", {
            "MaximumRetryAttempts": "maximum_retry_attempts",
            "MaximumEventAgeInSeconds": "maximum_event_age_in_seconds",
        }),
        ("aws_cloudwatch_log_group", {
            "RetentionInDays": "retention_in_days", "KmsKeyId": "kms_key_id",
        }),
        ("aws_cloudwatch_event_rule", {"ScheduleExpression": "schedule_expression"}),
        ("aws_sqs_queue", {
            "MessageRetentionPeriod": "message_retention_seconds",
            "SqsManagedSseEnabled": "sqs_managed_sse_enabled",
            "KmsMasterKeyId": "kms_master_key_id",
        }),
        ("aws_kms_key", {
            "EnableKeyRotation": "enable_key_rotation",
            "PendingWindowInDays": "deletion_window_in_days",
        }),
        ("aws_dynamodb_table", {"BillingMode": "billing_mode"}),
        ("aws_iam_role", {"PermissionsBoundary": "permissions_boundary"}),
        ("aws_api_gateway_stage", {
            "StageName": "stage_name", "TracingEnabled": "xray_tracing_enabled",
        }),
        ("aws_wafv2_web_acl_association", {"WebACLArn": "web_acl_arn"}),
        ("aws_lambda_alias", {"Name": "name"}),
        ("aws_codedeploy_app", {"ComputePlatform": "compute_platform"}),
        ("aws_codedeploy_deployment_group", {"DeploymentConfigName": "deployment_config_name"}),
    ],
    ids=lambda each: each if isinstance(each, str) else "",
)  # fmt: skip
@EACH
def test_what_is_decided_of_a_resource_is_decided_alike(
    options: Options, kind: str, keys: dict[str, str]
) -> None:
    ours = [each["Properties"] for each in declared(options) if SAME[each["Type"]] == kind]
    theirs = list(module(options)["resource"].get(kind, {}).values())
    told = [
        json.dumps({keys[k]: v for k, v in each.items() if k in keys}, sort_keys=True)
        for each in ours
    ]
    found = [
        json.dumps({k: v for k, v in each.items() if k in keys.values()}, sort_keys=True)
        for each in theirs
    ]
    assert sorted(told) == sorted(found)


@EACH
def test_its_policies_say_what_those_of_the_template_say(options: Options) -> None:
    ours = sorted(
        tuple(
            (each["Effect"], tuple(each["Action"]), len(each["Resource"]))
            for each in one["Properties"]["PolicyDocument"]["Statement"]
        )
        for one in declared(options)
        if one["Type"] == "AWS::IAM::ManagedPolicy"
    )
    theirs = sorted(
        tuple(
            (each["Effect"], tuple(each["Action"]), len(each["Resource"]))
            for each in json.loads(one["policy"])["Statement"]
        )
        for one in module(options)["resource"]["aws_iam_policy"].values()
    )
    assert ours == theirs


@EACH
def test_every_reference_is_to_something_in_it(options: Options) -> None:
    text = json.dumps(found := module(options))
    assert "Fn::" not in text
    # CodeDeploy calls what it moves by this name, in Terraform too.
    assert "AWS::" not in text.replace("AWS::Lambda::Function", "")
    resources = {f"{kind}.{name}" for kind, of in found["resource"].items() for name in of}
    data = {f"data.{kind}.{name}" for kind, of in found["data"].items() for name in of}
    variables = {f"var.{name}" for name in found["variable"]}
    used = set(re.findall(r"\b((?:data\.)?aws_[a-z_]+\.[a-z0-9_-]+|var\.[a-z_]+)", text))
    assert len(used) > 20
    assert used <= resources | data | variables
    assert "var.stage" in used


def test_nothing_has_a_name_that_another_stage_would_have_too() -> None:
    for kind, of in module()["resource"].items():
        for name, each in of.items():
            for key in ("name", "function_name", "alarm_name", "dashboard_name"):
                # The name of an alias is one of its function's.
                if kind != "aws_lambda_alias" and key in each and not refers(each[key]):
                    assert "${var.stage}" in each[key], (kind, name)


def refers(value: str) -> bool:
    return value.startswith("${aws_")


def test_a_role_has_another_name_in_another_region() -> None:
    named = module()["resource"]
    for each in (*named["aws_iam_role"].values(), *named["aws_iam_policy"].values()):
        assert "${data.aws_region.current.id}" in each["name"]


def test_its_operators_are_a_variable_that_redeploys_and_is_held_to_its_form() -> None:
    found = module()
    api = found["resource"]["aws_api_gateway_rest_api"]["rest_api"]
    operators = '"arn:aws:iam::1:role/a", "arn:aws:iam::1:role/b"'
    for written in (api["policy"], json.dumps(policy_in(api["body"]))):
        text = written.replace("${jsonencode(var.operator_role_arns)}", f"[{operators}]")
        text = text.replace('"[JSON]"', f"[{operators}]")
        denied = json.loads(text)["Statement"][1]["Condition"]["StringNotEquals"]
        assert denied["aws:PrincipalArn"] == ["arn:aws:iam::1:role/a", "arn:aws:iam::1:role/b"]
    deployment = found["resource"]["aws_api_gateway_deployment"]["deployment"]
    assert deployment["triggers"] == {
        "redeployment": "${sha1(aws_api_gateway_rest_api.rest_api.body)}"
    }
    variable = found["variable"]["operator_role_arns"]
    assert "role/" in variable["validation"]["condition"]
    assert variable["validation"]["error_message"].endswith(".")


def policy_in(body: str) -> Any:
    plain = body.replace("${jsonencode(var.operator_role_arns)}", '"[JSON]"')
    return json.loads(plain)["x-amazon-apigateway-policy"]


def test_a_function_is_made_when_its_role_has_its_rights() -> None:
    resources = module(ALL)["resource"]
    functions, attached = (
        resources[kind] for kind in ("aws_lambda_function", "aws_iam_role_policy_attachment")
    )
    for name, role in {"api_handler": "callback_role", "sweep_each_minute": "sweep_role"}.items():
        wanted = [each for each in attached if each.startswith(role)]
        assert wanted
        assert functions[name]["depends_on"] == [
            f"aws_iam_role_policy_attachment.{each}" for each in wanted
        ]
        assert functions[name]["vpc_config"] == {
            "subnet_ids": ["subnet-01234567", "subnet-89abcdef"],
            "security_group_ids": ["sg-01234567"],
        }


def test_api_gateways_role_is_set_for_the_account_when_it_has_its_rights() -> None:
    """API Gateway tries the log with it at once (UpdateAccount)."""
    resources = module()["resource"]
    (account,) = resources["aws_api_gateway_account"].values()
    (attached,) = (e for e in resources["aws_iam_role_policy_attachment"] if "gateway" in e)
    assert account["depends_on"] == [f"aws_iam_role_policy_attachment.{attached}"]


def test_in_it_too_the_sweep_alone_has_an_execution_reserved_unless_told_otherwise() -> None:
    functions = module()["resource"]["aws_lambda_function"]
    key = "reserved_concurrent_executions"
    assert {name: each[key] for name, each in functions.items() if key in each} == {
        # The provider's word for none.
        "sweep_each_minute": "${var.reserve_sweep_concurrency ? 1 : -1}"
    }
    assert module()["variable"]["reserve_sweep_concurrency"]["default"] is True


def test_in_it_too_the_endpoint_alone_starts_from_a_snapshot() -> None:
    for asked_for in (False, True):
        functions = module(Options(snap_start=asked_for))["resource"]["aws_lambda_function"]
        with_one = {name for name, each in functions.items() if "snap_start" in each}
        assert with_one == ({"api_handler"} if asked_for else set())
    assert functions["api_handler"]["snap_start"] == {"apply_on": "PublishedVersions"}


def test_its_dashboard_shows_the_same_and_names_what_is_in_the_module() -> None:
    found = module()["resource"]["aws_cloudwatch_dashboard"]["own_dashboard"]
    assert "${var.stage}" in found["dashboard_name"]
    assert "${data.aws_region.current.id}" in found["dashboard_name"]
    (ours,) = (e for e in declared(DEFAULTS) if e["Type"] == "AWS::CloudWatch::Dashboard")
    body = json.loads(ours["Properties"]["DashboardBody"]["Fn::Sub"])
    theirs = json.loads(found["dashboard_body"])
    assert [each["type"] for each in theirs["widgets"]] == [e["type"] for e in body["widgets"]]
    assert (
        "${aws_cloudwatch_metric_alarm.no_sweep.arn}"
        in theirs["widgets"][0]["properties"]["alarms"]
    )


def kept_in(resources: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {
        f"{kind}.{name}": each
        for kind, of in resources.items()
        for name, each in of.items()
        if each.get("lifecycle") == {"prevent_destroy": True}
    }


@EACH
def test_neither_the_ledger_nor_the_accounts_role_is_destroyed_unasked(options: Options) -> None:
    resources = module(options)["resource"]
    kept = kept_in(resources)
    # One that depends on a variable would go where it is left out.
    assert all(
        "count" not in each or each in kept.values()
        for of in resources.values()
        for each in of.values()
    )
    assert kept.keys() == {
        "aws_dynamodb_table.ledger", "aws_iam_role.gateway_role",
        "aws_iam_role_policy_attachment.gateway_role_1",
        "aws_api_gateway_account.gateway_account",
    }  # fmt: skip


def test_the_page_names_all_that_has_to_be_forgotten_before_a_stage_can_go() -> None:
    (told,) = re.findall(r" state rm (.+?[^\\])\n", PAGE, re.DOTALL)
    found = module()
    kept = kept_in(found["resource"])
    places = [f"{place}[0]" if "count" in each else place for place, each in kept.items()]
    assert sorted(shlex.split(told.replace("\\\n", " "))) == sorted(places)
    assert "import aws_dynamodb_table.ledger tidegate-STAGE-ledger" in PAGE
    assert (
        found["resource"]["aws_dynamodb_table"]["ledger"]["name"] == "tidegate-${var.stage}-ledger"
    )


def test_the_page_names_its_variables_and_outputs_and_no_others() -> None:
    _, _, told = PAGE.partition("### With Terraform")
    found = module()
    assert set(re.findall(r"^(\w+) += ", told, re.MULTILINE)) <= found["variable"].keys()
    for variable in found["variable"]:
        assert re.search(rf"\b{variable}\b", told), variable
    for output in found["output"]:
        assert re.search(rf"`{output}`|output -raw {output}\b", told), output


@EACH
def test_what_is_kept_keeps_all_that_it_works_by(options: Options) -> None:
    """What it refers to, and what is attached to it: a role without its policies does nothing."""
    resources = module(options)["resource"]
    kept, named = kept_in(resources), r"(?<!data\.)\b(aws_[a-z_]+\.[a-z0-9_]+)"
    attachments = resources["aws_iam_role_policy_attachment"].items()
    for place, each in kept.items():
        assert set(re.findall(named, json.dumps(each))) <= kept.keys(), place
    for name, each in attachments:
        (role,) = re.findall(named, each["role"])
        assert (f"aws_iam_role_policy_attachment.{name}" in kept) is (role in kept), name


def test_the_module_is_written_beside_its_zip_and_without_a_template(tmp_path: Path) -> None:
    done = packaged(RACE, tmp_path / "build", "--format", "terraform")
    assert done.returncode == 0, done.stderr
    deploy = tmp_path / "build" / "deploy"
    assert {each.name for each in deploy.iterdir()} == {
        "deployment.zip", "sbom.cdx.json", "tidegate.tf.json",
    }  # fmt: skip
    assert json.loads((deploy / "tidegate.tf.json").read_text("utf-8")) == module()
