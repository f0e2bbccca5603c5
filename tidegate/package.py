"""From a pipeline file to what CloudFormation deploys: ``python -m tidegate.package FILE OUT``.

The file is validated and compiled here, so that nothing that validates it has to be deployed.
"""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from scaling.compiled import compiled
from scaling.errors import ConfigurationError
from scaling.specification import PipelineFile, PipelineSpec
from tidegate.gateway import gateway
from tidegate.pipeline_file import load

__all__ = ["extras", "policy", "stage_app"]

APP = Path(__file__).parents[1] / "chalice_app"
ROOMS = ("rules", "scaling")
LEFT_OUT = shutil.ignore_patterns("__pycache__", "*.test.yaml", "ledger_sqlite.py")
NOT_DEPLOYED = shutil.ignore_patterns("__pycache__")
LEDGER_CALLS = (
    "DeleteItem",
    "GetItem",
    "PutItem",
    "Query",
    "UpdateItem",
)


def _arns(names: Iterable[str], service: str, kind: str) -> list[dict[str, str]]:
    prefix = f"arn:${{AWS::Partition}}:{service}:${{AWS::Region}}:${{AWS::AccountId}}:{kind}"
    return [{"Fn::Sub": f"{prefix}{name}"} for name in dict.fromkeys(names)]


def _statement(actions: Iterable[str], resources: list[Any]) -> dict[str, Any]:
    return {"Effect": "Allow", "Action": sorted(actions), "Resource": resources}


def policy(specs: Iterable[PipelineSpec], *, sweeps: bool) -> dict[str, Any]:
    """What one function may do, on the resources that the file names and no others. Only the
    sweep reads metrics, samples keys and sets the retention; only the callback merges shards."""
    pipelines = list(specs)
    consumers = [consumer for each in pipelines for consumer in each.consumers]
    streams = _arns((each.stream for each in pipelines), "kinesis", "stream/")
    functions = _arns((each.function for each in consumers), "lambda", "function:")
    named = [table.name for each in consumers for table in each.table_specs]
    tables = _arns(named, "dynamodb", "table/")
    retention = ("IncreaseStreamRetentionPeriod", "DecreaseStreamRetentionPeriod")
    own = ("GetShardIterator", "GetRecords", *retention) if sweeps else ("MergeShards",)
    both = ("DescribeStreamSummary", "ListShards", "UpdateShardCount", "SplitShard")
    statements = [
        _statement((f"kinesis:{each}" for each in (*both, *own)), streams),
        _statement(("lambda:GetFunctionConfiguration", "lambda:GetFunctionConcurrency"), functions),
        # These know no resource narrower than the account and region.
        _statement(("lambda:GetAccountSettings", "lambda:ListEventSourceMappings"), ["*"]),
        _statement(
            ("lambda:UpdateEventSourceMapping",),
            _arns(("*",), "lambda", "event-source-mapping:"),
        ),
        _statement(
            (f"dynamodb:{each}" for each in LEDGER_CALLS), [{"Fn::GetAtt": ["Ledger", "Arn"]}]
        ),
        _statement(
            ("logs:CreateLogStream", "logs:PutLogEvents"),
            _arns(("*",), "logs", "log-group:/aws/lambda/"),
        ),
    ]
    if tables:
        statements.append(_statement(("dynamodb:DescribeTable", "dynamodb:UpdateTable"), tables))
    if sweeps:
        statements.append(_statement(("cloudwatch:GetMetricData",), ["*"]))
        statements.append(
            _statement(("sqs:SendMessage",), [{"Fn::GetAtt": ["DeadLetters", "Arn"]}])
        )
    return {"Version": "2012-10-17", "Statement": statements}


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
    """Alarms on Tidegate itself: it doesn't sweep, it fails, it gave an event up."""
    sweep = {
        "Namespace": "AWS/Lambda",
        "Dimensions": [{"Name": "FunctionName", "Value": {"Ref": "SweepEachMinute"}}],
    }
    queue = {"Name": "QueueName", "Value": {"Fn::GetAtt": ["DeadLetters", "QueueName"]}}
    letters = {"Namespace": "AWS/SQS", "Dimensions": [queue]}
    silence = {"ComparisonOperator": "LessThanThreshold", "TreatMissingData": "breaching"}
    visible = "ApproximateNumberOfMessagesVisible"
    return {
        "NoSweep": _alarm("No sweep for five minutes", "Invocations", {**sweep, **silence}),
        "SweepFails": _alarm("A sweep failed", "Errors", sweep),
        "LettersAreDead": _alarm("A sweep's event was given up", visible, letters),
    }


def extras(file: PipelineFile) -> dict[str, Any]:
    """What the template needs beside what Chalice writes: the ledger, roles, dead letters, a topic
    and the alarms on Tidegate itself. Merged over Chalice's template."""
    keys = {"pk": "HASH", "sk": "RANGE"}
    ledger = {
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
    environment = {"Variables": {"TIDEGATE_LEDGER_TABLE": {"Ref": "Ledger"}}}
    letters = {"Type": "SQS", "TargetArn": {"Fn::GetAtt": ["DeadLetters", "Arn"]}}
    before = gateway()
    return {
        "Parameters": before["Parameters"],
        "Resources": {
            **before["Resources"],
            "Ledger": ledger,
            "DeadLetters": {
                "Type": "AWS::SQS::Queue",
                "Properties": {"SqsManagedSseEnabled": True, "MessageRetentionPeriod": 1209600},
            },
            "Alerts": {
                "Type": "AWS::SNS::Topic",
                "Properties": {"KmsMasterKeyId": "alias/aws/sns"},
            },
            "CallbackRole": _role(policy(file.pipelines, sweeps=False)),
            "SweepRole": _role(policy(file.pipelines, sweeps=True)),
            "APIHandler": {
                "Properties": {
                    "Environment": environment,
                    "Role": {"Fn::GetAtt": ["CallbackRole", "Arn"]},
                }
            },
            "SweepEachMinute": {
                "Properties": {
                    "Environment": environment,
                    "Role": {"Fn::GetAtt": ["SweepRole", "Arn"]},
                    "ReservedConcurrentExecutions": 1,
                    "DeadLetterQueue": letters,
                }
            },
            **_alarms(),
        },
    }


def stage_app(file: PipelineFile, folder: Path) -> None:
    """The app with the rooms it stands on and the compiled pipelines, in a folder of its own."""
    shutil.copytree(APP, folder, ignore=NOT_DEPLOYED)
    for room in ROOMS:
        source = APP.parent / room
        shutil.copytree(source, folder / "vendor" / room, ignore=LEFT_OUT)
    text = json.dumps(compiled(file))
    (folder / "chalicelib" / "pipelines.json").write_text(text, encoding="utf-8")
    (folder / "extras.json").write_text(json.dumps(extras(file)), encoding="utf-8")


def main(config: str, out: str) -> int:
    """Stage the app and let Chalice package it; 2 for a bad file."""
    try:
        file = load(config)
    except ConfigurationError as error:
        print(error, file=sys.stderr)
        return 2
    folder = Path(out)
    shutil.rmtree(folder, ignore_errors=True)
    stage_app(file, folder / "app")
    chalice = Path(sys.executable).with_name("chalice")
    command = [str(chalice), "package", "--stage", "dev"]
    merged = ["--merge-template", "extras.json", str((folder / "deploy").resolve())]
    # Chalice wants a region although nothing that it writes here names one, and imports the app,
    # whose bytecode would end up in the zip.
    environment = {"AWS_DEFAULT_REGION": "us-east-1", **os.environ, "PYTHONDONTWRITEBYTECODE": "1"}
    done = subprocess.run([*command, *merged], cwd=folder / "app", env=environment, check=False)
    return done.returncode


if __name__ == "__main__":
    raise SystemExit(main(*sys.argv[1:3]))
