"""The resources of the gateway as Terraform's AWS provider writes them."""

from collections.abc import Callable

from tidegate.deployment.resource import Json
from tidegate.deployment.terraform_values import References

__all__ = ["GATEWAY", "Translate"]

Translate = Callable[[str, Json, References], Json]


def _api(_: str, properties: Json, references: References) -> Json:
    endpoint = properties["EndpointConfiguration"]
    told: Json = {"types": endpoint["Types"]}
    if "VpcEndpointIds" in endpoint:
        told["vpc_endpoint_ids"] = endpoint["VpcEndpointIds"]
    return {
        "name": references.translated(properties["Name"]),
        "description": properties["Description"],
        "body": references.as_text(properties["Body"]),
        "policy": references.as_text(properties["Policy"]),
        "endpoint_configuration": told,
    }


def _deployment(_: str, properties: Json, references: References) -> Json:
    return {
        "rest_api_id": references.translated(properties["RestApiId"]),
        "triggers": {"redeployment": "${sha1(aws_api_gateway_rest_api.rest_api.body)}"},
        "lifecycle": {"create_before_destroy": True},
        "depends_on": ["aws_lambda_permission.api_handler_invoke_permission"],
    }


def _stage(_: str, properties: Json, references: References) -> Json:
    log = properties["AccessLogSetting"]
    return {
        "rest_api_id": references.translated(properties["RestApiId"]),
        "deployment_id": references.translated(properties["DeploymentId"]),
        "stage_name": properties["StageName"],
        "xray_tracing_enabled": properties["TracingEnabled"],
        "access_log_settings": {
            "destination_arn": references.translated(log["DestinationArn"]),
            # Terraform would take $${ for its own; API Gateway's variables have no braces.
            "format": log["Format"],
        },
        "depends_on": ["aws_api_gateway_account.gateway_account"],
    }


def _firewall(_: str, properties: Json, __: References) -> Json:
    stage = "${aws_api_gateway_stage.rest_api_v1_stage.arn}"
    return {"resource_arn": stage, "web_acl_arn": properties["WebACLArn"]}


def _account(_: str, ___: Json, __: References) -> Json:
    return {"cloudwatch_role_arn": "${one(aws_iam_role.gateway_role[*].arn)}"}


GATEWAY: dict[str, Translate] = {
    "AWS::ApiGateway::Account": _account,
    "AWS::ApiGateway::Deployment": _deployment,
    "AWS::ApiGateway::RestApi": _api,
    "AWS::ApiGateway::Stage": _stage,
    "AWS::WAFv2::WebACLAssociation": _firewall,
}
