"""Scalable targets that were suspended, resumed."""

from collections.abc import Collection
from typing import Any

from tidegate.scaling.aws.clients import Clients
from tidegate.scaling.aws.errors import asking

__all__ = ["resume"]

NAMESPACE: Any = "custom-resource"
AT_ONCE = 50
"""Resource ids in a call (DescribeScalableTargets, API reference)."""
_SUSPENDED = (
    "DynamicScalingInSuspended",
    "DynamicScalingOutSuspended",
    "ScheduledScalingSuspended",
)


def resume(clients: Clients, resource_ids: Collection[str]) -> None:
    """End the suspension of those scalable targets that are still registered, whatever the stage.
    Their bounds, which scheduled actions set too, are left out, and so left as they are
    (RegisterScalableTarget, API reference). Raises CloudError."""
    scaling, ids = clients.of("application-autoscaling"), list(resource_ids)
    for first in range(0, len(ids), AT_ONCE):
        with asking("application-autoscaling:DescribeScalableTargets", NAMESPACE):
            found = scaling.describe_scalable_targets(
                ServiceNamespace=NAMESPACE, ResourceIds=ids[first : first + AT_ONCE]
            )["ScalableTargets"]
        for each in found:
            with asking("application-autoscaling:RegisterScalableTarget", each["ResourceId"]):
                scaling.register_scalable_target(
                    ServiceNamespace=NAMESPACE,
                    ResourceId=each["ResourceId"],
                    ScalableDimension=each["ScalableDimension"],
                    SuspendedState=dict.fromkeys(_SUSPENDED, False),
                )
