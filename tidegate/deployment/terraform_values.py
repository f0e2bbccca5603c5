"""Values of a CloudFormation template as Terraform has them."""

import re
from typing import Any

__all__ = ["snake", "translated"]

_PSEUDO = {
    "AWS::Partition": "${data.aws_partition.chalice.partition}",
    "AWS::Region": "${data.aws_region.chalice.name}",
    "AWS::AccountId": "${data.aws_caller_identity.chalice.account_id}",
}
_REFERENCES = {
    "Ledger": ("aws_dynamodb_table.ledger", "name"),
    "DeadLetters": ("aws_sqs_queue.dead_letters", "url"),
    "Alerts": ("aws_sns_topic.alerts", "arn"),
    "AlertsKey": ("aws_kms_key.alerts", "key_id"),
    "CallbackRole": ("aws_iam_role.callback", "name"),
    "SweepRole": ("aws_iam_role.sweep", "name"),
    "APIHandler": ("aws_lambda_function.api_handler", "function_name"),
    "SweepEachMinute": ("aws_lambda_function.sweep_each_minute", "function_name"),
    "AccessLog": ("aws_cloudwatch_log_group.access", "name"),
    "OperatorRoleArns": ("var", "operator_role_arns"),
}
_ATTRIBUTES = {"Arn": "arn", "QueueName": "name"}


def translated(value: Any) -> Any:
    """CloudFormation's references as Terraform's."""
    match value:
        case {"Ref": name}:
            place, attribute = _REFERENCES[name]
            return f"${{{place}.{attribute}}}"
        case {"Fn::GetAtt": [name, attribute]}:
            return f"${{{_REFERENCES[name][0]}.{_ATTRIBUTES[attribute]}}}"
        case {"Fn::Sub": text}:
            return re.sub(r"\$\{([A-Za-z:]+)\}", _substituted, text)
        case dict():
            return {key: translated(each) for key, each in value.items()}
        case list():
            return [translated(each) for each in value]
    return value


def _substituted(found: re.Match[str]) -> str:
    name = found[1]
    return _PSEUDO.get(name) or str(translated({"Ref": name}))


def snake(name: str) -> str:
    """``TableName`` as ``table_name``."""
    return re.sub(r"(?<!^)(?=[A-Z])", "_", name).lower()
