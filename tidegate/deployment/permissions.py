"""What each function may do: the calls in its code, on the resources of the file."""

import json
import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from tidegate.deployment.options import DEFAULTS, Options
from tidegate.scaling.autoscaling_api.dimensions import dimensions, is_theirs
from tidegate.scaling.config.specification import PipelineSpec
from tidegate.scaling.kinds.registry import TYPES
from tidegate.scaling.model.permission import Arn, Permission
from tidegate.scaling.model.resource_type import ResourceType
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


def _arns(names: Iterable[str], service: str, kind: str) -> list[dict[str, str]]:
    """Of what is in the stack's own account and region. That no name has a wildcard or a reference
    in it is held where the file is read (``tidegate.scaling.config.names``)."""
    prefix = f"arn:${{AWS::Partition}}:{service}:${{AWS::Region}}:${{AWS::AccountId}}:{kind}"
    return [{"Fn::Sub": f"{prefix}{name}"} for name in dict.fromkeys(names)]


def _statement(actions: Iterable[str], resources: list[Any]) -> dict[str, Any]:
    return {"Effect": "Allow", "Action": sorted(actions), "Resource": resources}


def policy(
    specs: Iterable[PipelineSpec],
    options: Options = DEFAULTS,
    *,
    sweeps: bool,
    types: Sequence[ResourceType] = TYPES,
) -> dict[str, Any]:
    """What one function may do, on the resources that the file names and no others: the sweep, or
    the callback, which needs less."""
    pipelines = list(specs)
    needed = (
        permission
        for resource_type in reversed(types)
        for permission in resource_type.operations.permissions(pipelines, sweeps=sweeps)
    )
    statements = [
        *map(_of_resources, needed),
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
        statements += _resuming(pipelines)
        statements.append(_statement(("cloudwatch:GetMetricData",), ["*"]))
        statements.append(
            _statement(("sqs:SendMessage",), [{"Fn::GetAtt": ["DeadLetters", "Arn"]}])
        )
    statements += _optional(options)
    return {"Version": "2012-10-17", "Statement": statements}


def _of_resources(permission: Permission) -> dict[str, Any]:
    statement = _statement(permission.actions, _each(permission.arns) or ["*"])
    if permission.only_for:
        owners = {permission.only_for_key: _each(permission.only_for)}
        statement["Condition"] = {"ArnLike": owners}
    return statement


def _each(arns: Iterable[Arn]) -> list[dict[str, str]]:
    return [arn for each in dict.fromkeys(arns) for arn in _arns((each.path,), each.service, "")]


def _resuming(specs: list[PipelineSpec]) -> Iterator[dict[str, Any]]:
    """Scalable targets that were suspended for a pause are resumed after its end."""
    if not any(is_theirs(each) for each in dimensions(specs)):
        return
    yield _statement(("application-autoscaling:DescribeScalableTargets",), ["*"])
    targets = _arns(("*",), "application-autoscaling", "scalable-target/")
    statement = _statement(("application-autoscaling:RegisterScalableTarget",), targets)
    namespace = {"application-autoscaling:service-namespace": "custom-resource"}
    yield {**statement, "Condition": {"StringEquals": namespace}}


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
