"""What each function may do: the calls in its code, on the resources of the file."""

import json
import re
from collections.abc import Iterable, Iterator
from typing import Any

from tidegate.deployment.options import DEFAULTS, Options
from tidegate.scaling.config.specification import PipelineSpec
from tidegate.scaling.observability.dashboard import dashboard_name

__all__ = ["CHARACTERS_MAX", "characters", "policy"]

CHARACTERS_MAX = 10_240
"""Of all inline policies of a role together, white space not counted (IAM quotas)."""

REFERENCE_CHARACTERS = 14
"""The longest that a reference to a partition, a region or an account stands for."""

LEDGER_CALLS = (
    "BatchGetItem",
    "DeleteItem",
    "GetItem",
    "PutItem",
    "Query",
    "UpdateItem",
)

APPLICATION_CALLS = (
    "DescribeApplication",
    "DescribeApplicationOperation",
    "ListApplicationOperations",
    "UpdateApplication",
)


def _arns(names: Iterable[str], service: str, kind: str) -> list[dict[str, str]]:
    """Of what is in the stack's own account and region. That no name has a wildcard or a reference
    in it is held where the file is read (``tidegate.scaling.config.names``)."""
    prefix = f"arn:${{AWS::Partition}}:{service}:${{AWS::Region}}:${{AWS::AccountId}}:{kind}"
    return [{"Fn::Sub": f"{prefix}{name}"} for name in dict.fromkeys(names)]


def _and_versions(functions: list[dict[str, str]]) -> list[dict[str, str]]:
    """The functions, and their versions and aliases, which a mapping may name too."""
    qualified = [{"Fn::Sub": f"{each['Fn::Sub']}:*"} for each in functions]
    return functions + qualified


def _statement(actions: Iterable[str], resources: list[Any]) -> dict[str, Any]:
    return {"Effect": "Allow", "Action": sorted(actions), "Resource": resources}


def policy(
    specs: Iterable[PipelineSpec], options: Options = DEFAULTS, *, sweeps: bool
) -> dict[str, Any]:
    """What one function may do, on the resources that the file names and no others. Only the
    sweep samples keys and sets the retention; of metrics the callback reads no others than those
    of applications."""
    pipelines = list(specs)
    statements = [
        *_sources(pipelines, sweeps=sweeps),
        *_readers(pipelines),
        _statement(
            (f"dynamodb:{each}" for each in LEDGER_CALLS), [{"Fn::GetAtt": ["Ledger", "Arn"]}]
        ),
        _statement(
            ("logs:CreateLogStream", "logs:PutLogEvents"),
            _arns(("*",), "logs", "log-group:/aws/lambda/"),
        ),
    ]
    if sweeps:
        statements += _telling(pipelines)
        statements.append(_statement(("cloudwatch:GetMetricData",), ["*"]))
        statements.append(
            _statement(("sqs:SendMessage",), [{"Fn::GetAtt": ["DeadLetters", "Arn"]}])
        )
    statements += _optional(options)
    return {"Version": "2012-10-17", "Statement": statements}


def _sources(pipelines: list[PipelineSpec], *, sweeps: bool) -> Iterator[dict[str, Any]]:
    streams = _arns((each.stream for each in pipelines if each.stream), "kinesis", "stream/")
    if not streams:
        return
    retention = ("IncreaseStreamRetentionPeriod", "DecreaseStreamRetentionPeriod")
    own = ("GetShardIterator", "GetRecords", *retention) if sweeps else ()
    both = ("DescribeStreamSummary", "ListShards", "SplitShard", "MergeShards")
    yield _statement((f"kinesis:{each}" for each in (*both, *own)), streams)
    # It knows no narrower resource (service authorization reference), nor do others at "*" below.
    yield _statement(("kinesis:UpdateShardCount",), ["*"])


def _readers(pipelines: list[PipelineSpec]) -> Iterator[dict[str, Any]]:
    functions = [each.function for pipeline in pipelines for each in pipeline.consumers]
    if functions:
        described = ("lambda:GetFunctionConfiguration", "lambda:GetFunctionConcurrency")
        arns = _arns(functions, "lambda", "function:")
        yield _statement(described, arns)
        yield _statement(("lambda:GetAccountSettings", "lambda:ListEventSourceMappings"), ["*"])
        mappings = _arns(("*",), "lambda", "event-source-mapping:")
        # A mapping has no name before it is looked up; its function has.
        yield {
            **_statement(("lambda:UpdateEventSourceMapping",), mappings),
            "Condition": {"ArnLike": {"lambda:FunctionArn": _and_versions(arns)}},
        }
    applications = [each.application for pipeline in pipelines for each in pipeline.applications]
    if applications:
        arns = _arns(applications, "kinesisanalytics", "application/")
        yield _statement((f"kinesisanalytics:{each}" for each in APPLICATION_CALLS), arns)
        yield _statement(("cloudwatch:GetMetricData", "cloudwatch:ListMetrics"), ["*"])
    named = [
        table.name
        for pipeline in pipelines
        for reader in pipeline.readers
        for table in reader.table_specs
    ]
    if named:
        tables = _arns(named, "dynamodb", "table/")
        yield _statement(("dynamodb:DescribeTable", "dynamodb:UpdateTable"), tables)
        # Whether DynamoDB's own auto scaling sets them too.
        yield _statement(("application-autoscaling:DescribeScalableTargets",), ["*"])


def _telling(specs: list[PipelineSpec]) -> Iterator[dict[str, Any]]:
    """Only what the notices and dashboards in the file ask for."""
    topics = dict.fromkeys(each.notices.sns_topic_arn for each in specs)
    named = [topic for topic in topics if topic is not None]
    if named:
        yield _statement(("sns:Publish",), named)
    buses = [each.notices.event_bus for each in specs if each.notices.event_bus is not None]
    if buses:
        elsewhere = [bus for bus in dict.fromkeys(buses) if bus.startswith("arn:")]
        own = _arns((bus for bus in buses if bus not in elsewhere), "events", "event-bus/")
        yield _statement(("events:PutEvents",), [*own, *elsewhere])
    if any(each.notices.ops_items for each in specs):
        # An OpsItem has no name before it is made.
        yield _statement(("ssm:CreateOpsItem", "ssm:UpdateOpsItem"), ["*"])
    boards = [dashboard_name(each.name) for each in specs if each.update_dashboard]
    if boards:
        prefix = "arn:${AWS::Partition}:cloudwatch::${AWS::AccountId}:dashboard/"
        yield _statement(
            ("cloudwatch:PutDashboard",), [{"Fn::Sub": f"{prefix}{name}"} for name in boards]
        )


def _optional(options: Options) -> Iterator[dict[str, Any]]:
    kind, _, name = options.configuration.partition(":")
    if kind == "ssm":
        yield _statement(("ssm:GetParameter",), _arns((name.lstrip("/"),), "ssm", "parameter/"))
    elif kind == "appconfig":
        # Their ARNs are made of ids that the names in the file don't tell.
        calls = ("StartConfigurationSession", "GetLatestConfiguration")
        everywhere = _arns(("*",), "appconfig", "application/")
        yield _statement((f"appconfig:{each}" for each in calls), everywhere)
    if options.tracing:
        yield _statement(("xray:PutTraceSegments", "xray:PutTelemetryRecords"), ["*"])


def characters(document: dict[str, Any]) -> int:
    """About how long IAM finds a policy whose references are replaced."""
    text = json.dumps(document, separators=(",", ":"))
    text = re.sub(r'\{"Fn::Sub":("[^"]+")\}', r"\1", text)
    return len(re.sub(r"\$\{[^}]+\}", "x" * REFERENCE_CHARACTERS, text))
