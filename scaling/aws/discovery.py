"""What `tidegate init` reads of an account: mappings, functions, roles, tables. Reads only."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from tidegate.rules.graph import Pipeline
from tidegate.rules.scalable_targets import ScalableTarget
from tidegate.scaling.aws.clients import Clients
from tidegate.scaling.aws.cloud import AwsCloud
from tidegate.scaling.aws.errors import asking
from tidegate.scaling.aws.kinds.registry import AWS_KINDS
from tidegate.scaling.config.specification import PipelineSpec
from tidegate.scaling.onboarding.event_sources import SeenMapping, function_name
from tidegate.scaling.onboarding.iam_write_access import RolePolicy

__all__ = ["Access", "Discovery"]


@dataclass(frozen=True, slots=True)
class Access:
    """What a function acts by: its role, and its environment."""

    role_name: str
    environment: Mapping[str, str]


class Discovery:
    """An account's pipelines in one region. Each role is read once. Raises CloudError."""

    def __init__(self, clients: Clients) -> None:
        self._clients = clients
        self._cloud = AwsCloud(clients)
        self._policies: dict[str, tuple[RolePolicy, ...]] = {}

    @property
    def region(self) -> str:
        """Where it looks."""
        return str(self._clients.of("lambda").meta.region_name)

    def mappings(self) -> tuple[SeenMapping, ...]:
        """Every event source mapping of the region."""
        pages = self._clients.of("lambda").get_paginator("list_event_source_mappings")
        with asking("lambda:ListEventSourceMappings", self.region):
            return tuple(
                SeenMapping(each["EventSourceArn"], each["FunctionArn"], each["State"])
                for page in pages.paginate()
                for each in page["EventSourceMappings"]
                # One of a self-managed Kafka has none.
                if each.get("EventSourceArn")
            )

    def sinks(self) -> Mapping[str, tuple[str, ...]]:
        """The names of what may be written to in the region, by service as in ARNs."""
        found = (each.sinks for each in AWS_KINDS if each.sinks is not None)
        return {service: listed(self._clients) for service, listed in found}

    def access(self, function_arn: str) -> Access:
        """The role and environment of the version or alias that the mapping invokes."""
        with asking("lambda:GetFunctionConfiguration", function_name(function_arn)):
            found = self._clients.of("lambda").get_function_configuration(FunctionName=function_arn)
        environment = found.get("Environment", {}).get("Variables", {})
        return Access(found["Role"].rpartition("/")[2], environment)

    def policies(self, role_name: str) -> tuple[RolePolicy, ...]:
        """A role's policies, inline and attached."""
        if role_name not in self._policies:
            self._policies[role_name] = (*self._inline(role_name), *self._attached(role_name))
        return self._policies[role_name]

    def _inline(self, role_name: str) -> tuple[RolePolicy, ...]:
        iam = self._clients.of("iam")
        with asking("iam:ListRolePolicies", role_name):
            pages = iam.get_paginator("list_role_policies").paginate(RoleName=role_name)
            names = [name for page in pages for name in page["PolicyNames"]]
        found = []
        for name in names:
            with asking("iam:GetRolePolicy", role_name):
                answer = iam.get_role_policy(RoleName=role_name, PolicyName=name)
            found.append(RolePolicy(name, answer["PolicyDocument"]))
        return tuple(found)

    def _attached(self, role_name: str) -> tuple[RolePolicy, ...]:
        iam = self._clients.of("iam")
        with asking("iam:ListAttachedRolePolicies", role_name):
            pages = iam.get_paginator("list_attached_role_policies").paginate(RoleName=role_name)
            attached = [each for page in pages for each in page["AttachedPolicies"]]
        return tuple(self._managed(each["PolicyName"], each["PolicyArn"]) for each in attached)

    def _managed(self, name: str, arn: str) -> RolePolicy:
        iam = self._clients.of("iam")
        with asking("iam:GetPolicy", name):
            version = iam.get_policy(PolicyArn=arn)["Policy"]["DefaultVersionId"]
        with asking("iam:GetPolicyVersion", name):
            found: Any = iam.get_policy_version(PolicyArn=arn, VersionId=version)
        return RolePolicy(name, found["PolicyVersion"]["Document"])

    def scalable_targets(self) -> tuple[ScalableTarget, ...]:
        """Capacities that AWS's own auto scaling sets already."""
        return self._cloud.scalable_targets()

    def describe(self, spec: PipelineSpec) -> Pipeline:
        """A pipeline as configured now."""
        return self._cloud.describe(spec)
