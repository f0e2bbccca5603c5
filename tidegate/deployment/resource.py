"""The parts of a template: a resource with its tags, and the references that it is made of.

Only ``Ref``, ``Fn::GetAtt`` and ``Fn::Sub`` of a text are used, and once ``Fn::If``, so that
``tidegate.deployment.terraform`` can translate each of them.
"""

from typing import Any

from tidegate.deployment.options import Options
from tidegate.scaling.aws.rest_api import STACK_TAG

__all__ = ["RETAINED", "Json", "arn", "get", "ref", "resource", "sub"]

Json = dict[str, Any]

RETAINED = {"DeletionPolicy": "Retain", "UpdateReplacePolicy": "Retain"}

_TAGGED = (
    "AWS::ApiGateway::RestApi",
    "AWS::ApiGateway::Stage",
    "AWS::CloudWatch::Alarm",
    "AWS::DynamoDB::Table",
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
