"""The template: a plain one, without a transform, that CloudFormation takes as it is."""

from collections.abc import Sequence
from typing import Any

from tidegate.deployment.functions import functions
from tidegate.deployment.gateway import admitting, gateway
from tidegate.deployment.options import DEFAULTS, Options
from tidegate.deployment.resource import Json, ref, sub
from tidegate.deployment.shifting import shifting
from tidegate.deployment.watching import watching
from tidegate.scaling.config.specification import PipelineFile

__all__ = ["GATEWAY_ROLE_CHOICES", "SWEEP_CHOICES", "template", "template_for"]

GATEWAY_ROLE_CHOICES = ("existing", "create")
"""Whether the account has the role with which API Gateway writes logs, or the stack sets one."""

SWEEP_CHOICES = ("reserved", "shared")
"""Whether the sweep has a concurrent execution of its own, or one of those that all share."""

PARAMETERS: Json = {
    "CodeBucket": {"Type": "String", "Description": "The bucket that deployment.zip is in"},
    "CodeKey": {"Type": "String", "Description": "The key of deployment.zip in that bucket"},
    "GatewayLogRole": {
        "Type": "String",
        "AllowedValues": list(GATEWAY_ROLE_CHOICES),
        "Default": GATEWAY_ROLE_CHOICES[0],
        "Description": (
            "API Gateway's role for logs, one for the whole account and region: the one that is "
            "set, or a new one, which stays when the stack goes"
        ),
    },
    "SweepConcurrency": {
        "Type": "String",
        "AllowedValues": list(SWEEP_CHOICES),
        "Default": SWEEP_CHOICES[0],
        "Description": (
            "One concurrent execution reserved for the sweep, or, where the account's quota leaves "
            "none to reserve, one of those that all functions share"
        ),
    },
}
OUTPUTS: Json = {
    "EndpointURL": {
        "Value": sub("https://${RestAPI}.execute-api.${AWS::Region}.${AWS::URLSuffix}/v1"),
        "Description": "What tidegate register takes as --api",
    },
    "AlertsTopicArn": {
        "Value": ref("Alerts"),
        "Description": "Where alarms on Tidegate itself are told",
    },
    "LedgerTable": {
        "Value": ref("Ledger"),
        "Description": "What --ledger dynamodb:TABLE reads; kept when the stack goes",
    },
}


def template_for(operators: Any, file: PipelineFile, options: Options = DEFAULTS) -> Json:
    """The template with what stands for the operators' ARNs, such as a reference of Terraform."""
    conditions = {
        "SetsGatewayAccount": {"Fn::Equals": [ref("GatewayLogRole"), "create"]},
        "ReservesConcurrency": {"Fn::Equals": [ref("SweepConcurrency"), "reserved"]},
    }
    return {
        "AWSTemplateFormatVersion": "2010-09-09",
        "Description": "Tidegate: sweeps, and the endpoint for Application Auto Scaling",
        "Parameters": PARAMETERS,
        "Conditions": conditions,
        "Resources": {
            **gateway(operators, options),
            **functions(file, options),
            **shifting(options),
            **watching(options),
        },
        "Outputs": OUTPUTS,
    }


def template(
    file: PipelineFile, options: Options = DEFAULTS, operators: Sequence[str] = ()
) -> Json:
    """The template that lets Application Auto Scaling in, and the operators."""
    return admitting(template_for((), file, options), operators)
