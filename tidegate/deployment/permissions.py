"""What each function may do: the calls in its code, on the resources of the file."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from typing import Any

from tidegate.deployment.options import DEFAULTS, Options
from tidegate.deployment.resource import Json, arn, get, sub
from tidegate.scaling.autoscaling_api.dimensions import dimensions, is_theirs
from tidegate.scaling.config.specification import PipelineSpec
from tidegate.scaling.kinds.registry import TYPES
from tidegate.scaling.model.permission import Arn, Permission
from tidegate.scaling.model.resource_type import ResourceType
from tidegate.scaling.observability.dashboard import stage_prefix

__all__ = ["policy"]

TOLD_BY_TAG = {"kinesis", "kinesisanalytics", "lambda"}
"""Services that evaluate ``aws:ResourceTag`` of what Tidegate reads and changes (service
authorization reference). DynamoDB does where attribute-based access control is on, and nothing
tells whether it is."""

LEDGER_CALLS = (
    "BatchGetItem",
    "DeleteItem",
    "GetItem",
    "PutItem",
    "Query",
    "UpdateItem",
)


def _arns(names: Iterable[str], service: str, kind: str) -> list[Json]:
    """Of what is in the stack's own account and region. That no name has a wildcard or a reference
    in it is held where the file is read (``tidegate.scaling.config.names``)."""
    return [arn(service, f"{kind}{name}") for name in dict.fromkeys(names)]


def _shortened(path: str, prefixes: Iterable[str]) -> str:
    """The path of an ARN, up to the prefix where the name in it begins with one."""
    head = _head(path)
    for prefix in prefixes:
        if path.startswith(head + prefix):
            return f"{head}{prefix}*"
    return path


def _head(path: str) -> str:
    """Of which sort a path is, such as ``stream/``."""
    found = re.match(r"[a-z-]+[/:]", path)
    return found[0] if found else ""


def _statement(actions: Iterable[str], resources: list[Any]) -> Json:
    return {"Effect": "Allow", "Action": sorted(actions), "Resource": resources}


def policy(
    specs: Iterable[PipelineSpec],
    options: Options = DEFAULTS,
    *,
    sweeps: bool,
    types: Sequence[ResourceType] = TYPES,
) -> Json:
    """What one function may do, on the resources that the file names and no others: the sweep, or
    the callback, which needs less."""
    pipelines = list(specs)
    needed = (
        permission
        for resource_type in reversed(types)
        for permission in resource_type.operations.permissions(pipelines, sweeps=sweeps)
    )
    statements = [
        *(_of_resources(each, options) for each in needed),
        _statement((f"dynamodb:{each}" for each in LEDGER_CALLS), [get("Ledger")]),
        _statement(("logs:CreateLogStream", "logs:PutLogEvents"), [_own_log(sweeps=sweeps)]),
    ]
    if sweeps:
        statements += _telling(pipelines)
        statements += _decrypting(pipelines)
        statements += _resuming(pipelines)
        statements.append(_statement(("cloudwatch:GetMetricData",), ["*"]))
        statements.append(_statement(("sqs:SendMessage",), [get("DeadLetters")]))
    statements += _optional(options)
    return {"Version": "2012-10-17", "Statement": statements}


def _own_log(*, sweeps: bool) -> Json:
    """The streams of the function's own log group, and of no other: ``tidegate memory`` believes
    what stands in the log of a function."""
    return arn("logs", f"log-group:${{{'SweepLog' if sweeps else 'CallbackLog'}}}:*")


def _of_resources(permission: Permission, options: Options) -> Json:
    if options.granted_tag is not None and _is_told_by_tag(permission):
        return _of_tagged(permission, *options.granted_tag)
    statement = _statement(permission.actions, _each(permission.arns, options.prefixes) or ["*"])
    if permission.only_for:
        owners = {permission.only_for_key: _each(permission.only_for, options.prefixes)}
        statement["Condition"] = {"ArnLike": owners}
    return statement


def _is_told_by_tag(permission: Permission) -> bool:
    services = {each.service for each in permission.arns}
    return bool(services) and services <= TOLD_BY_TAG


def _of_tagged(permission: Permission, key: str, value: str) -> Json:
    everywhere = [replace(each, path=f"{_head(each.path)}*") for each in permission.arns]
    statement = _statement(permission.actions, _each(everywhere, ()))
    return {**statement, "Condition": {"StringEquals": {f"aws:ResourceTag/{key}": value}}}


def _each(arns: Iterable[Arn], prefixes: Iterable[str]) -> list[Json]:
    shortened = ((each.service, _shortened(each.path, prefixes)) for each in arns)
    return [arn(service, path) for service, path in dict.fromkeys(shortened)]


def _resuming(specs: list[PipelineSpec]) -> Iterator[Json]:
    """Scalable targets that were suspended for a pause are resumed after its end."""
    if not any(is_theirs(each) for each in dimensions(specs)):
        return
    yield _statement(("application-autoscaling:DescribeScalableTargets",), ["*"])
    targets = _arns(("*",), "application-autoscaling", "scalable-target/")
    statement = _statement(("application-autoscaling:RegisterScalableTarget",), targets)
    namespace = {"application-autoscaling:service-namespace": "custom-resource"}
    yield {**statement, "Condition": {"StringEquals": namespace}}


def _telling(specs: list[PipelineSpec]) -> Iterator[Json]:
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
    if any(each.update_dashboard for each in specs):
        # All that begin so are this stage's: its pipelines need not be told one by one.
        place = f"dashboard/{stage_prefix('${AWS::StackName}', '${AWS::Region}')}*"
        boards = sub(f"arn:${{AWS::Partition}}:cloudwatch::${{AWS::AccountId}}:{place}")
        yield _statement(("cloudwatch:PutDashboard",), [boards])


def _decrypting(specs: list[PipelineSpec]) -> Iterator[Json]:
    """Keys that the file names: only a sweep reads records, and tells a topic. Kinesis asks for the
    first call, SNS for both (KMS guide, encryption of their data)."""
    keys = dict.fromkeys(key for each in specs for key in each.kms_key_arns)
    if not keys:
        return
    by_service = [f"{service}.*.amazonaws.com*" for service in ("kinesis", "sns")]
    statement = _statement(("kms:Decrypt", "kms:GenerateDataKey"), list(keys))
    yield {**statement, "Condition": {"StringLike": {"kms:ViaService": by_service}}}


def _optional(options: Options) -> Iterator[Json]:
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
    if options.kms_key_arn is not None:
        # Of the ledger, the queue and the environment, all of which have this key then.
        yield _statement(("kms:Decrypt", "kms:GenerateDataKey"), [options.kms_key_arn])
