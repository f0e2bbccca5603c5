"""What API Gateway knows of the API that a stage's URL leads to."""

from dataclasses import dataclass

from tidegate.scaling.autoscaling_api.site import Site
from tidegate.scaling.aws.clients import Clients
from tidegate.scaling.aws.errors import asking
from tidegate.scaling.model.errors import CloudError

__all__ = ["STACK_TAG", "RestApi", "api_id_of", "rest_api"]

STACK_TAG = "tidegate:stack"
"""Which stack something is of, also where the stack itself is gone."""


@dataclass(frozen=True, slots=True)
class RestApi:
    """An API: whether only a VPC reaches it, and the stack that it is of, where it is of one."""

    is_private: bool
    stack: str | None


def api_id_of(site: Site) -> str | None:
    """The id of a stage's API, None where the URL is one of a domain of the user's own."""
    host = site.url.removeprefix("https://").partition("/")[0]
    name, _, rest = host.partition(".")
    return name if rest.startswith("execute-api.") else None


def rest_api(clients: Clients, site: Site) -> RestApi | None:
    """The API of a stage, None where it can't be asked for: it may be reached by a domain of the
    user's own, be another account's, or the caller may not read APIs."""
    api_id = api_id_of(site)
    if api_id is None:
        return None
    try:
        with asking("apigateway:GetRestApi", api_id):
            found = clients.of("apigateway").get_rest_api(restApiId=api_id)
    except CloudError:
        return None
    types = found.get("endpointConfiguration", {}).get("types", [])
    return RestApi("PRIVATE" in types, found.get("tags", {}).get(STACK_TAG))
