"""Each type of resource of the template as Terraform's AWS provider writes it."""

from tidegate.deployment.resource import Json
from tidegate.deployment.shifting import FUNCTION
from tidegate.deployment.terraform_gateway import GATEWAY, Translate
from tidegate.deployment.terraform_shifting import SHIFTING
from tidegate.deployment.terraform_values import References, snake, stack_name

__all__ = ["KINDS", "TRANSLATED"]

KINDS = {
    "AWS::ApiGateway::Account": "aws_api_gateway_account",
    "AWS::ApiGateway::Deployment": "aws_api_gateway_deployment",
    "AWS::ApiGateway::RestApi": "aws_api_gateway_rest_api",
    "AWS::ApiGateway::Stage": "aws_api_gateway_stage",
    "AWS::CloudWatch::Alarm": "aws_cloudwatch_metric_alarm",
    "AWS::CloudWatch::Dashboard": "aws_cloudwatch_dashboard",
    "AWS::CodeDeploy::Application": "aws_codedeploy_app",
    "AWS::CodeDeploy::DeploymentGroup": "aws_codedeploy_deployment_group",
    "AWS::DynamoDB::Table": "aws_dynamodb_table",
    "AWS::Events::Rule": "aws_cloudwatch_event_rule",
    "AWS::IAM::ManagedPolicy": "aws_iam_policy",
    "AWS::IAM::Role": "aws_iam_role",
    "AWS::KMS::Key": "aws_kms_key",
    "AWS::Lambda::Alias": "aws_lambda_alias",
    "AWS::Lambda::EventInvokeConfig": "aws_lambda_function_event_invoke_config",
    "AWS::Lambda::Function": "aws_lambda_function",
    "AWS::Lambda::Permission": "aws_lambda_permission",
    "AWS::Logs::LogGroup": "aws_cloudwatch_log_group",
    "AWS::SNS::Topic": "aws_sns_topic",
    "AWS::SQS::Queue": "aws_sqs_queue",
    "AWS::WAFv2::WebACLAssociation": "aws_wafv2_web_acl_association",
}
_REGION = "${data.aws_region.current.id}"


def _alarm(name: str, properties: Json, references: References) -> Json:
    told = {
        snake(key): references.translated(value)
        for key, value in properties.items()
        if key not in ("Dimensions", "Tags", "OKActions")
    }
    return {
        "alarm_name": stack_name(snake(name).replace("_", "-")),
        **told,
        "ok_actions": references.translated(properties["OKActions"]),
        "dimensions": {
            each["Name"]: references.translated(each["Value"]) for each in properties["Dimensions"]
        },
    }


def _dashboard(_: str, properties: Json, references: References) -> Json:
    return {
        snake(key): references.translated(value)
        for key, value in properties.items()
        if key != "Tags"
    }


def _table(_: str, properties: Json, __: References) -> Json:
    keys = {each["KeyType"]: each["AttributeName"] for each in properties["KeySchema"]}
    encrypted: Json = {"enabled": True}
    if "KMSMasterKeyId" in properties["SSESpecification"]:
        encrypted["kms_key_arn"] = properties["SSESpecification"]["KMSMasterKeyId"]
    return {
        "name": stack_name("ledger"),
        "billing_mode": properties["BillingMode"],
        "hash_key": keys["HASH"],
        "range_key": keys["RANGE"],
        "attribute": [
            {"name": each["AttributeName"], "type": each["AttributeType"]}
            for each in properties["AttributeDefinitions"]
        ],
        "server_side_encryption": encrypted,
        "point_in_time_recovery": {"enabled": True},
        "ttl": {
            "attribute_name": properties["TimeToLiveSpecification"]["AttributeName"],
            "enabled": True,
        },
    }


def _role(name: str, properties: Json, references: References) -> Json:
    told: Json = {
        # A role's name is one of the whole account, not of a region.
        "name": stack_name(f"{snake(name).replace('_', '-')}-{_REGION}"),
        "assume_role_policy": references.as_text(properties["AssumeRolePolicyDocument"]),
    }
    if "PermissionsBoundary" in properties:
        told["permissions_boundary"] = properties["PermissionsBoundary"]
    return told


def _managed_policy(name: str, properties: Json, references: References) -> Json:
    return {
        "name": stack_name(f"{snake(name).replace('_', '-')}-{_REGION}"),
        "description": properties["Description"],
        "policy": references.as_text(properties["PolicyDocument"]),
    }


def _key(_: str, properties: Json, references: References) -> Json:
    return {
        "description": properties["Description"],
        "enable_key_rotation": properties["EnableKeyRotation"],
        "deletion_window_in_days": properties["PendingWindowInDays"],
        "policy": references.as_text(properties["KeyPolicy"]),
    }


def _function(name: str, properties: Json, references: References) -> Json:
    told: Json = {
        "function_name": stack_name("callback" if name == FUNCTION else "sweep"),
        "filename": "${path.module}/deployment.zip",
        "source_code_hash": '${filebase64sha256("${path.module}/deployment.zip")}',
        "handler": properties["Handler"],
        "runtime": properties["Runtime"],
        "memory_size": properties["MemorySize"],
        "timeout": properties["Timeout"],
        "role": references.translated(properties["Role"]),
        "environment": {"variables": references.translated(properties["Environment"]["Variables"])},
        "logging_config": {
            "log_format": "Text",
            "log_group": references.translated(properties["LoggingConfig"]["LogGroup"]),
        },
        "tracing_config": {"mode": properties["TracingConfig"]["Mode"]},
    }
    if name == FUNCTION:
        told["publish"] = True
    if "SnapStart" in properties:
        told["snap_start"] = {"apply_on": properties["SnapStart"]["ApplyOn"]}
    if "VpcConfig" in properties:
        there = properties["VpcConfig"]
        told["vpc_config"] = {
            "subnet_ids": there["SubnetIds"], "security_group_ids": there["SecurityGroupIds"],
        }  # fmt: skip
    if "ReservedConcurrentExecutions" in properties:
        told["reserved_concurrent_executions"] = "${var.reserve_sweep_concurrency ? 1 : -1}"
    if "DeadLetterConfig" in properties:
        letters = references.translated(properties["DeadLetterConfig"]["TargetArn"])
        told["dead_letter_config"] = {"target_arn": letters}
    if "KmsKeyArn" in properties:
        told["kms_key_arn"] = properties["KmsKeyArn"]
    return told


def _once(_: str, properties: Json, references: References) -> Json:
    return {
        "function_name": references.translated(properties["FunctionName"]),
        "qualifier": properties["Qualifier"],
        "maximum_retry_attempts": properties["MaximumRetryAttempts"],
        "maximum_event_age_in_seconds": properties["MaximumEventAgeInSeconds"],
    }


def _rule(_: str, properties: Json, __: References) -> Json:
    return {
        "name": stack_name("each-minute"),
        "description": properties["Description"],
        "schedule_expression": properties["ScheduleExpression"],
        "state": properties["State"],
    }


def _queue(_: str, properties: Json, __: References) -> Json:
    told: Json = {
        "name": stack_name("dead-letters"),
        "message_retention_seconds": properties["MessageRetentionPeriod"],
    }
    if "KmsMasterKeyId" in properties:
        return {**told, "kms_master_key_id": properties["KmsMasterKeyId"]}
    return {**told, "sqs_managed_sse_enabled": properties["SqsManagedSseEnabled"]}


def _topic(_: str, properties: Json, references: References) -> Json:
    key = references.translated(properties["KmsMasterKeyId"])
    return {"name": stack_name("alerts"), "kms_master_key_id": key}


def _log_group(_: str, properties: Json, references: References) -> Json:
    told: Json = {
        "name": references.translated(properties["LogGroupName"]),
        "retention_in_days": properties["RetentionInDays"],
    }
    if "KmsKeyId" in properties:
        told["kms_key_id"] = properties["KmsKeyId"]
    return told


TRANSLATED: dict[str, Translate] = {
    **GATEWAY,
    **SHIFTING,
    "AWS::CloudWatch::Alarm": _alarm,
    "AWS::CloudWatch::Dashboard": _dashboard,
    "AWS::DynamoDB::Table": _table,
    "AWS::Events::Rule": _rule,
    "AWS::IAM::ManagedPolicy": _managed_policy,
    "AWS::IAM::Role": _role,
    "AWS::KMS::Key": _key,
    "AWS::Lambda::EventInvokeConfig": _once,
    "AWS::Lambda::Function": _function,
    "AWS::Logs::LogGroup": _log_group,
    "AWS::SNS::Topic": _topic,
    "AWS::SQS::Queue": _queue,
}
