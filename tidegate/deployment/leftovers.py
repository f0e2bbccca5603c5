"""What is left of a stage: found by its tag, whether its stack is there or not."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

import boto3

from tidegate.scaling.autoscaling_api.registration import Put, Registration, Remove, steps
from tidegate.scaling.autoscaling_api.site import Site
from tidegate.scaling.aws.clients import Clients
from tidegate.scaling.aws.registry import NAMESPACE, Registry
from tidegate.scaling.aws.rest_api import STACK_TAG

__all__ = ["Leftover", "left", "registered_urls", "registrations"]

_PATH = "/scalableTargetDimensions/"


@dataclass(frozen=True, slots=True)
class Leftover:
    """Something with the stage's tag; ``why`` is why it is meant to be there, None where not."""

    arn: str
    why: str | None

    def __str__(self) -> str:
        return f"{self.arn} ({self.why or 'delete it by hand'})"


def registered_urls(session: boto3.Session, stack: str) -> Iterator[str]:
    """The URLs under which scalable targets with the stack's tag are registered."""
    client: Any = session.client("application-autoscaling")
    pages = client.get_paginator("describe_scalable_targets").paginate(ServiceNamespace=NAMESPACE)
    for page in pages:
        for target in page["ScalableTargets"]:
            url, path, _ = target["ResourceId"].partition(_PATH)
            if path and _tags_of(client, target).get(STACK_TAG) == stack:
                yield url


def registrations(urls: Iterable[str]) -> Iterator[tuple[Registry, Put | Remove]]:
    """The steps that take back what is registered under these URLs, each with who takes it."""
    for url in urls:
        registry = Registry(Clients(), Site.at(url))
        for step in steps(registry.read(), Registration()):
            yield registry, step


def _tags_of(client: Any, target: dict[str, Any]) -> dict[str, str]:
    """None of a target that has no ARN: it was registered before Application Auto Scaling gave any
    (ScalableTargetARN, API reference)."""
    arn = target.get("ScalableTargetARN")
    if arn is None:
        return {}
    tags: dict[str, str] = client.list_tags_for_resource(ResourceARN=arn)["Tags"]
    return tags


def left(session: boto3.Session, stack: str) -> tuple[Leftover, ...]:
    """Every resource of the region that has the stack's tag."""
    client: Any = session.client("resourcegroupstaggingapi")
    pages = client.get_paginator("get_resources").paginate(
        TagFilters=[{"Key": STACK_TAG, "Values": [stack]}]
    )
    arns = (each["ResourceARN"] for page in pages for each in page["ResourceTagMappingList"])
    return tuple(
        Leftover(arn, _why(session, arn)) for arn in sorted(arns) if _is_there(session, arn)
    )


def _is_there(session: boto3.Session, arn: str) -> bool:
    """The tagging API shows some resources for a while after they are gone."""
    if arn.split(":")[2] != "dynamodb":
        return True
    client: Any = session.client("dynamodb")
    try:
        return bool(client.describe_table(TableName=arn.rpartition("/")[2]))
    except client.exceptions.ResourceNotFoundException:
        return False


def _why(session: boto3.Session, arn: str) -> str | None:
    match arn.split(":")[2]:
        case "dynamodb":
            return "the ledger: history and spent budgets; export it before you delete it"
        case "kms":
            key = session.client("kms").describe_key(KeyId=arn)["KeyMetadata"]
            if "DeletionDate" in key:
                return f"AWS deletes it on {key['DeletionDate']:%Y-%m-%d}"
    return None
