"""The template beside what Chalice writes: ledger, roles, dead letters, topic and alarms."""

from typing import Any

from tidegate.deployment.gateway import gateway
from tidegate.deployment.options import DEFAULTS, Options
from tidegate.deployment.permissions import policy
from tidegate.scaling.config.specification import PipelineFile

__all__ = ["extras"]


def _role(document: dict[str, Any]) -> dict[str, Any]:
    trusted = {
        "Effect": "Allow",
        "Principal": {"Service": "lambda.amazonaws.com"},
        "Action": "sts:AssumeRole",
    }
    return {
        "Type": "AWS::IAM::Role",
        "Properties": {
            "AssumeRolePolicyDocument": {"Version": "2012-10-17", "Statement": [trusted]},
            "Policies": [{"PolicyName": "tidegate", "PolicyDocument": document}],
        },
    }


def _alarm(description: str, metric: str, of: dict[str, Any]) -> dict[str, Any]:
    """An alarm on at least one in five minutes."""
    return {
        "Type": "AWS::CloudWatch::Alarm",
        "Properties": {
            "AlarmDescription": description,
            "MetricName": metric,
            "Statistic": "Sum",
            "Period": 300,
            "EvaluationPeriods": 1,
            "Threshold": 1,
            "ComparisonOperator": "GreaterThanOrEqualToThreshold",
            "TreatMissingData": "notBreaching",
            "AlarmActions": [{"Ref": "Alerts"}],
            **of,
        },
    }


def _alarms() -> dict[str, Any]:
    """Alarms on Tidegate itself: it doesn't sweep, or not every pipeline, it fails, it gave an
    event up, it was given a bad configuration."""
    sweep = {
        "Namespace": "AWS/Lambda",
        "Dimensions": [{"Name": "FunctionName", "Value": {"Ref": "SweepEachMinute"}}],
    }
    own = {"Namespace": "Tidegate", "Dimensions": [{"Name": "service", "Value": "sweep"}]}
    queue = {"Name": "QueueName", "Value": {"Fn::GetAtt": ["DeadLetters", "QueueName"]}}
    letters = {"Namespace": "AWS/SQS", "Dimensions": [queue]}
    silence = {"ComparisonOperator": "LessThanThreshold", "TreatMissingData": "breaching"}
    visible = "ApproximateNumberOfMessagesVisible"
    late = {"Statistic": "Maximum", "Threshold": 300}
    return {
        "NoSweep": _alarm("No sweep for five minutes", "Invocations", {**sweep, **silence}),
        "PipelineNotSwept": _alarm(
            "A pipeline was not swept for five minutes", "OldestSweepAge", {**own, **late}
        ),
        "SweepFails": _alarm("A sweep failed", "Errors", sweep),
        "LettersAreDead": _alarm("A sweep's event was given up", visible, letters),
        "BadConfiguration": _alarm(
            "A new configuration is not taken; the last good one is in force",
            "BadConfiguration",
            own,
        ),
    }


def _ledger() -> dict[str, Any]:
    keys = {"pk": "HASH", "sk": "RANGE"}
    return {
        "Type": "AWS::DynamoDB::Table",
        "Properties": {
            "BillingMode": "PAY_PER_REQUEST",
            "KeySchema": [{"AttributeName": n, "KeyType": kind} for n, kind in keys.items()],
            "AttributeDefinitions": [{"AttributeName": n, "AttributeType": "S"} for n in keys],
            "SSESpecification": {"SSEEnabled": True},
            "PointInTimeRecoverySpecification": {"PointInTimeRecoveryEnabled": True},
            "TimeToLiveSpecification": {"AttributeName": "expires_at", "Enabled": True},
        },
    }


def _alerts() -> dict[str, Any]:
    """The topic of the alarms, encrypted with a key of its own: CloudWatch may not use AWS's key of
    SNS (AWS re:Post, alarms for an encrypted topic)."""
    account = {"Fn::Sub": "arn:${AWS::Partition}:iam::${AWS::AccountId}:root"}
    told = {"Service": "cloudwatch.amazonaws.com"}
    statements = [
        {"Principal": {"AWS": account}, "Action": "kms:*"},
        {"Principal": told, "Action": ["kms:Decrypt", "kms:GenerateDataKey*"]},
    ]
    allowed = [{"Effect": "Allow", "Resource": "*", **each} for each in statements]
    key = {
        "Description": "Encrypts what Tidegate's own alarms tell",
        "EnableKeyRotation": True,
        "PendingWindowInDays": 7,
        "KeyPolicy": {"Version": "2012-10-17", "Statement": allowed},
    }
    topic = {"KmsMasterKeyId": {"Ref": "AlertsKey"}}
    return {
        "AlertsKey": {"Type": "AWS::KMS::Key", "Properties": key},
        "Alerts": {"Type": "AWS::SNS::Topic", "Properties": topic},
    }


def _functions(options: Options) -> dict[str, Any]:
    environment = {
        "Variables": {
            "TIDEGATE_LEDGER_TABLE": {"Ref": "Ledger"},
            "TIDEGATE_CONFIGURATION": options.configuration,
        }
    }
    both = {"Environment": environment, **({"Tracing": "Active"} if options.tracing else {})}
    letters = {"Type": "SQS", "TargetArn": {"Fn::GetAtt": ["DeadLetters", "Arn"]}}
    callback = {**both, "Role": {"Fn::GetAtt": ["CallbackRole", "Arn"]}}
    sweep = {
        **both,
        "Role": {"Fn::GetAtt": ["SweepRole", "Arn"]},
        "ReservedConcurrentExecutions": 1,
        "DeadLetterQueue": letters,
    }
    return {"APIHandler": {"Properties": callback}, "SweepEachMinute": {"Properties": sweep}}


def extras(file: PipelineFile, options: Options = DEFAULTS) -> dict[str, Any]:
    """What is merged over Chalice's template."""
    before = gateway(options)
    queue = {"SqsManagedSseEnabled": True, "MessageRetentionPeriod": 1209600}
    return {
        "Parameters": before["Parameters"],
        "Resources": {
            **before["Resources"],
            "Ledger": _ledger(),
            "DeadLetters": {"Type": "AWS::SQS::Queue", "Properties": queue},
            **_alerts(),
            "CallbackRole": _role(policy(file.pipelines, options, sweeps=False)),
            "SweepRole": _role(policy(file.pipelines, options, sweeps=True)),
            **_functions(options),
            **_alarms(),
        },
        "Outputs": {"AlertsTopicArn": {"Value": {"Ref": "Alerts"}}},
    }
