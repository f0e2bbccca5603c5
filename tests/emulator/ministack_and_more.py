"""MiniStack's server, with what it lacks of AWS's manners where a deployment depends on them.

It runs with the Python of MiniStack's own environment: nothing of Tidegate is imported.
"""

import json
from typing import Any

import codedeploy
from ministack.app import main
from ministack.core import iam_evaluator
from ministack.services import apigateway_v1, iam
from ministack.services.cloudformation import provisioners

POLICY = "x-amazon-apigateway-policy"

resolve = iam_evaluator._resolve_condition_key


def resolve_condition_key(key: str, context: Any) -> Any:
    """``aws:PrincipalArn`` of a role's session is the ARN of the role, with its path (IAM guide,
    global condition keys); MiniStack's is the session's."""
    found = resolve(key, context)
    if key.lower() != "aws:principalarn" or ":assumed-role/" not in str(found):
        return found
    name = str(found).split("/")[1]
    role = iam._roles.get(name)
    return role["Arn"] if role else found


update = provisioners._RESOURCE_HANDLERS["AWS::ApiGateway::RestApi"]["update"]


def update_rest_api(
    physical_id: str, old: dict[str, Any], new: dict[str, Any], *others: Any, **named: Any
) -> Any:
    """A changed body is imported over the API (RestApi, CloudFormation template reference: "Update
    requires: No interruption"); MiniStack makes another API, also where the policy alone is new."""
    if _routes(old) != _routes(new):
        _import_over(physical_id, new["Body"])
    return update(physical_id, old, {**new, "Body": old.get("Body")}, *others, **named)


def _import_over(api_id: str, body: dict[str, Any]) -> None:
    resources = apigateway_v1._resources[api_id]
    for each in [each for each, found in resources.items() if found["path"] != "/"]:
        del resources[each]
    schemes = apigateway_v1._import_security_schemes(api_id, body)
    for path, item in body["paths"].items():
        apigateway_v1._import_path_item(api_id, path, item, schemes, body.get("security"))


def _routes(properties: dict[str, Any]) -> dict[str, Any]:
    return {key: each for key, each in properties.get("Body", {}).items() if key != POLICY}


POLICIES: dict[str, Any] = {}
"""The policy that each deployment of an API was made with."""

deploy = apigateway_v1._create_deployment


def create_deployment(api_id: str, data: dict[str, Any]) -> Any:
    answer = deploy(api_id, data)
    if answer[0] < 400:
        policy = apigateway_v1._rest_apis[api_id].get("policy")
        POLICIES[json.loads(answer[2])["id"]] = policy
    return answer


policy_for_arn = apigateway_v1.rest_api_policy_for_arn


def deployed_policy_for_arn(resource_arn: str) -> Any:
    """A policy takes effect with the next deployment ("updating or saving the policy alone won't
    change the runtime behavior of the API", API Gateway guide); MiniStack's does at once."""
    api_id, stage = resource_arn.split(":", 5)[5].split("/")[:2]
    api = apigateway_v1._rest_apis.get(api_id)
    there = apigateway_v1._stages_v1.get(api_id, {}).get(stage)
    if api is None or there is None:
        return policy_for_arn(resource_arn)
    saved = api.get("policy")
    api["policy"] = POLICIES.get(there["deploymentId"], saved)
    try:
        return policy_for_arn(resource_arn)
    finally:
        api["policy"] = saved


apigateway_v1._create_deployment = create_deployment
apigateway_v1.rest_api_policy_for_arn = deployed_policy_for_arn
iam_evaluator._resolve_condition_key = resolve_condition_key
provisioners._RESOURCE_HANDLERS["AWS::ApiGateway::RestApi"]["update"] = update_rest_api
codedeploy.install()

if __name__ == "__main__":
    main()
