"""The two functions, with their roles, logs and the schedule, and the ledger that they share."""

from tidegate.deployment.options import Options
from tidegate.deployment.packing import POLICIES_MAX, packed
from tidegate.deployment.permissions import policy
from tidegate.deployment.resource import KEPT, Json, get, ref, resource, role, sub
from tidegate.scaling.config.specification import PipelineFile

__all__ = ["LOG_DAYS", "LOG_GROUPS", "functions"]

LOG_DAYS = 30
MEMORY_MB = 512
CALLBACK_SECONDS = 25
"""Less than the 29 s that API Gateway waits for an integration (its quotas)."""

SWEEP_SECONDS = 55
"""A sweep ends before the next one begins."""

RUNTIME = "python3.11"
"""That of ``.venv``, with which the tests run the zip."""

SNAP_START_RUNTIME = "python3.12"
"""The first that can start from a snapshot (Lambda guide, SnapStart)."""

LOG_GROUPS = {"CallbackLog": "callback", "SweepLog": "sweep", "AccessLog": "access"}
NETWORK_POLICY = sub(
    "arn:${AWS::Partition}:iam::aws:policy/service-role/AWSLambdaENIManagementAccess"
)
"""AWS's own: what Lambda does with a function's role to have it in a VPC (Lambda guide, attach
functions to a VPC)."""

QUEUE_SECONDS = 14 * 24 * 3600
"""The longest that SQS keeps a message (CreateQueue, SQS API reference)."""


def _key(options: Options, name: str = "KmsKeyId") -> Json:
    return {} if options.kms_key_arn is None else {name: options.kms_key_arn}


def _network(options: Options) -> Json:
    if not options.subnet_ids:
        return {}
    groups = list(options.security_group_ids)
    return {"VpcConfig": {"SubnetIds": list(options.subnet_ids), "SecurityGroupIds": groups}}


def _log_groups(options: Options) -> Json:
    """Made before the functions that write to them: Lambda would make one itself, which keeps its
    lines for ever and outlives the stack."""
    return {
        name: resource(
            "AWS::Logs::LogGroup",
            {
                "LogGroupName": sub(f"/tidegate/${{AWS::StackName}}/{path}"),
                "RetentionInDays": LOG_DAYS,
                **_key(options),
            },
            options,
        )
        for name, path in LOG_GROUPS.items()
    }


def _function(handler: str, seconds: int, log: str, role: str, options: Options) -> Json:
    environment = {
        "TIDEGATE_LEDGER_TABLE": ref("Ledger"),
        "TIDEGATE_CONFIGURATION": options.configuration,
        "TIDEGATE_STAGE": ref("AWS::StackName"),
    }
    return {
        "Handler": handler,
        "Runtime": RUNTIME,
        "Code": {"S3Bucket": ref("CodeBucket"), "S3Key": ref("CodeKey")},
        "MemorySize": MEMORY_MB,
        "Timeout": seconds,
        "Role": get(role),
        "Environment": {"Variables": environment},
        "LoggingConfig": {"LogGroup": ref(log)},
        "TracingConfig": {"Mode": "Active" if options.tracing else "PassThrough"},
        **_key(options, "KmsKeyArn"),
        **_network(options),
    }


def _sweep(options: Options) -> Json:
    """Each minute, alone, and never again for the same minute: the next sweep does all that a
    failed one left undone. Two at once, where none is reserved for it and an event is delivered
    twice, are kept apart by the ledger."""
    function = _function(
        "app.sweep_each_minute", SWEEP_SECONDS, "SweepLog", "SweepRole", options
    ) | {
        "ReservedConcurrentExecutions": {"Fn::If": ["ReservesConcurrency", 1, ref("AWS::NoValue")]},
        "DeadLetterConfig": {"TargetArn": get("DeadLetters")},
    }
    once = {
        "FunctionName": ref("SweepEachMinute"),
        "Qualifier": "$LATEST",
        "MaximumRetryAttempts": 0,
        "MaximumEventAgeInSeconds": 60,
    }
    rule = {
        "Description": "Tidegate sweeps every pipeline",
        "ScheduleExpression": "rate(1 minute)",
        "State": "ENABLED",
        "Targets": [{"Id": "sweep", "Arn": get("SweepEachMinute")}],
    }
    permission = {
        "Action": "lambda:InvokeFunction",
        "FunctionName": ref("SweepEachMinute"),
        "Principal": "events.amazonaws.com",
        "SourceArn": get("EachMinute"),
    }
    encrypted = {"SqsManagedSseEnabled": True}
    if options.kms_key_arn is not None:
        encrypted = _key(options, "KmsMasterKeyId")
    letters = {"MessageRetentionPeriod": QUEUE_SECONDS, **encrypted}
    return {
        "SweepEachMinute": resource("AWS::Lambda::Function", function, options),
        "SweepOnce": resource("AWS::Lambda::EventInvokeConfig", once, options),
        "EachMinute": resource("AWS::Events::Rule", rule, options),
        "EachMinutePermission": resource("AWS::Lambda::Permission", permission, options),
        "DeadLetters": resource("AWS::SQS::Queue", letters, options),
    }


def _ledger(options: Options) -> Json:
    """Kept when the stack goes: it has what was spent of the budgets of a day."""
    keys = {"pk": "HASH", "sk": "RANGE"}
    encrypted: Json = {"SSEEnabled": True}
    if options.kms_key_arn is not None:
        encrypted |= {"SSEType": "KMS", "KMSMasterKeyId": options.kms_key_arn}
    properties = {
        "BillingMode": "PAY_PER_REQUEST",
        "KeySchema": [{"AttributeName": n, "KeyType": kind} for n, kind in keys.items()],
        "AttributeDefinitions": [{"AttributeName": n, "AttributeType": "S"} for n in keys],
        "SSESpecification": encrypted,
        "PointInTimeRecoverySpecification": {"PointInTimeRecoveryEnabled": True},
        "TimeToLiveSpecification": {"AttributeName": "expires_at", "Enabled": True},
    }
    return resource("AWS::DynamoDB::Table", properties, options, **KEPT)


def functions(file: PipelineFile, options: Options) -> Json:
    """The resources of both functions."""
    callback = _function("app.app", CALLBACK_SECONDS, "CallbackLog", "CallbackRole", options)
    if options.snap_start:
        # The sweep has no versions, and nobody waits for its start.
        callback |= {"Runtime": SNAP_START_RUNTIME, "SnapStart": {"ApplyOn": "PublishedVersions"}}
    roles = {"CallbackRole": False, "SweepRole": True}
    found: Json = {
        **_log_groups(options),
        "Ledger": _ledger(options),
        "APIHandler": resource("AWS::Lambda::Function", callback, options),
        **_sweep(options),
    }
    beside = [NETWORK_POLICY] if options.subnet_ids else []
    for name, sweeps in roles.items():
        whole = policy(file.pipelines, options, sweeps=sweeps)
        found |= role(name, "lambda", packed(whole, POLICIES_MAX - len(beside)), options)
        found[name]["Properties"]["ManagedPolicyArns"] += beside
    return found
