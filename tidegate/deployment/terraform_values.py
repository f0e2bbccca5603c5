"""Values of a CloudFormation template as Terraform has them."""

import json
import re
from collections.abc import Mapping
from typing import Any

from tidegate.deployment.resource import Json

__all__ = ["VERSION", "References", "snake", "stack_name"]

VERSION = "AWS::Lambda::Version"
"""What Terraform has within the function: it publishes one with each change."""

PSEUDO = {
    "AWS::Partition": "${data.aws_partition.current.partition}",
    # The id of a region is its name, by version 5 of the provider and by version 6.
    "AWS::Region": "${data.aws_region.current.id}",
    "AWS::AccountId": "${data.aws_caller_identity.current.account_id}",
    "AWS::StackName": "tidegate-${var.stage}",
}
VARIABLES = {"OperatorRoleArns": "operator_role_arns"}
NAMED_BY = {
    "AWS::ApiGateway::Deployment": "id",
    "AWS::ApiGateway::RestApi": "id",
    "AWS::ApiGateway::Stage": "stage_name",
    "AWS::CloudWatch::Alarm": "alarm_name",
    "AWS::CodeDeploy::Application": "name",
    "AWS::CodeDeploy::DeploymentGroup": "deployment_group_name",
    "AWS::DynamoDB::Table": "name",
    "AWS::IAM::ManagedPolicy": "arn",
    "AWS::KMS::Key": "key_id",
    "AWS::Lambda::Alias": "arn",
    "AWS::Lambda::Function": "function_name",
    "AWS::Logs::LogGroup": "name",
    "AWS::SNS::Topic": "arn",
}
"""What Ref gives of a resource (CloudFormation template reference), as Terraform calls it."""

_ATTRIBUTES = {"Arn": "arn", "QueueName": "name", "Version": "version"}
_INSIDE = re.compile(r"\$\{([A-Za-z0-9:.]+)\}")


class References:
    """References between the resources of one template. ``kinds`` are what Terraform calls each
    type of them."""

    def __init__(self, resources: Mapping[str, Json], kinds: Mapping[str, str]) -> None:
        self._types = {name: str(each["Type"]) for name, each in resources.items()}
        self._kinds = kinds
        self._part_of = {
            name: str(each["Properties"]["FunctionName"]["Ref"])
            for name, each in resources.items()
            if each["Type"] == VERSION
        }

    def translated(self, value: Any) -> Any:
        """CloudFormation's references as Terraform's."""
        match value:
            case {"Ref": name}:
                return self._ref(name)
            case {"Fn::GetAtt": [name, attribute]}:
                return self._attribute(name, _ATTRIBUTES[attribute])
            case {"Fn::Sub": text}:
                return _INSIDE.sub(self._inside, text)
            case dict():
                return {key: self.translated(each) for key, each in value.items()}
            case list():
                return [self.translated(each) for each in value]
        return value

    def is_alias(self, name: str) -> bool:
        """Whether that resource is an alias of a function."""
        return self._types[name] == "AWS::Lambda::Alias"

    def as_text(self, document: Any) -> str:
        """A document that Terraform takes as JSON, with references in it."""
        text = json.dumps(self.translated(document))
        # Inside a text a list has to be written out.
        for name in VARIABLES.values():
            text = text.replace(f'"${{var.{name}}}"', f"${{jsonencode(var.{name})}}")
        return text

    def _ref(self, name: str) -> str:
        if name in PSEUDO:
            return PSEUDO[name]
        if name in VARIABLES:
            return f"${{var.{VARIABLES[name]}}}"
        return self._attribute(name, NAMED_BY[self._types[name]])

    def _attribute(self, name: str, attribute: str) -> str:
        name = self._part_of.get(name, name)
        return f"${{{self._kinds[self._types[name]]}.{snake(name)}.{attribute}}}"

    def _inside(self, found: re.Match[str]) -> str:
        name, _, attribute = found[1].partition(".")
        return self._attribute(name, _ATTRIBUTES[attribute]) if attribute else self._ref(name)


def snake(name: str) -> str:
    """``TableName`` as ``table_name``, ``RestAPIv1Stage`` as ``rest_api_v1_stage``."""
    name = name.replace("APIv1", "ApiV1_").replace("API", "Api")
    return re.sub(r"(?<!^)(?<!_)(?=[A-Z])", "_", name).lower()


def stack_name(ending: str) -> str:
    """What CloudFormation makes of the stack's name, so that two stages live side by side."""
    return f"tidegate-${{var.stage}}-{ending}"
