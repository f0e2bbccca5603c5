"""Versions, alias and CodeDeploy as Terraform's AWS provider writes them.

Terraform has nothing like an UpdatePolicy: it would point the alias at the new version at once. So
it makes the alias and leaves it alone afterwards, and says with which request CodeDeploy moves it.
"""

import json

from tidegate.deployment.resource import Json
from tidegate.deployment.shifting import LIVE
from tidegate.deployment.terraform_values import References, snake, stack_name

__all__ = ["SHIFTING", "traffic_shift"]

_CONTENT = "CONTENT"


def _alias(_: str, properties: Json, references: References) -> Json:
    return {
        "name": properties["Name"],
        "function_name": references.translated(properties["FunctionName"]),
        "function_version": references.translated(properties["FunctionVersion"]),
        "lifecycle": {"ignore_changes": ["function_version", "routing_config"]},
    }


def _application(_: str, properties: Json, __: References) -> Json:
    return {"name": stack_name("callback"), "compute_platform": properties["ComputePlatform"]}


def _group(_: str, properties: Json, references: References) -> Json:
    style, alarms = properties["DeploymentStyle"], properties["AlarmConfiguration"]
    back = properties["AutoRollbackConfiguration"]
    return {
        "app_name": references.translated(properties["ApplicationName"]),
        "deployment_group_name": stack_name("callback"),
        "deployment_config_name": properties["DeploymentConfigName"],
        "service_role_arn": references.translated(properties["ServiceRoleArn"]),
        "deployment_style": {
            "deployment_option": style["DeploymentOption"],
            "deployment_type": style["DeploymentType"],
        },
        "alarm_configuration": {
            "enabled": alarms["Enabled"],
            "ignore_poll_alarm_failure": alarms["IgnorePollAlarmFailure"],
            "alarms": [references.translated(each["Name"]) for each in alarms["Alarms"]],
        },
        "auto_rollback_configuration": {"enabled": back["Enabled"], "events": back["Events"]},
    }


def _permission(_: str, properties: Json, references: References) -> Json:
    """Of an alias by the function's name and the alias', where CloudFormation takes its ARN."""
    told: Json = {
        "action": properties["Action"],
        "principal": properties["Principal"],
        "source_arn": references.translated(properties["SourceArn"]),
        "function_name": references.translated(properties["FunctionName"]),
    }
    name = properties["FunctionName"]["Ref"]
    if references.is_alias(name):
        place = f"aws_lambda_alias.{snake(name)}"
        told["function_name"] = f"${{{place}.function_name}}"
        told["qualifier"] = f"${{{place}.name}}"
    return told


def traffic_shift(declared: Json, references: References) -> str:
    """What ``aws deploy create-deployment --cli-input-json`` takes to move the alias from the
    version that it has to the one that was published last."""
    policy = declared[LIVE]["UpdatePolicy"]["CodeDeployLambdaAliasUpdate"]
    alias = references.translated(declared[LIVE]["Properties"])
    properties = {
        "Name": alias["FunctionName"],
        "Alias": alias["Name"],
        "CurrentVersion": f"${{aws_lambda_alias.{snake(LIVE)}.function_version}}",
        "TargetVersion": alias["FunctionVersion"],
    }
    moved = {"callback": {"Type": "AWS::Lambda::Function", "Properties": properties}}
    request = json.dumps(
        {
            "applicationName": references.translated(policy["ApplicationName"]),
            "deploymentGroupName": references.translated(policy["DeploymentGroupName"]),
            "revision": {
                "revisionType": "AppSpecContent",
                "appSpecContent": {"content": _CONTENT},
            },
        }
    )
    # An object of JSON is one of Terraform's language too; the specification is a text in it.
    content = json.dumps({"version": "0.0", "Resources": [moved]})
    return "${jsonencode(" + request.replace(f'"{_CONTENT}"', f"jsonencode({content})") + ")}"


SHIFTING = {
    "AWS::CodeDeploy::Application": _application,
    "AWS::CodeDeploy::DeploymentGroup": _group,
    "AWS::Lambda::Alias": _alias,
    "AWS::Lambda::Permission": _permission,
}
