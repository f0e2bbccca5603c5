"""The suspension of scalable targets: read, begun for a pause, and ended after it.

All three flags are given in every call: RegisterScalableTarget leaves parameters that are not given
as they are, but for the flags within SuspendedState its API reference says only that false is the
default.
"""

from collections.abc import Collection, Iterator, Mapping
from typing import Any

from tidegate.scaling.aws.clients import Clients
from tidegate.scaling.aws.errors import asking

__all__ = ["FLAGS", "resume", "suspend", "suspended"]

NAMESPACE: Any = "custom-resource"
DIMENSION: Any = "custom-resource:ResourceType:Property"
AT_ONCE = 50
"""Resource ids in a call (DescribeScalableTargets, API reference)."""
FLAGS = (
    "DynamicScalingInSuspended",
    "DynamicScalingOutSuspended",
    "ScheduledScalingSuspended",
)
"""Of SuspendedState (API reference)."""


def suspended(clients: Clients, resource_ids: Collection[str]) -> dict[str, tuple[str, ...]]:
    """Which flags are set, by the resource id, of those that are registered. Raises CloudError."""
    return dict(_flags(clients, tuple(resource_ids)))


def suspend(clients: Clients, resource_id: str) -> None:
    """Have Application Auto Scaling ask for nothing. Raises CloudError."""
    _put(clients, resource_id, FLAGS)


def resume(clients: Clients, before: Mapping[str, Collection[str]]) -> None:
    """End the suspension of those scalable targets that are still registered, whatever the stage,
    but for the flags that were set before: those stay as they are. Raises CloudError."""
    for resource_id, flags in _flags(clients, tuple(before)):
        kept = tuple(each for each in flags if each in before[resource_id])
        if kept != flags:
            _put(clients, resource_id, kept)


def _flags(
    clients: Clients, resource_ids: tuple[str, ...]
) -> Iterator[tuple[str, tuple[str, ...]]]:
    scaling = clients.of("application-autoscaling")
    for first in range(0, len(resource_ids), AT_ONCE):
        with asking("application-autoscaling:DescribeScalableTargets", NAMESPACE):
            found = scaling.describe_scalable_targets(
                ServiceNamespace=NAMESPACE, ResourceIds=resource_ids[first : first + AT_ONCE]
            )["ScalableTargets"]
        for each in found:
            state: Mapping[str, Any] = each.get("SuspendedState") or {}
            yield each["ResourceId"], tuple(flag for flag in FLAGS if state.get(flag))


def _put(clients: Clients, resource_id: str, flags: Collection[str]) -> None:
    """Bounds, which scheduled actions set too, are left as they are by being left out
    (RegisterScalableTarget, API reference)."""
    state: Any = {flag: flag in flags for flag in FLAGS}
    with asking("application-autoscaling:RegisterScalableTarget", resource_id):
        clients.of("application-autoscaling").register_scalable_target(
            ServiceNamespace=NAMESPACE,
            ResourceId=resource_id,
            ScalableDimension=DIMENSION,
            SuspendedState=state,
        )
