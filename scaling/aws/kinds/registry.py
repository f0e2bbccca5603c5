"""What AWS is asked of each kind of resource: how it is described, the call of each action, who
else sets a lever, and the names of what may be written to."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from tidegate.rules.graph import Resource
from tidegate.rules.scalable_targets import ScalableTarget
from tidegate.scaling.aws.clients import Clients
from tidegate.scaling.aws.kinds import (
    kinesis_stream,
    lambda_mapping,
)
from tidegate.scaling.aws.kinds.dynamodb_table.described import tables_of_reader
from tidegate.scaling.aws.looked import Describe, DescribeSinks, Looked
from tidegate.scaling.kinds.dynamodb_table.actions import UpdateTableThroughput
from tidegate.scaling.kinds.flink_application.actions import UpdateApplication
from tidegate.scaling.kinds.kinesis_stream import actions as stream_actions
from tidegate.scaling.kinds.lambda_mapping import actions as mapping_actions

__all__ = ["AWS_KINDS", "AwsKind"]


def _nothing(_: Looked) -> Sequence[Any]:
    return ()


@dataclass(frozen=True, slots=True)
class AwsKind:
    """``describe`` finds a pipeline's resources of the kind, ``describe_sinks`` those that a reader
    writes to. ``calls`` has the one AWS call that each action is. ``other_owners`` finds what AWS's
    own auto scaling sets, of the region or of one resource. ``sinks`` are the service, as in ARNs,
    and the names of what may be written to."""

    describe: Describe = _nothing
    calls: Mapping[type, Callable[[Any, Clients], None]] = field(default_factory=dict)
    other_owners: Callable[[Clients, str | None], tuple[ScalableTarget, ...]] | None = None
    describe_sinks: DescribeSinks | None = None
    sinks: tuple[str, Callable[[Clients], tuple[str, ...]]] | None = None


def _applications(looked: Looked) -> Iterable[Resource]:
    """Applications, then the topic that they say they read."""
    if not looked.spec.applications:
        return
    # Imported here: most pipelines have no application, and this is read at every cold start.
    from tidegate.scaling.aws.kinds.flink_application import applications
    from tidegate.scaling.aws.kinds.kafka_topic import topics

    found = list(applications(looked))
    yield from found
    yield from topics(looked.spec, found)


def _update_application(action: UpdateApplication, clients: Clients) -> None:
    from tidegate.scaling.aws.kinds.flink_application import update_application

    update_application(action, clients)


def _update_table(action: UpdateTableThroughput, clients: Clients) -> None:
    from tidegate.scaling.aws.kinds.dynamodb_table.changes import update_table

    update_table(action, clients)


def _scalable_targets(clients: Clients, where: str | None) -> tuple[ScalableTarget, ...]:
    from tidegate.scaling.aws.kinds.dynamodb_table.changes import scalable_targets

    return scalable_targets(clients, where)


def _table_names(clients: Clients) -> tuple[str, ...]:
    from tidegate.scaling.aws.kinds.dynamodb_table.changes import table_names

    return table_names(clients)


AWS_KINDS: tuple[AwsKind, ...] = (
    AwsKind(
        kinesis_stream.streams,
        {
            stream_actions.UpdateShardCount: kinesis_stream.update_shard_count,
            stream_actions.SplitShard: kinesis_stream.split_shard,
            stream_actions.MergeShards: kinesis_stream.merge_shards,
            stream_actions.UpdateRetention: kinesis_stream.set_retention,
        },
    ),
    AwsKind(
        lambda_mapping.consumers,
        {
            mapping_actions.UpdateParallelizationFactor: lambda_mapping.update_factor,
            mapping_actions.UpdateBatchingWindow: lambda_mapping.update_batching_window,
        },
    ),
    AwsKind(_applications, {UpdateApplication: _update_application}),
    AwsKind(
        calls={UpdateTableThroughput: _update_table},
        other_owners=_scalable_targets,
        describe_sinks=tables_of_reader,
        sinks=("dynamodb", _table_names),
    ),
)
