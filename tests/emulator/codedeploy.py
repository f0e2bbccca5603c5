"""CodeDeploy for MiniStack, which has none: as much as a deployment of a function's alias needs.

It runs with the Python of MiniStack's own environment: nothing of Tidegate is imported. Calls are made
under the group's role, so that a deployment fails where its policy allows too little. A minute of
CodeDeploy's is a second here, and an alarm is whatever a test sets it to: MiniStack has no metrics
of functions.
"""

import hashlib
import json
import os
import random
import re
import time
from typing import Any

import boto3
from ministack import app
from ministack.core import iam_actions, router
from ministack.services import lambda_svc, sts
from ministack.services.cloudformation import _stacks, engine, provisioners, stacks
from ministack.services.cloudformation.engine import _parse_template

SECONDS_A_STEP = 1
LINEAR = "CodeDeployDefault.LambdaLinear10PercentEvery1Minute"
ALIAS = "AWS::Lambda::Alias"

applications: set[str] = set()
groups: dict[str, dict[str, Any]] = {}


def application(logical_id: str, properties: dict[str, Any], stack: str) -> Any:
    assert properties["ComputePlatform"] == "Lambda"
    name = f"{stack}-{logical_id}"
    applications.add(name)
    return name, {}


def group(logical_id: str, properties: dict[str, Any], stack: str) -> Any:
    assert properties["ApplicationName"] in applications
    # What is asked for of each: else this is no stand-in for it.
    assert properties["DeploymentConfigName"] == LINEAR
    assert properties["DeploymentStyle"]["DeploymentOption"] == "WITH_TRAFFIC_CONTROL"
    name = f"{stack}-{logical_id}"
    groups[name] = properties
    return name, {}


def group_again(name: str, _: Any, new: dict[str, Any], __: str) -> Any:
    groups[name] = new
    return name, {}


def unchanged(name: str, *_: Any) -> Any:
    return name, {}


def forget_application(name: str, _: Any) -> None:
    applications.discard(name)


def forget_group(name: str, _: Any) -> None:
    groups.pop(name, None)


def clients(role: str, region: str) -> tuple[Any, Any]:
    """Lambda and CloudWatch, asked under a role, as MiniStack's Lambda does for its functions."""
    key = "ASIA" + hashlib.sha256(role.encode()).hexdigest()[:16].upper()
    session = {
        "Arn": role.replace(":iam:", ":sts:").replace(":role/", ":assumed-role/") + "/codedeploy",
        "UserId": "codedeploy",
        "SecretAccessKey": "secret",
        "SessionToken": "token",
    }
    sts.register_session(key, session)
    under = boto3.Session(key, "secret", "token", region)
    place = f"http://127.0.0.1:{os.environ['GATEWAY_PORT']}"
    return (
        under.client("lambda", endpoint_url=place),
        under.client("cloudwatch", endpoint_url=place),
    )


def shift(name: str, alias: dict[str, str], version: str, region: str) -> None:
    """From the version that the alias has to another, or back to it: then ValueError."""
    wanted = groups[name]
    functions, cloudwatch = clients(wanted["ServiceRoleArn"], region)
    place = {"FunctionName": alias["FunctionName"], "Name": alias["Name"]}
    before = functions.get_alias(**place)["FunctionVersion"]
    alarms = [each["Name"] for each in wanted["AlarmConfiguration"]["Alarms"]]
    for tenths in range(1, 11):
        weights = {} if tenths == 10 else {version: tenths / 10}
        functions.update_alias(
            **place,
            FunctionVersion=before if weights else version,
            RoutingConfig={"AdditionalVersionWeights": weights},
        )
        time.sleep(SECONDS_A_STEP if weights else 0)
        found = cloudwatch.describe_alarms(AlarmNames=alarms)["MetricAlarms"]
        if any(each["StateValue"] == "ALARM" for each in found):
            functions.update_alias(
                **place, FunctionVersion=before, RoutingConfig={"AdditionalVersionWeights": {}}
            )
            raise ValueError("One or more alarms have been activated according to the settings")


alias_handler = provisioners._RESOURCE_HANDLERS[ALIAS]
update = alias_handler["update"]


def update_alias(
    physical_id: str, old: Any, new: dict[str, Any], stack: str, logical_id: str | None = None
) -> Any:
    """CloudFormation has CodeDeploy move an alias whose version changes (UpdatePolicy attribute,
    template reference); MiniStack sets it at once."""
    running = _stacks[stack]
    resource = _parse_template(running["_template_body"])["Resources"].get(logical_id, {})
    policy = resource.get("UpdatePolicy", {}).get("CodeDeployLambdaAliasUpdate")
    if policy is None or old["FunctionVersion"] == new["FunctionVersion"]:
        return update(physical_id, old, new, stack, logical_id)
    name = running["_resources"][policy["DeploymentGroupName"]["Ref"]]["PhysicalResourceId"]
    # The alias's ARN has the stack's own region; MiniStack's process has one for all.
    shift(name, new, new["FunctionVersion"], physical_id.split(":")[3])
    return physical_id, {"AliasArn": physical_id}


on_worker = stacks._runs_on_worker_thread


def runs_on_worker_thread(resource_type: str) -> bool:
    return resource_type == ALIAS or on_worker(resource_type)


depends = engine._extract_deps


def depends_on(resource: dict[str, Any], names: set[str]) -> set[str]:
    """A resource waits for what its UpdatePolicy refers to, too (cfn-lint: W3005 says so of a
    DependsOn); MiniStack looks at its properties alone."""
    referred = {name for name, _ in engine._intrinsic_references(resource.get("UpdatePolicy", {}))}
    return depends(resource, names) | referred & names


effective = lambda_svc._effective_func_record_for_qualifier


def effective_record(function: Any, qualifier: str | None) -> Any:
    """An alias sends as many requests to its second version as its weight says; MiniStack keeps the
    weight and sends none."""
    alias = (function or {}).get("aliases", {}).get(qualifier, {})
    for version, weight in (
        alias.get("RoutingConfig", {}).get("AdditionalVersionWeights", {}).items()
    ):
        if random.random() < float(weight):
            return effective(function, version)
    return effective(function, qualifier)


async def answer(*_: Any) -> Any:
    """The one call that a test makes itself: ListApplications."""
    told = json.dumps({"applications": sorted(applications)}).encode()
    return 200, {"Content-Type": "application/x-amz-json-1.1"}, told


action_of = iam_actions._lambda_action
OF_CONCURRENCY = {"GET": "GetFunctionConcurrency", "DELETE": "DeleteFunctionConcurrency"}
OF_ALIAS = {"GET": "GetAlias", "PUT": "UpdateAlias", "DELETE": "DeleteAlias"}


def action(method: str, path: str) -> str | None:
    """What is asked of one alias is no ListAliases, and to read a reservation is not to put one
    (service authorization reference); for MiniStack they are."""
    if re.search(r"/functions/[^/]+/aliases/[^/]+$", path):
        return OF_ALIAS.get(method)
    reserved = path.endswith("/concurrency") and OF_CONCURRENCY.get(method)
    return reserved or action_of(method, path)


resource_of = iam_actions.extract_resource_arn


def resource(service: str, *asked: Any) -> str:
    """DescribeAlarms is allowed by alarm (service authorization reference); for MiniStack it is asked
    of everything."""
    *call, region, account = asked
    if iam_actions.extract_iam_action(service, *call) == "cloudwatch:DescribeAlarms":
        return f"arn:aws:cloudwatch:{region}:{account}:alarm:*"
    return resource_of(service, *asked)


reset = app._reset_all_state


def reset_all() -> None:
    applications.clear()
    groups.clear()
    reset()


def install() -> None:
    """Add it to MiniStack."""
    provisioners._RESOURCE_HANDLERS["AWS::CodeDeploy::Application"] = {
        "create": application,
        "update": unchanged,
        "delete": forget_application,
    }
    provisioners._RESOURCE_HANDLERS["AWS::CodeDeploy::DeploymentGroup"] = {
        "create": group,
        "update": group_again,
        "delete": forget_group,
    }
    provisioners._RESOURCE_HANDLERS[ALIAS] = {**alias_handler, "update": update_alias}
    stacks._runs_on_worker_thread = runs_on_worker_thread
    stacks._extract_deps = engine._extract_deps = depends_on
    lambda_svc._effective_func_record_for_qualifier = effective_record
    router.SERVICE_PATTERNS["codedeploy"] = {"target_prefixes": ["CodeDeploy_20141006"]}
    app.SERVICE_HANDLERS["codedeploy"] = answer
    app._reset_all_state = reset_all
    iam_actions._lambda_action = action
    iam_actions.extract_resource_arn = resource
