"""The gateway before the endpoint: its routes, its stage, what is logged and how fast it may be
asked."""

import hashlib
import json
from collections.abc import Sequence
from typing import Any

from tidegate.deployment.options import Options
from tidegate.deployment.resource import RETAINED, Json, arn, get, ref, resource, sub
from tidegate.deployment.shifting import LIVE

__all__ = ["API", "STAGE", "admitting", "gateway"]

API, STAGE = "RestAPI", "v1"
BURST, REQUESTS_PER_SECOND = 40, 20
"""Application Auto Scaling asks about each target a few times a minute."""

PATH = "/scalableTargetDimensions/{dimension_id}"
METHODS = ("get", "patch")
"""The routes of ``chalice_app/app.py``; a test compares them."""

_DEPLOYMENT, _PERMISSION = "Deployment", "APIHandlerInvokePermission"
_PHASES = ("waf", "authenticate", "authorize", "integration")
"""The phases of a signed request (AWS blog, Troubleshooting API Gateway with enhanced
observability variables)."""

_ROLE = (
    "arn:${AWS::Partition}:iam::${AWS::AccountId}:role/aws-service-role/"
    "custom-resource.application-autoscaling.amazonaws.com/"
    "AWSServiceRoleForApplicationAutoScaling_CustomResource"
)


def _log_format() -> str:
    """A JSON line a request, with status, latency and error of each phase.

    API Gateway has no function that escapes a value here. Only values that AWS writes are in it, no
    header and no query of a caller, and its own words come last: a log that cuts a line at a quote
    still shows who asked for what, and how it ended. ``error.messageString`` would be quoted by API
    Gateway, but is a bare - where there is no error, which is no JSON.
    """
    fields = {
        "requestId": "$context.requestId",
        "extendedRequestId": "$context.extendedRequestId",
        "requestTime": "$context.requestTime",
        "api": "$context.apiId",
        "stage": "$context.stage",
        "sourceIp": "$context.identity.sourceIp",
        "caller": "$context.identity.caller",
        "userArn": "$context.identity.userArn",
        "method": "$context.httpMethod",
        "resource": "$context.resourcePath",
        "status": "$context.status",
        "response-latency": "$context.responseLatency",
        "response-length": "$context.responseLength",
        "waf-response": "$context.wafResponseCode",
        "integration-requestId": "$context.integration.requestId",
        "integration-integrationStatus": "$context.integration.integrationStatus",
    }
    for what in ("status", "latency", "error"):
        fields |= {f"{phase}-{what}": f"$context.{phase}.{what}" for phase in _PHASES}
    fields |= {
        "error-type": "$context.error.responseType",
        "path": "$context.path",
        "error": "$context.error.message",
    }
    return "{" + ",".join(f'"{name}":"{value}"' for name, value in fields.items()) + "}"


def _policy(operators: Any, options: Options) -> Json:
    """Only Application Auto Scaling's service-linked role and the operators' roles may call; of a
    private endpoint only through its VPC endpoint (AWS blog, application security boundaries).

    The denial is what keeps others out: within one account a caller's own IAM policy is enough
    where the resource policy is silent (API Gateway guide, policy evaluation outcome tables).
    Roles are named in conditions, since a principal must exist when the policy is put, and the
    service-linked role may not yet.
    """
    every = {"Principal": "*", "Action": "execute-api:Invoke", "Resource": "execute-api:/*"}
    # Each of the two must not be it: conditions of one statement hold together.
    stranger: Json = {"ArnNotEquals": {"aws:PrincipalArn": sub(_ROLE)}}
    if operators:
        stranger["StringNotEquals"] = {"aws:PrincipalArn": operators}
    statements = [{"Effect": "Allow", **every}, {"Effect": "Deny", **every, "Condition": stranger}]
    if options.vpc_endpoint_id is not None:
        elsewhere = {"StringNotEquals": {"aws:SourceVpce": options.vpc_endpoint_id}}
        statements.append({"Effect": "Deny", **every, "Condition": elsewhere})
    return {"Version": "2012-10-17", "Statement": statements}


def _method() -> Json:
    """A signed request, handed to the function as it is (API Gateway guide, proxy integration)."""
    invoked = (
        "arn:${AWS::Partition}:apigateway:${AWS::Region}:lambda:path/2015-03-31/functions/"
        f"${{{LIVE}}}/invocations"
    )
    proxied = {"type": "aws_proxy", "httpMethod": "POST", "uri": sub(invoked)}
    parameter = {"name": "dimension_id", "in": "path", "required": True, "type": "string"}
    return {
        "parameters": [parameter],
        "produces": ["application/json"],
        "responses": {"200": {"description": "The scalable dimension"}},
        "security": [{"sigv4": []}],
        "x-amazon-apigateway-integration": proxied,
    }


def _body(policy: Json) -> Json:
    signed = {"type": "apiKey", "name": "Authorization", "in": "header"}
    return {
        "swagger": "2.0",
        "info": {"title": ref("AWS::StackName"), "version": "1.0"},
        "schemes": ["https"],
        "securityDefinitions": {"sigv4": {**signed, "x-amazon-apigateway-authtype": "awsSigv4"}},
        "paths": {PATH: {method: _method() for method in METHODS}},
        "x-amazon-apigateway-policy": policy,
    }


def _api(operators: Any, options: Options) -> Json:
    endpoint: Json = {"Types": ["REGIONAL"]}
    if options.vpc_endpoint_id is not None:
        endpoint = {"Types": ["PRIVATE"], "VpcEndpointIds": [options.vpc_endpoint_id]}
    policy = _policy(operators, options)
    properties = {
        "Name": ref("AWS::StackName"),
        "Description": "Scalable dimensions for Application Auto Scaling, by Tidegate",
        "EndpointConfiguration": endpoint,
        # Twice: a body that is imported over an API without one would take its policy away.
        "Body": _body(policy),
        "Policy": policy,
    }
    return resource("AWS::ApiGateway::RestApi", properties, options)


def _stage(options: Options) -> Json:
    throttling = {
        "ResourcePath": "/*",
        "HttpMethod": "*",
        "MetricsEnabled": True,
        "ThrottlingRateLimit": REQUESTS_PER_SECOND,
        "ThrottlingBurstLimit": BURST,
    }
    # A stage waits for what it refers to; DependsOn may not name what a condition leaves out.
    set_here = sub("Logs by the role that ${GatewayAccount} sets for all APIs of the region")
    described = ["SetsGatewayAccount", set_here, "Logs by the role that was set before"]
    properties: Json = {
        "RestApiId": ref(API),
        "DeploymentId": ref(_DEPLOYMENT),
        "StageName": STAGE,
        "Description": {"Fn::If": described},
        "AccessLogSetting": {
            "DestinationArn": arn("logs", "log-group:${AccessLog}"),
            "Format": _log_format(),
        },
        "MethodSettings": [throttling],
        "TracingEnabled": options.tracing,
    }
    return resource("AWS::ApiGateway::Stage", properties, options)


def _account(options: Options) -> Json:
    """API Gateway's role for logs, one for all APIs of an account and region: a stage with an
    access log can't be made before there is one (API Gateway guide, set up logging)."""
    trusted = {
        "Effect": "Allow",
        "Principal": {"Service": "apigateway.amazonaws.com"},
        "Action": "sts:AssumeRole",
    }
    managed = "arn:${AWS::Partition}:iam::aws:policy/service-role/"
    role: Json = {
        "AssumeRolePolicyDocument": {"Version": "2012-10-17", "Statement": [trusted]},
        "ManagedPolicyArns": [sub(f"{managed}AmazonAPIGatewayPushToCloudWatchLogs")],
    }
    if options.boundary_arn is not None:
        role["PermissionsBoundary"] = options.boundary_arn
    kept = {"Condition": "SetsGatewayAccount", **RETAINED}
    account = {"CloudWatchRoleArn": get("GatewayRole")}
    return {
        "GatewayRole": resource("AWS::IAM::Role", role, options, **kept),
        "GatewayAccount": resource("AWS::ApiGateway::Account", account, options, **kept),
    }


def _firewall(options: Options) -> Json:
    if options.web_acl_arn is None:
        return {}
    place = "arn:${AWS::Partition}:apigateway:${AWS::Region}::/restapis/${RestAPI}/stages/"
    properties = {
        "ResourceArn": sub(f"{place}${{RestAPIv1Stage}}"),
        "WebACLArn": options.web_acl_arn,
    }
    kind = "AWS::WAFv2::WebACLAssociation"
    return {"Firewall": resource(kind, properties, options)}


def gateway(operators: Any, options: Options) -> Json:
    """The resources of the gateway. ``operators`` are the ARNs of the roles of people."""
    source = "${RestAPI}/v1/*" + PATH.replace("{dimension_id}", "*")
    permission = {
        "Action": "lambda:InvokeFunction",
        "FunctionName": ref(LIVE),
        "Principal": "apigateway.amazonaws.com",
        "SourceArn": arn("execute-api", source),
    }
    deployment = {"RestApiId": ref(API)}
    return {
        API: _api(operators, options),
        _PERMISSION: resource("AWS::Lambda::Permission", permission, options),
        _DEPLOYMENT: resource(
            # Whom it sends requests to may be another alias than before: it must be allowed first.
            "AWS::ApiGateway::Deployment",
            deployment,
            options,
            DependsOn=[_PERMISSION],
        ),
        "RestAPIv1Stage": _stage(options),
        **_account(options),
        **_firewall(options),
    }


def admitting(template: Json, operators: Sequence[str]) -> Json:
    """The template with these operators and no others in its policy.

    The deployment is named after all of the API: CloudFormation makes a new one whenever the
    policy, the operators or the routes change, and only then do they take effect (API Gateway
    guide, resource policies: "you must deploy the API").
    """
    resources: Json = json.loads(json.dumps(template["Resources"]))
    api = resources[API]["Properties"]
    for policy in (api["Policy"], api["Body"]["x-amazon-apigateway-policy"]):
        denial = policy["Statement"][1]["Condition"]
        denial.pop("StringNotEquals", None)
        if operators:
            denial["StringNotEquals"] = {"aws:PrincipalArn": sorted(set(operators))}
    whole = json.dumps(api, sort_keys=True)
    name = _DEPLOYMENT + hashlib.sha256(whole.encode()).hexdigest()[:10]
    old = resources["RestAPIv1Stage"]["Properties"]["DeploymentId"]["Ref"]
    resources["RestAPIv1Stage"]["Properties"]["DeploymentId"] = ref(name)
    return {
        **template,
        "Resources": {name if each == old else each: resources[each] for each in resources},
    }
