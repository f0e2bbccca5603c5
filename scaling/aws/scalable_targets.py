"""The scalable targets of DynamoDB's own auto scaling.

They are those of the namespace ``dynamodb``. What ``tidegate register`` puts is of the namespace
``custom-resource``, as is whatever others scale through an endpoint of theirs: its resource ids are
URLs, which name no table. No other namespace has a dimension that is a lever (ScalableTarget, API
reference).
"""

from collections.abc import Iterator, Mapping
from typing import Any

from tidegate.rules.cause import LeverKind
from tidegate.rules.scalable_targets import ScalableTarget
from tidegate.scaling.aws.clients import Clients
from tidegate.scaling.aws.errors import asking
from tidegate.scaling.aws.pages import pages

__all__ = ["scalable_targets"]

_KINDS = {
    "dynamodb:table:WriteCapacityUnits": LeverKind.WRITE_CAPACITY,
    "dynamodb:table:ReadCapacityUnits": LeverKind.READ_CAPACITY,
    "dynamodb:index:WriteCapacityUnits": LeverKind.WRITE_CAPACITY,
    "dynamodb:index:ReadCapacityUnits": LeverKind.READ_CAPACITY,
}
_SUSPENSIONS = (
    "DynamicScalingInSuspended",
    "DynamicScalingOutSuspended",
    "ScheduledScalingSuspended",
)
"""With all three nothing moves the target (SuspendedState, API reference)."""


def scalable_targets(clients: Clients, where: str | None = None) -> tuple[ScalableTarget, ...]:
    """Those of the region, or of one table or table/index, but for the ones that are suspended
    altogether. Raises CloudError."""
    request: dict[str, Any] = {"ServiceNamespace": "dynamodb"}
    if where is not None:
        request["ResourceIds"] = [_resource_id(where)]
    return tuple(_target(each) for each in _pages(clients, request) if _moves(each))


def _pages(clients: Clients, request: dict[str, Any]) -> Iterator[Mapping[str, Any]]:
    call = clients.of("application-autoscaling").describe_scalable_targets
    with asking("application-autoscaling:DescribeScalableTargets", "dynamodb"):
        for page in pages(call, request):
            yield from page["ScalableTargets"]


def _moves(data: Mapping[str, Any]) -> bool:
    suspended = data.get("SuspendedState", {})
    is_suspended = all(suspended.get(each, False) for each in _SUSPENSIONS)
    return data["ScalableDimension"] in _KINDS and not is_suspended


def _target(data: Mapping[str, Any]) -> ScalableTarget:
    # table/NAME or table/NAME/index/INDEX (RegisterScalableTarget, API reference).
    where = data["ResourceId"].removeprefix("table/").replace("/index/", "/")
    kind = _KINDS[data["ScalableDimension"]]
    return ScalableTarget(where, kind, data["MinCapacity"], data["MaxCapacity"])


def _resource_id(where: str) -> str:
    table, _, index = where.partition("/")
    return f"table/{table}/index/{index}" if index else f"table/{table}"
