"""A new version of the endpoint's function gets its requests little by little, or not at all."""

import base64
import copy
import hashlib
import json
from pathlib import Path
from typing import Any

import pytest

from tests.tidegate.deployment.conftest import OPERATOR, RACE
from tidegate.deployment.gateway import admitting
from tidegate.deployment.options import Options
from tidegate.deployment.shifting import published
from tidegate.deployment.template import template
from tidegate.pipeline_file import load


def of(options: Options = Options()) -> dict[str, Any]:  # noqa: B008
    return template(load(RACE), options)


def kind(found: dict[str, Any], wanted: str) -> dict[str, Any]:
    return {n: each for n, each in found["Resources"].items() if each["Type"] == wanted}


def names(found: dict[str, Any]) -> set[str]:
    """What a deployment makes anew."""
    return {name for name in found["Resources"] if "Version" in name}


def test_the_gateway_calls_the_alias_and_may_do_so_before_it_is_told_to(
    resources: dict[str, Any],
) -> None:
    methods = json.dumps(resources["RestAPI"]["Properties"]["Body"]["paths"])
    assert methods.count("${CallbackLive}/invocations") == 2
    assert "APIHandler" not in methods
    permission = resources["APIHandlerInvokePermission"]["Properties"]
    assert permission["FunctionName"] == {"Ref": "CallbackLive"}
    (deployment,) = (e for e in resources.values() if e["Type"] == "AWS::ApiGateway::Deployment")
    assert deployment["DependsOn"] == ["APIHandlerInvokePermission"]


def test_codedeploy_moves_the_alias_and_stops_at_the_alarms_of_the_new_version(
    resources: dict[str, Any],
) -> None:
    alias = resources["CallbackLive"]
    assert alias["Properties"]["FunctionVersion"] == {"Fn::GetAtt": ["CallbackVersion", "Version"]}
    policy = alias["UpdatePolicy"]["CodeDeployLambdaAliasUpdate"]
    assert policy["DeploymentGroupName"] == {"Ref": "CallbackShift"}
    group = resources["CallbackShift"]["Properties"]
    assert policy["ApplicationName"] == group["ApplicationName"] == {"Ref": "Shifts"}
    assert group["DeploymentConfigName"].startswith("CodeDeployDefault.LambdaLinear")
    assert group["AutoRollbackConfiguration"]["Enabled"]
    assert "DEPLOYMENT_STOP_ON_ALARM" in group["AutoRollbackConfiguration"]["Events"]
    assert group["AlarmConfiguration"]["Enabled"]
    watched = [each["Name"]["Ref"] for each in group["AlarmConfiguration"]["Alarms"]]
    assert watched == ["NewVersionFails", "NewVersionAnswers5xx"]
    version = {"Fn::GetAtt": ["CallbackVersion", "Version"]}
    for name in watched:
        # Those of the stage may be on already, and then no deployment could put it right.
        dimensions = resources[name]["Properties"]["Dimensions"]
        assert version in [each["Value"] for each in dimensions]


def test_it_may_move_this_alias_and_nothing_else(resources: dict[str, Any]) -> None:
    role = resources["ShiftRole"]["Properties"]
    trusted = role["AssumeRolePolicyDocument"]["Statement"]
    assert [each["Principal"] for each in trusted] == [{"Service": "codedeploy.amazonaws.com"}]
    granted = resources["ShiftRolePolicy1"]["Properties"]["PolicyDocument"]["Statement"]
    for each in granted:
        assert "*" not in each["Resource"]
        assert all(action.split(":")[1].startswith(("Get", "Desc")) or action == "lambda:UpdateAlias"
                   for action in each["Action"])  # fmt: skip
    assert granted[0]["Resource"] == [
        {"Fn::GetAtt": ["APIHandler", "Arn"]}, {"Fn::Sub": "${APIHandler.Arn}:*"},
    ]  # fmt: skip


def test_a_packaged_version_is_of_its_code_and_of_no_other(built: Path) -> None:
    deploy = built / "deploy"
    found = json.loads((deploy / "template.json").read_text(encoding="utf-8"))
    (version,) = kind(found, "AWS::Lambda::Version").values()
    code = hashlib.sha256((deploy / "deployment.zip").read_bytes()).digest()
    assert base64.b64decode(version["Properties"]["CodeSha256"]) == code
    assert not any("Retain" in json.dumps(each) for each in (version,))


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ((of(), b"one"), (of(), b"two")),
        ((of(), b"one"), (of(Options(tracing=True)), b"one")),
        ((of(), b"one"), (of(Options(snap_start=True)), b"one")),
        ((of(), b"one"), (of(Options("ssm:/pipelines")), b"one")),
    ],
    ids=["code", "tracing", "snapshot", "environment"],
)
def test_changed_code_or_configuration_is_a_new_version_with_alarms_of_its_own(
    first: Any, second: Any
) -> None:
    before, after = (published(*each) for each in (first, second))
    assert len(names(before)) == len(names(after)) == 3
    assert not names(before) & names(after)


def test_what_lambda_would_not_publish_is_no_new_version() -> None:
    """Asked for a version of what it has published, Lambda gives the old one, and CloudFormation
    fails."""
    before = published(of(), b"one")
    tagged = published(of(Options(tags=(("team", "streams"),))), b"one")
    watched = copy.deepcopy(of())
    watched["Resources"]["NoSweep"]["Properties"]["Threshold"] = 2
    for after in (tagged, published(watched, b"one"), admitting(before, [OPERATOR])):
        assert names(after) == names(before)


def test_every_reference_follows_the_new_names() -> None:
    found = published(admitting(of(), [OPERATOR]), b"one")
    text = json.dumps(found)
    for old in ("CallbackVersion", "NewVersionFails", "NewVersionAnswers5xx"):
        assert f'"{old}"' not in text
    declared = set(found["Resources"]) | set(found["Parameters"])
    (group,) = kind(found, "AWS::CodeDeploy::DeploymentGroup").values()
    for each in group["Properties"]["AlarmConfiguration"]["Alarms"]:
        assert each["Name"]["Ref"] in declared
    (alias,) = kind(found, "AWS::Lambda::Alias").values()
    assert alias["Properties"]["FunctionVersion"]["Fn::GetAtt"][0] in declared
