"""What AWS is asked of each kind of resource: the call behind an action, who else sets a lever, and
the names of what may be written to."""

from collections.abc import Callable, Mapping
from typing import Any

from tidegate.rules.graph import ScalableTarget
from tidegate.scaling.aws.clients import Clients
from tidegate.scaling.aws.kinds import (
    dynamodb_table,
    flink_application,
    kinesis_stream,
    lambda_mapping,
)
from tidegate.scaling.model import actions
from tidegate.scaling.model.plan import Action

__all__ = ["CALLS", "scalable_targets", "sink_names"]

CALLS: Mapping[type[Action], Callable[[Any, Clients], None]] = {
    actions.UpdateShardCount: kinesis_stream.update_shard_count,
    actions.SplitShard: kinesis_stream.split_shard,
    actions.MergeShards: kinesis_stream.merge_shards,
    actions.UpdateRetention: kinesis_stream.set_retention,
    actions.UpdateParallelizationFactor: lambda_mapping.update_factor,
    actions.UpdateBatchingWindow: lambda_mapping.update_batching_window,
    actions.UpdateTableThroughput: dynamodb_table.update_table,
    actions.UpdateApplication: flink_application.update_application,
}

_OTHER_OWNERS = (dynamodb_table.scalable_targets,)
_SINKS = {"dynamodb": dynamodb_table.table_names}


def scalable_targets(clients: Clients, where: str | None = None) -> tuple[ScalableTarget, ...]:
    """Capacities that AWS's own auto scaling sets, of the region or of one resource. Raises
    CloudError."""
    return tuple(target for asked in _OTHER_OWNERS for target in asked(clients, where))


def sink_names(clients: Clients) -> dict[str, tuple[str, ...]]:
    """The names of what may be written to in the region, by service as in ARNs. Raises
    CloudError."""
    return {service: listed(clients) for service, listed in _SINKS.items()}
