"""How a new version of the endpoint's function gets its requests: a tenth more each minute, and
none any more as soon as it fails.

API Gateway calls the alias. CloudFormation has CodeDeploy move it from one version to the next
(UpdatePolicy attribute, CloudFormation template reference), and takes the update back where
CodeDeploy does. The alarms are those of the new version alone: under an alarm of the stage, a stage
that fails could not be put right by a deployment, since CodeDeploy stops where an alarm is on
already.
"""

import hashlib
import json
from base64 import b64encode
from collections.abc import Iterable

from tidegate.deployment.options import Options
from tidegate.deployment.resource import Json, arn, get, ref, renamed, resource, role, sub
from tidegate.deployment.stack import Change

__all__ = [
    "ALIAS",
    "FAILS",
    "FAULTS",
    "FUNCTION",
    "LIVE",
    "VERSION",
    "is_of_code",
    "is_shifted",
    "published",
    "shifting",
]

FUNCTION, LIVE, ALIAS = "APIHandler", "CallbackLive", "live"
VERSION = "CallbackVersion"
FAILS, FAULTS = "NewVersionFails", "NewVersionAnswers5xx"
"""The two alarms of a new version, in ``tidegate.deployment.watching``."""

GROUP, _APPLICATION, _ROLE = "CallbackShift", "Shifts", "ShiftRole"
PACE = "CodeDeployDefault.LambdaLinear10PercentEvery1Minute"
"""Ten minutes (predefined deployment configurations, CodeDeploy user guide). Application Auto
Scaling asks a few times a minute, so that a canary of a tenth might see one request; over these ten
minutes the new version answers nearly half of them."""

_MARK_CHARACTERS = 10


def _role(options: Options) -> Json:
    """What AWSCodeDeployRoleForLambdaLimited allows, of this function alone, and without its hooks
    and buckets: there are none here."""
    calls = ("GetAlias", "GetProvisionedConcurrencyConfig", "UpdateAlias")
    statements = [
        {
            "Effect": "Allow",
            "Action": [f"lambda:{call}" for call in calls],
            "Resource": [get(FUNCTION), sub(f"${{{FUNCTION}.Arn}}:*")],
        },
        {
            # Alarms are asked for by their names, of which each deployment has new ones.
            "Effect": "Allow",
            "Action": ["cloudwatch:DescribeAlarms"],
            "Resource": [arn("cloudwatch", "alarm:*")],
        },
    ]
    document = {"Version": "2012-10-17", "Statement": statements}
    return role(_ROLE, "codedeploy", [document], options)


def _group() -> Json:
    stops = ("FAILURE", "STOP_ON_ALARM", "STOP_ON_REQUEST")
    return {
        "ApplicationName": ref(_APPLICATION),
        "DeploymentConfigName": PACE,
        "DeploymentStyle": {
            "DeploymentOption": "WITH_TRAFFIC_CONTROL",
            "DeploymentType": "BLUE_GREEN",
        },
        "AlarmConfiguration": {
            "Enabled": True,
            "IgnorePollAlarmFailure": False,
            "Alarms": [{"Name": ref(FAILS)}, {"Name": ref(FAULTS)}],
        },
        "AutoRollbackConfiguration": {
            "Enabled": True,
            "Events": [f"DEPLOYMENT_{each}" for each in stops],
        },
        "ServiceRoleArn": get(_ROLE),
    }


def shifting(options: Options) -> Json:
    """The version and the alias of the callback, and what moves the one to the other."""
    version = {"FunctionName": ref(FUNCTION)}
    alias = {
        "FunctionName": ref(FUNCTION),
        "Name": ALIAS,
        "FunctionVersion": get(VERSION, "Version"),
    }
    by_codedeploy = {"ApplicationName": ref(_APPLICATION), "DeploymentGroupName": ref(GROUP)}
    return {
        # An old version goes when the alias has left it: it is not retained.
        VERSION: resource("AWS::Lambda::Version", version, options),
        LIVE: resource(
            "AWS::Lambda::Alias", alias, options,
            UpdatePolicy={"CodeDeployLambdaAliasUpdate": by_codedeploy},
        ),
        _APPLICATION: resource(
            "AWS::CodeDeploy::Application", {"ComputePlatform": "Lambda"}, options
        ),
        GROUP: resource("AWS::CodeDeploy::DeploymentGroup", _group(), options),
        **_role(options),
    }  # fmt: skip


def is_shifted(changes: Iterable[Change]) -> bool:
    """Whether these changes move the alias from one version to another, which takes ten minutes."""
    done = {(each.action, each.kind) for each in changes}
    is_new = ("Add", "AWS::Lambda::Alias") in done
    return ("Add", "AWS::Lambda::Version") in done and not is_new


def published(template: Json, archive: bytes) -> Json:
    """The template with the version of this code and with alarms of its own.

    CloudFormation makes a version where it sees a resource of a new name: the name has a hash of
    code and configuration, all that Lambda publishes. The hash of the code is held against what was
    uploaded.
    """
    resources: Json = json.loads(json.dumps(template["Resources"]))
    code = hashlib.sha256(archive).digest()
    # Tags are of the function, not of a version: they alone are nothing to publish.
    settings = {k: v for k, v in resources[FUNCTION]["Properties"].items() if k != "Tags"}
    whole = json.dumps([settings, code.hex()], sort_keys=True)
    mark = hashlib.sha256(whole.encode()).hexdigest()[:_MARK_CHARACTERS]
    resources[VERSION]["Properties"]["CodeSha256"] = b64encode(code).decode()
    names = {name: name + mark for name in (VERSION, FAILS, FAULTS)}
    return {**template, "Resources": renamed(resources, names)}


def is_of_code(template: Json, archive: bytes) -> bool:
    """Whether a template is the one of this code. An update with another one would not fail: the
    version has the same name as before, so that CloudFormation leaves it as it is."""
    code = b64encode(hashlib.sha256(archive).digest()).decode()
    return all(
        each["Properties"].get("CodeSha256") == code
        for each in template["Resources"].values()
        if each["Type"] == "AWS::Lambda::Version"
    )
