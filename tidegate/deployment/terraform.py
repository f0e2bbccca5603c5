"""The same deployment as a Terraform module.

It is translated from the CloudFormation template, resource by resource, so that there is one source
of both.
"""

import re
from collections.abc import Iterator
from itertools import count
from typing import Any

from tidegate.deployment.names import ROLE, STAGE
from tidegate.deployment.options import DEFAULTS, Options
from tidegate.deployment.resource import Json, ref
from tidegate.deployment.template import template_for
from tidegate.deployment.terraform_resources import KINDS, TRANSLATED
from tidegate.deployment.terraform_shifting import traffic_shift
from tidegate.deployment.terraform_values import VERSION, References, snake
from tidegate.scaling.config.grammar import Grammar
from tidegate.scaling.config.specification import PipelineFile

__all__ = ["terraform"]

GATEWAY_ROLE = "${var.set_gateway_log_role ? 1 : 0}"


def _checked(grammar: Grammar, condition: str, **variable: str) -> Json:
    words = f"This is not {grammar.kind}: {grammar.allowed.format(count=_lengths(grammar))}."
    return {**variable, "validation": {"condition": f"${{{condition}}}", "error_message": words}}


def _lengths(grammar: Grammar) -> str:
    least, most = grammar.lengths
    return f"{least} to {most:,}"


def _variables() -> Json:
    # In a pattern of Terraform a backslash would be one of the text; these have none.
    is_role = f'can(regex("^{ROLE.pattern}$", arn))'
    is_stage = f'can(regex("^{STAGE.pattern}$", var.stage)) && length(var.stage) <= 20'
    return {
        "stage": _checked(STAGE, is_stage, type="string", description="Such as prod"),
        "operator_role_arns": _checked(
            ROLE,
            f"length(var.operator_role_arns) > 0 && alltrue([for arn in var.operator_role_arns : "
            f"{is_role}])",
            type="list(string)",
            description="The roles of the people who may call the endpoint by hand",
        ),
        "set_gateway_log_role": {
            "type": "bool",
            "default": False,
            "description": (
                "Set API Gateway's role for logs, one for all APIs of the account and region. "
                "For where none is set; then in each later apply of this stage too, since "
                "Terraform refuses to take the role away again"
            ),
        },
        "reserve_sweep_concurrency": {
            "type": "bool",
            "default": True,
            "description": (
                "Reserve one concurrent execution for the sweep. Lambda refuses it where fewer "
                "than 101 of the account's are unreserved, as in a new account"
            ),
        },
    }


TAGGED_OTHERWISE = {"AWS::CloudWatch::Dashboard": False, "AWS::IAM::ManagedPolicy": True}
"""What one of the two can tag and the other can't: whether it is Terraform that can, at the lowest
version of the provider."""


def _tags(resources: Json, references: References) -> Json:
    """Those that all resources have."""
    return {
        each["Key"]: references.translated(each["Value"])
        for each in resources["Ledger"]["Properties"]["Tags"]
    }


def _resource(name: str, declared: Json, references: References, tags: Json) -> Json:
    properties = declared["Properties"]
    told = TRANSLATED[declared["Type"]](name, properties, references)
    if TAGGED_OTHERWISE.get(declared["Type"], "Tags" in properties):
        told["tags"] = tags
    if "DeletionPolicy" in declared:
        # Terraform keeps nothing by itself: it refuses, until the state forgets the resource.
        told["lifecycle"] = {"prevent_destroy": True}
    if "Condition" in declared:
        told["count"] = GATEWAY_ROLE
    return told


def _beside(name: str, declared: Json, references: References) -> Iterator[tuple[str, str, Json]]:
    """What is part of a resource in CloudFormation, and one of its own here."""
    properties = declared["Properties"]
    match declared["Type"]:
        case "AWS::ApiGateway::Stage":
            (settings,) = properties["MethodSettings"]
            yield "aws_api_gateway_method_settings", snake(name), _settings(settings, references)
        case "AWS::Events::Rule":
            (target,) = properties["Targets"]
            told = {
                "rule": f"${{aws_cloudwatch_event_rule.{snake(name)}.name}}",
                "target_id": target["Id"],
                "arn": references.translated(target["Arn"]),
            }
            yield "aws_cloudwatch_event_target", snake(name), told
        case "AWS::IAM::Role":
            number = count(1)
            for policy in properties["ManagedPolicyArns"]:
                attached = _attached(name, declared, references.translated(policy))
                kind = "aws_iam_role_policy_attachment"
                yield kind, f"{snake(name)}_{next(number)}", attached


def _attached(role: str, declared: Json, policy: Any) -> Json:
    place = f"aws_iam_role.{snake(role)}"
    told = {"role": f"${{{place}.name}}", "policy_arn": policy}
    if "Condition" in declared:
        told |= {"role": f"${{one({place}[*].name)}}", "count": GATEWAY_ROLE}
    if "DeletionPolicy" in declared:
        # A role that is kept without its policies could do nothing.
        told["lifecycle"] = {"prevent_destroy": True}
    return told


def _settings(settings: Json, references: References) -> Json:
    return {
        "rest_api_id": references.translated(ref("RestAPI")),
        "stage_name": "${aws_api_gateway_stage.rest_api_v1_stage.stage_name}",
        "method_path": "*/*",
        "settings": {
            "metrics_enabled": settings["MetricsEnabled"],
            "throttling_rate_limit": settings["ThrottlingRateLimit"],
            "throttling_burst_limit": settings["ThrottlingBurstLimit"],
        },
    }


def _order(resources: Json) -> None:
    """A function after the rights of its role, by which Lambda reaches its queue and its VPC, and
    API Gateway's account after those with which it tries the log. In CloudFormation they are in
    the role."""
    attachments = resources["aws_iam_role_policy_attachment"]
    after = {"aws_lambda_function": "role", "aws_api_gateway_account": "cloudwatch_role_arn"}
    for kind, key in after.items():
        for each in resources[kind].values():
            place = _role_in(each[key])
            each["depends_on"] = [
                f"aws_iam_role_policy_attachment.{name}"
                for name, attached in attachments.items()
                if _role_in(attached["role"]) == place
            ]


def _role_in(reference: str) -> str:
    """Which role a reference is to, whatever of it is meant."""
    found = re.search(r"aws_iam_role\.(\w+)", reference)
    return found[1] if found else ""


def terraform(file: PipelineFile, options: Options = DEFAULTS) -> Json:
    """The module: needs Terraform 1.3 and the AWS provider 5.32 or later, which is the first that
    has a function log to a group of another name."""
    declared = template_for(ref("OperatorRoleArns"), file, options)["Resources"]
    references = References(declared, KINDS)
    tags, resources = _tags(declared, references), dict[str, Any]()
    for name, each in declared.items():
        if each["Type"] == VERSION:
            continue
        kind = KINDS[each["Type"]]
        resources.setdefault(kind, {})[snake(name)] = _resource(name, each, references, tags)
        for other, beside, told in _beside(name, each, references):
            resources.setdefault(other, {})[beside] = told
    _order(resources)
    outputs = {
        "endpoint_url": "${aws_api_gateway_stage.rest_api_v1_stage.invoke_url}",
        "alerts_topic_arn": "${aws_sns_topic.alerts.arn}",
        "ledger_table": "${aws_dynamodb_table.ledger.name}",
        "traffic_shift": traffic_shift(declared, references),
    }
    return {
        "terraform": {
            "required_version": ">= 1.3",
            "required_providers": {"aws": {"source": "hashicorp/aws", "version": ">= 5.32, < 7"}},
        },
        "variable": _variables(),
        "data": {
            kind: {"current": {}} for kind in ("aws_partition", "aws_region", "aws_caller_identity")
        },
        "resource": resources,
        "output": {name: {"value": value} for name, value in outputs.items()},
    }
