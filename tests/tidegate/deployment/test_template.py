"""The template: what it makes, and what it keeps."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from cfnlint.schema.manager import PROVIDER_SCHEMA_MANAGER

from tests.tidegate.deployment.conftest import (
    ACL,
    ALL,
    BOUNDARY,
    KEY,
    OPERATOR,
    RACE,
    packaged,
)
from tidegate.deployment.options import DEFAULTS, Options
from tidegate.deployment.shifting import published
from tidegate.deployment.template import template
from tidegate.pipeline_file import load


def of(options: Options) -> dict[str, Any]:
    found: dict[str, Any] = template(load(RACE), options, [OPERATOR])["Resources"]
    return found


@pytest.mark.parametrize("options", [DEFAULTS, ALL, Options(vpc_endpoint_id="vpce-12345678")])
def test_it_passes_cfn_lint(options: Options, tmp_path: Path) -> None:
    written = tmp_path / "template.json"
    packaged = published(template(load(RACE), options, [OPERATOR]), b"code")
    written.write_text(json.dumps(packaged), encoding="utf-8")
    command = [str(Path(sys.executable).with_name("cfn-lint")), str(written)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (0, "")


def test_it_needs_no_transform(whole: dict[str, Any]) -> None:
    assert "Transform" not in whole
    assert not [each for each in whole["Resources"].values() if "Serverless" in each["Type"]]


def test_nothing_has_a_name_that_another_stage_would_have_too(resources: dict[str, Any]) -> None:
    keys = (
        "LogGroupName", "Name", "RoleName", "TableName", "AlarmName", "FunctionName", "DashboardName",
    )  # fmt: skip
    named = {
        name: each["Properties"][key]
        for name, each in resources.items()
        for key in keys
        if each["Type"].split("::")[1] != "Lambda" and key in each["Properties"]
    }
    assert len(named) == 5
    assert all("AWS::StackName" in json.dumps(each) for each in named.values())


def test_the_ledger_is_encrypted_recoverable_forgets_and_outlives_the_stack(
    resources: dict[str, Any],
) -> None:
    ledger = resources["Ledger"]["Properties"]
    assert ledger["SSESpecification"] == {"SSEEnabled": True}
    assert ledger["PointInTimeRecoverySpecification"] == {"PointInTimeRecoveryEnabled": True}
    assert ledger["TimeToLiveSpecification"] == {"AttributeName": "expires_at", "Enabled": True}
    kept = {n: each["DeletionPolicy"] for n, each in resources.items() if "DeletionPolicy" in each}
    # Of a creation that failed no empty ledger is left. The account's role is used by then.
    assert kept == {
        "Ledger": "RetainExceptOnCreate", "GatewayRole": "Retain", "GatewayAccount": "Retain",
    }  # fmt: skip
    assert all(resources[name]["UpdateReplacePolicy"] == "Retain" for name in kept)


def test_the_account_gets_a_role_for_logs_only_where_that_is_asked_for(
    whole: dict[str, Any],
) -> None:
    parameter = whole["Parameters"]["GatewayLogRole"]
    assert (parameter["Default"], parameter["AllowedValues"]) == (
        "existing",
        ["existing", "create"],
    )
    made = {
        name: each["Condition"] for name, each in whole["Resources"].items() if "Condition" in each
    }
    assert made == dict.fromkeys(("GatewayRole", "GatewayAccount"), "SetsGatewayAccount")
    # The stage waits for the account's role, which an access log needs.
    assert "${GatewayAccount}" in json.dumps(whole["Resources"]["RestAPIv1Stage"])


def test_the_sweep_runs_alone_each_minute_once_and_keeps_what_it_gives_up(
    resources: dict[str, Any],
) -> None:
    sweep = resources["SweepEachMinute"]["Properties"]
    reserved = {"Fn::If": ["ReservesConcurrency", 1, {"Ref": "AWS::NoValue"}]}
    assert sweep["ReservedConcurrentExecutions"] == reserved
    assert sweep["DeadLetterConfig"]["TargetArn"] == {"Fn::GetAtt": ["DeadLetters", "Arn"]}
    once = resources["SweepOnce"]["Properties"]
    assert (once["MaximumRetryAttempts"], once["MaximumEventAgeInSeconds"]) == (0, 60)
    rule = resources["EachMinute"]["Properties"]
    assert rule["ScheduleExpression"] == "rate(1 minute)"
    assert rule["Targets"][0]["Arn"] == {"Fn::GetAtt": ["SweepEachMinute", "Arn"]}


def test_each_function_writes_to_a_group_that_is_there_before_it(
    resources: dict[str, Any],
) -> None:
    groups = {n: each for n, each in resources.items() if each["Type"] == "AWS::Logs::LogGroup"}
    assert groups.keys() == {"CallbackLog", "SweepLog", "AccessLog"}
    assert all(each["Properties"]["RetentionInDays"] == 30 for each in groups.values())
    for function, log in {"APIHandler": "CallbackLog", "SweepEachMinute": "SweepLog"}.items():
        assert resources[function]["Properties"]["LoggingConfig"] == {"LogGroup": {"Ref": log}}


def test_everything_that_can_be_tagged_says_which_stack_it_is_of() -> None:
    ours = {"Key": "tidegate:stack", "Value": {"Ref": "AWS::StackName"}}
    theirs = {"Key": "team", "Value": "streams"}
    for each in of(ALL).values():
        schema = PROVIDER_SCHEMA_MANAGER.get_resource_schema("us-east-1", each["Type"]).schema
        takes = "Tags" in schema["properties"]
        assert each["Properties"].get("Tags") == ([ours, theirs] if takes else None), each["Type"]


def test_one_key_encrypts_all_that_is_kept() -> None:
    resources = of(ALL)
    assert resources["Ledger"]["Properties"]["SSESpecification"]["KMSMasterKeyId"] == KEY
    assert resources["DeadLetters"]["Properties"]["KmsMasterKeyId"] == KEY
    assert resources["Alerts"]["Properties"]["KmsMasterKeyId"] == KEY
    assert "AlertsKey" not in resources
    for name in ("CallbackLog", "SweepLog", "AccessLog"):
        assert resources[name]["Properties"]["KmsKeyId"] == KEY
    for name in ("APIHandler", "SweepEachMinute"):
        assert resources[name]["Properties"]["KmsKeyArn"] == KEY


def test_a_boundary_is_on_every_role() -> None:
    roles = [each["Properties"] for each in of(ALL).values() if each["Type"] == "AWS::IAM::Role"]
    assert [each["PermissionsBoundary"] for each in roles] == [BOUNDARY] * 4
    assert "PermissionsBoundary" not in json.dumps(of(DEFAULTS))


def test_a_web_acl_is_put_before_the_stage() -> None:
    firewall = of(ALL)["Firewall"]["Properties"]
    assert firewall["WebACLArn"] == ACL
    assert firewall["ResourceArn"]["Fn::Sub"].endswith("/stages/${RestAPIv1Stage}")
    assert "Firewall" not in of(DEFAULTS)


def test_the_configuration_may_come_from_parameter_store_or_appconfig() -> None:
    for source, action in {
        "ssm:/tidegate/pipelines": "ssm:GetParameter",
        "appconfig:a/e/p": "appconfig:GetLatestConfiguration",
    }.items():
        resources = of(Options(source))
        for function, policy in {
            "APIHandler": "CallbackRolePolicy1",
            "SweepEachMinute": "SweepRolePolicy1",
        }.items():
            variables = resources[function]["Properties"]["Environment"]["Variables"]
            assert variables["TIDEGATE_CONFIGURATION"] == source
            assert action in json.dumps(resources[policy])


def test_tracing_is_off_unless_asked_for() -> None:
    for asked_for in (False, True):
        resources = of(Options(tracing=asked_for))
        sweep = resources["SweepEachMinute"]["Properties"]
        assert (sweep["TracingConfig"]["Mode"] == "Active") is asked_for
        assert resources["RestAPIv1Stage"]["Properties"]["TracingEnabled"] is asked_for
        assert ("xray:" in json.dumps(resources["SweepRolePolicy1"])) is asked_for


def test_both_functions_are_in_a_vpc_where_that_is_asked_for() -> None:
    for name in ("APIHandler", "SweepEachMinute"):
        there = of(ALL)[name]["Properties"]["VpcConfig"]
        assert there["SubnetIds"] == ["subnet-01234567", "subnet-89abcdef"]
        assert there["SecurityGroupIds"] == ["sg-01234567"]
        assert "VpcConfig" not in of(DEFAULTS)[name]["Properties"]
    for role in ("CallbackRole", "SweepRole"):
        policies = [
            json.dumps(of(options)[role]["Properties"]["ManagedPolicyArns"])
            for options in (ALL, DEFAULTS)
        ]
        assert ["AWSLambdaENIManagementAccess" in each for each in policies] == [True, False]


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("--subnet", "subnet-01234567"), "belong together"),
        (("--security-group", "sg-01234567"), "belong together"),
        (("--subnet", "*", "--security-group", "sg-01234567"), "is not the id of a subnet"),
        (
            ("--subnet", "subnet-01234567", "--security-group", "${A}"),
            "is not the id of a security",
        ),
    ],
)
def test_half_of_a_vpc_is_bad_input(arguments: tuple[str, ...], words: str, tmp_path: Path) -> None:
    done = packaged(RACE, tmp_path / "build", *arguments)
    assert done.returncode == 2
    assert words in done.stderr
    assert not (tmp_path / "build").exists()


def test_the_endpoint_starts_from_a_snapshot_only_where_that_is_asked_for() -> None:
    for asked_for in (False, True):
        resources = of(Options(snap_start=asked_for))
        callback, sweep = (
            resources[name]["Properties"] for name in ("APIHandler", "SweepEachMinute")
        )
        assert (callback.get("SnapStart") == {"ApplyOn": "PublishedVersions"}) is asked_for
        assert callback["Runtime"] == ("python3.12" if asked_for else "python3.11")
        # Only a version can, and the sweep runs what was deployed last.
        assert "SnapStart" not in sweep


def test_cloudwatch_may_use_the_key_of_the_topic_it_tells(resources: dict[str, Any]) -> None:
    assert resources["Alerts"]["Properties"]["KmsMasterKeyId"] == {"Ref": "AlertsKey"}
    statements = resources["AlertsKey"]["Properties"]["KeyPolicy"]["Statement"]
    (theirs,) = [each for each in statements if "Service" in each["Principal"]]
    assert theirs["Principal"]["Service"] == "cloudwatch.amazonaws.com"
    assert theirs["Action"] == ["kms:Decrypt", "kms:GenerateDataKey*"]
