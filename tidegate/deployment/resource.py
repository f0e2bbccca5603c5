"""The parts of a template: a resource with its tags, and the references that it is made of.

Only ``Ref``, ``Fn::GetAtt`` and ``Fn::Sub`` of a text are used, and twice ``Fn::If``, so that
``tidegate.deployment.terraform`` can translate each of them.
"""

from collections.abc import Mapping
from typing import Any

from tidegate.deployment.options import Options
from tidegate.scaling.aws.rest_api import STACK_TAG

__all__ = ["KEPT", "RETAINED", "Json", "arn", "get", "ref", "renamed", "resource", "role", "sub"]

Json = dict[str, Any]

RETAINED = {"DeletionPolicy": "Retain", "UpdateReplacePolicy": "Retain"}
KEPT = {**RETAINED, "DeletionPolicy": "RetainExceptOnCreate"}
"""Retained, but not by a stack whose creation fails: nothing is in it then."""

_TAGGED = (
    "AWS::ApiGateway::RestApi",
    "AWS::ApiGateway::Stage",
    "AWS::CloudWatch::Alarm",
    "AWS::CloudWatch::Dashboard",
    "AWS::CodeDeploy::Application",
    "AWS::CodeDeploy::DeploymentGroup",
    "AWS::DynamoDB::Table",
    "AWS::Events::Rule",
    "AWS::IAM::Role",
    "AWS::KMS::Key",
    "AWS::Lambda::Function",
    "AWS::Logs::LogGroup",
    "AWS::SNS::Topic",
    "AWS::SQS::Queue",
)


def ref(name: str) -> Json:
    """What CloudFormation calls a resource by, or the value of a parameter."""
    return {"Ref": name}


def get(name: str, attribute: str = "Arn") -> Json:
    """An attribute of a resource."""
    return {"Fn::GetAtt": [name, attribute]}


def sub(text: str) -> Json:
    """A text with references in it."""
    return {"Fn::Sub": text}


def arn(service: str, path: str) -> Json:
    """The ARN of something of the stack's own account and region."""
    return sub(f"arn:${{AWS::Partition}}:{service}:${{AWS::Region}}:${{AWS::AccountId}}:{path}")


def resource(kind: str, properties: Json, options: Options, **beside: Any) -> Json:
    """A resource, tagged where it can be; ``beside`` are its DependsOn, Condition and so on."""
    if kind in _TAGGED:
        pairs = [(STACK_TAG, ref("AWS::StackName")), *options.tags]
        tags = [{"Key": key, "Value": value} for key, value in pairs]
        properties = {**properties, "Tags": tags}
    return {"Type": kind, **beside, "Properties": properties}


def role(name: str, service: str, documents: list[Json], options: Options) -> Json:
    """A role of a service of AWS, and its policies: managed ones, of which each has a length of its
    own."""
    trusted = {
        "Effect": "Allow",
        "Principal": {"Service": f"{service}.amazonaws.com"},
        "Action": "sts:AssumeRole",
    }
    policies = {
        f"{name}Policy{number}": resource(
            "AWS::IAM::ManagedPolicy",
            {"Description": f"What Tidegate's {name} may do", "PolicyDocument": document},
            options,
        )
        for number, document in enumerate(documents, start=1)
    }
    told: Json = {
        "AssumeRolePolicyDocument": {"Version": "2012-10-17", "Statement": [trusted]},
        "ManagedPolicyArns": [ref(policy) for policy in policies],
    }
    if options.boundary_arn is not None:
        told["PermissionsBoundary"] = options.boundary_arn
    return {name: resource("AWS::IAM::Role", told, options), **policies}


def renamed(value: Any, names: Mapping[str, str]) -> Any:
    """Resources, or what is in them, with other names and with the references to them. Names in a
    ``Fn::Sub`` are not looked for."""
    match value:
        case {"Ref": str(name)}:
            return ref(names.get(name, name))
        case {"Fn::GetAtt": [str(name), attribute]}:
            return get(names.get(name, name), attribute)
        case dict():
            return {names.get(key, key): renamed(each, names) for key, each in value.items()}
        case list():
            return [renamed(each, names) for each in value]
    return value
