"""The same deployment as a Terraform module: Chalice's, with what the template adds.

The additions are translated from the CloudFormation ones, so that there is one source of both.
"""

import json
from typing import Any

from tidegate.deployment.terraform_values import snake, translated

__all__ = ["terraform"]

Json = dict[str, Any]

STAGE = "v1"
REST_API_ID = "${aws_api_gateway_rest_api.rest_api.id}"


def _alarm(name: str, properties: Json) -> Json:
    told = {snake(key): value for key, value in translated(properties).items()}
    told["dimensions"] = {each["Name"]: each["Value"] for each in told["dimensions"]}
    return {"alarm_name": f"tidegate-{snake(name)}", **told}


def _role(properties: Json) -> Json:
    (inline,) = properties["Policies"]
    return {
        "assume_role_policy": json.dumps(translated(properties["AssumeRolePolicyDocument"])),
        "inline_policy": {
            "name": inline["PolicyName"],
            "policy": json.dumps(translated(inline["PolicyDocument"])),
        },
    }


def _function(properties: Json) -> Json:
    told: Json = {
        "role": translated(properties["Role"]),
        "environment": {"variables": translated(properties["Environment"]["Variables"])},
    }
    if "ReservedConcurrentExecutions" in properties:
        told["reserved_concurrent_executions"] = properties["ReservedConcurrentExecutions"]
        letters = properties["DeadLetterQueue"]["TargetArn"]
        told["dead_letter_config"] = {"target_arn": translated(letters)}
    if "Tracing" in properties:
        told["tracing_config"] = {"mode": "Active"}
    return told


def _ledger(properties: Json) -> Json:
    attributes = properties["AttributeDefinitions"]
    keys = {each["KeyType"]: each["AttributeName"] for each in properties["KeySchema"]}
    return {
        "name": "tidegate-ledger",
        "billing_mode": properties["BillingMode"],
        "hash_key": keys["HASH"],
        "range_key": keys["RANGE"],
        "attribute": [
            {"name": each["AttributeName"], "type": each["AttributeType"]} for each in attributes
        ],
        "server_side_encryption": {"enabled": True},
        "point_in_time_recovery": {"enabled": True},
        "ttl": {"attribute_name": "expires_at", "enabled": True},
    }


def _key(properties: Json) -> Json:
    return {
        "description": properties["Description"],
        "enable_key_rotation": properties["EnableKeyRotation"],
        "deletion_window_in_days": properties["PendingWindowInDays"],
        "policy": json.dumps(translated(properties["KeyPolicy"])),
    }


def _queue(properties: Json) -> Json:
    return {
        "name": "tidegate-dead-letters",
        "sqs_managed_sse_enabled": True,
        "message_retention_seconds": properties["MessageRetentionPeriod"],
    }


def _topic(properties: Json) -> Json:
    key = translated(properties["KmsMasterKeyId"])
    return {"name": "tidegate-alerts", "kms_master_key_id": key}


def _log_groups(properties: Json) -> Json:
    handlers = {"callback": "api_handler", "sweep": "sweep_each_minute"}
    names = {
        name: f"/aws/lambda/${{aws_lambda_function.{handler}.function_name}}"
        for name, handler in handlers.items()
    }
    days = properties["RetentionInDays"]
    return {
        name: {"name": where, "retention_in_days": days}
        for name, where in {**names, "access": "/tidegate/access"}.items()
    }


def _entry(api: Json) -> Json:
    """Who is let in, and from where."""
    policy = json.dumps(translated(api["DefinitionBody"]["x-amazon-apigateway-policy"]))
    # Inside a text a list has to be written out.
    operators = translated({"Ref": "OperatorRoleArns"})
    endpoint = api["EndpointConfiguration"]
    told = {"types": [endpoint["Type"]]}
    if "VPCEndpointIds" in endpoint:
        told["vpc_endpoint_ids"] = endpoint["VPCEndpointIds"]
    return {
        "policy": policy.replace(f'"{operators}"', "${jsonencode(var.operator_role_arns)}"),
        "endpoint_configuration": told,
    }


def _deployment() -> Json:
    return {
        "rest_api_id": REST_API_ID,
        "triggers": {
            "redeployment": '${sha1(join("", [local.chalice_api_swagger, '
            "aws_api_gateway_rest_api.rest_api.policy]))}"
        },
        "lifecycle": {"create_before_destroy": True},
    }


def _stage(api: Json) -> Json:
    log = api["AccessLogSetting"]
    return {
        "rest_api_id": REST_API_ID,
        "deployment_id": "${aws_api_gateway_deployment.rest_api.id}",
        "stage_name": STAGE,
        "xray_tracing_enabled": api.get("TracingEnabled", False),
        "access_log_settings": {
            "destination_arn": translated(log["DestinationArn"]),
            # Terraform would take $${ for its own; API Gateway's variables have no braces.
            "format": log["Format"],
        },
    }


def _throttling(api: Json) -> Json:
    (settings,) = api["MethodSettings"]
    return {
        "rest_api_id": REST_API_ID,
        "stage_name": "${aws_api_gateway_stage.rest_api.stage_name}",
        "method_path": "*/*",
        "settings": {
            "throttling_rate_limit": settings["ThrottlingRateLimit"],
            "throttling_burst_limit": settings["ThrottlingBurstLimit"],
        },
    }


def _additions(added: Json) -> Json:
    """The resources that Chalice doesn't make, or not as the template has them."""
    properties = {name: each["Properties"] for name, each in added.items()}
    api = properties["RestAPI"]
    return {
        "aws_api_gateway_deployment": {"rest_api": _deployment()},
        "aws_api_gateway_stage": {"rest_api": _stage(api)},
        "aws_api_gateway_method_settings": {"rest_api": _throttling(api)},
        "aws_dynamodb_table": {"ledger": _ledger(properties["Ledger"])},
        "aws_sqs_queue": {"dead_letters": _queue(properties["DeadLetters"])},
        "aws_sns_topic": {"alerts": _topic(properties["Alerts"])},
        "aws_kms_key": {"alerts": _key(properties["AlertsKey"])},
        "aws_iam_role": {
            "callback": _role(properties["CallbackRole"]),
            "sweep": _role(properties["SweepRole"]),
        },
        "aws_cloudwatch_log_group": _log_groups(properties["AccessLog"]),
        "aws_cloudwatch_metric_alarm": {
            snake(name): _alarm(name, properties[name])
            for name, each in added.items()
            if each.get("Type") == "AWS::CloudWatch::Alarm"
        },
    }


def _outputs(chalice: Json, added: Json) -> Json:
    url = {**chalice["EndpointURL"], "value": "${aws_api_gateway_stage.rest_api.invoke_url}"}
    topic = {"value": translated(added["AlertsTopicArn"]["Value"])}
    return {**chalice, "EndpointURL": url, "AlertsTopicArn": topic}


def terraform(chalice: Json, extras: Json) -> Json:
    """Chalice's module with the additions of the template in it. Needs Terraform 1.3 and the AWS
    provider 5."""
    added = extras["Resources"]
    resources = chalice["resource"]
    for name, resource in (("api_handler", "APIHandler"), ("sweep_each_minute", "SweepEachMinute")):
        resources["aws_lambda_function"][name] |= _function(added[resource]["Properties"])
    resources["aws_api_gateway_rest_api"]["rest_api"] |= _entry(added["RestAPI"]["Properties"])
    resources |= _additions(added)
    del chalice["data"]["null_data_source"]
    return {
        **chalice,
        "output": _outputs(chalice["output"], extras["Outputs"]),
        "variable": {
            "operator_role_arns": {
                "type": "list(string)",
                "description": extras["Parameters"]["OperatorRoleArns"]["Description"],
            }
        },
        "terraform": {
            "required_version": ">= 1.3",
            "required_providers": {"aws": {"source": "hashicorp/aws", "version": ">= 5.0, < 6"}},
        },
    }
