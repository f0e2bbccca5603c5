"""MiniStack's server, with what it lacks of AWS's manners where a deployment depends on them.

It runs with the Python of MiniStack's own environment: nothing of Tidegate is imported.
"""

from typing import Any

from ministack.app import main
from ministack.core import iam_evaluator
from ministack.services import iam
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
    if _routes(old) == _routes(new):
        new = {**new, "Body": old.get("Body")}
    return update(physical_id, old, new, *others, **named)


def _routes(properties: dict[str, Any]) -> dict[str, Any]:
    return {key: each for key, each in properties.get("Body", {}).items() if key != POLICY}


iam_evaluator._resolve_condition_key = resolve_condition_key
provisioners._RESOURCE_HANDLERS["AWS::ApiGateway::RestApi"]["update"] = update_rest_api

if __name__ == "__main__":
    main()
