"""The gateway before the endpoint: who is let in, what is logged, how fast it may be asked."""

from typing import Any

from tidegate.deployment.options import Options

__all__ = ["gateway"]

LOG_DAYS = 30
REQUESTS_PER_SECOND, BURST = 20, 40
"""Application Auto Scaling asks about each target a few times a minute."""

_PHASES = ("authenticate", "authorize", "integration")
"""The phases of a signed request (AWS blog, Troubleshooting API Gateway with enhanced
observability variables)."""

_ROLE = (
    "arn:${AWS::Partition}:iam::${AWS::AccountId}:role/aws-service-role/"
    "custom-resource.application-autoscaling.amazonaws.com/"
    "AWSServiceRoleForApplicationAutoScaling_CustomResource"
)


def _log_format() -> str:
    """A JSON line a request, with error, status and latency of each phase."""
    fields = {
        "requestId": "$context.requestId",
        "requestTime": "$context.requestTime",
        "caller": "$context.identity.caller",
        "method": "$context.httpMethod",
        "path": "$context.path",
        "status": "$context.status",
        "response-latency": "$context.responseLatency",
        "integration-requestId": "$context.integration.requestId",
        "integration-integrationStatus": "$context.integration.integrationStatus",
    }
    for phase in _PHASES:
        for what in ("error", "status", "latency"):
            fields[f"{phase}-{what}"] = f"$context.{phase}.{what}"
    return "{" + ",".join(f'"{name}":"{value}"' for name, value in fields.items()) + "}"


def _resource_policy(options: Options) -> dict[str, Any]:
    """Only Application Auto Scaling's service-linked role and the operators' roles may call; of a
    private endpoint only through its VPC endpoint (AWS blog, application security boundaries).

    The denial is what keeps others out: within one account a caller's own IAM policy is enough
    where the resource policy is silent (API Gateway guide, policy evaluation outcome tables).
    Roles are named in conditions, since a principal must exist when the policy is put, and the
    service-linked role may not yet.
    """
    every = {"Principal": "*", "Action": "execute-api:Invoke", "Resource": "execute-api:/*"}
    # Each of the two must not be it: conditions of one statement hold together.
    stranger = {
        "ArnNotEquals": {"aws:PrincipalArn": {"Fn::Sub": _ROLE}},
        "StringNotEquals": {"aws:PrincipalArn": {"Ref": "OperatorRoleArns"}},
    }
    statements = [{"Effect": "Allow", **every}, {"Effect": "Deny", **every, "Condition": stranger}]
    if options.vpc_endpoint_id is not None:
        elsewhere = {"StringNotEquals": {"aws:SourceVpce": options.vpc_endpoint_id}}
        statements.append({"Effect": "Deny", **every, "Condition": elsewhere})
    return {"Version": "2012-10-17", "Statement": statements}


def _endpoint(options: Options) -> dict[str, Any]:
    if options.vpc_endpoint_id is None:
        return {"Type": "REGIONAL"}
    return {"Type": "PRIVATE", "VPCEndpointIds": [options.vpc_endpoint_id]}


def _log_group(name: Any) -> dict[str, Any]:
    return {
        "Type": "AWS::Logs::LogGroup",
        "Properties": {"LogGroupName": name, "RetentionInDays": LOG_DAYS},
    }


def gateway(options: Options) -> dict[str, Any]:
    """The part of the template that is merged over Chalice's: parameters and resources."""
    named = {
        "CallbackLog": _log_group({"Fn::Sub": "/aws/lambda/${APIHandler}"}),
        "SweepLog": _log_group({"Fn::Sub": "/aws/lambda/${SweepEachMinute}"}),
        "AccessLog": _log_group({"Fn::Sub": "/tidegate/${AWS::StackName}/access"}),
    }
    api = {
        "AccessLogSetting": {
            "DestinationArn": {"Fn::GetAtt": ["AccessLog", "Arn"]},
            "Format": _log_format(),
        },
        "MethodSettings": [
            {
                "ResourcePath": "/*",
                "HttpMethod": "*",
                "ThrottlingRateLimit": REQUESTS_PER_SECOND,
                "ThrottlingBurstLimit": BURST,
            }
        ],
        "EndpointConfiguration": _endpoint(options),
        **({"TracingEnabled": True} if options.tracing else {}),
        "DefinitionBody": {"x-amazon-apigateway-policy": _resource_policy(options)},
    }
    return {
        "Parameters": {
            "OperatorRoleArns": {
                "Type": "CommaDelimitedList",
                "Description": "The roles of the people who may call the endpoint by hand",
            }
        },
        "Resources": {**named, "RestAPI": {"Properties": api}},
    }
