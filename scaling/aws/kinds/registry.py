"""What AWS is asked of each kind of resource: how it is described, the call of each action, who
else sets a lever, and the names of what may be written to."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from tidegate.rules.graph import Resource
from tidegate.rules.kinds.kinesis_stream.state import KeySample, SampleKeys
from tidegate.rules.scalable_targets import ScalableTarget
from tidegate.scaling.aws.clients import Clients
from tidegate.scaling.aws.kinds.dynamodb_table.described import table_alone, tables_of_reader
from tidegate.scaling.aws.kinds.kinesis_stream.described import stream_alone, streams
from tidegate.scaling.aws.kinds.lambda_mapping.described import consumer_alone, consumers
from tidegate.scaling.aws.looked import Describe, DescribeAlone, DescribeSinks, Looked
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
    writes to; ``describe_alone`` describes the one of a name, and ``resource`` is the word that
    levers of it have for what they are of. ``calls`` has the one AWS call that each action is,
    ``answers`` how each question of the kind is asked. ``other_owners`` finds what AWS's own auto
    scaling sets, of the region or of one resource. ``sinks`` are the service, as in ARNs, and the
    names of what may be written to."""

    describe: Describe = _nothing
    calls: Mapping[type, Callable[[Any, Clients], None]] = field(default_factory=dict)
    answers: Mapping[type, Callable[[Any, Clients], Any]] = field(default_factory=dict)
    other_owners: Callable[[Clients, str | None], tuple[ScalableTarget, ...]] | None = None
    describe_sinks: DescribeSinks | None = None
    sinks: tuple[str, Callable[[Clients], tuple[str, ...]]] | None = None
    resource: str = ""
    describe_alone: DescribeAlone | None = None


# What changes something, or looks closer, is imported when that is done: few requests and sweeps
# do, and a cold start is shorter without.


def _change_stream(action: Any, clients: Clients) -> None:
    from tidegate.scaling.aws.kinds.kinesis_stream.changes import CALLS

    CALLS[type(action)](action, clients)


def _change_mapping(action: Any, clients: Clients) -> None:
    from tidegate.scaling.aws.kinds.lambda_mapping.changes import CALLS

    CALLS[type(action)](action, clients)


def _key_sample(question: SampleKeys, clients: Clients) -> KeySample:
    from tidegate.scaling.aws.kinds.kinesis_stream.key_sample import key_sample

    return key_sample(question, clients)


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


def _application_alone(looked: Looked, _: str) -> Iterable[Resource]:
    from tidegate.scaling.aws.kinds.flink_application import application_alone

    return application_alone(looked)


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
        streams,
        dict.fromkeys(
            (
                stream_actions.UpdateShardCount,
                stream_actions.SplitShard,
                stream_actions.MergeShards,
                stream_actions.UpdateRetention,
            ),
            _change_stream,
        ),
        {SampleKeys: _key_sample},
        resource="stream",
        describe_alone=stream_alone,
    ),
    AwsKind(
        consumers,
        dict.fromkeys(
            (mapping_actions.UpdateParallelizationFactor, mapping_actions.UpdateBatchingWindow),
            _change_mapping,
        ),
        resource="function",
        describe_alone=consumer_alone,
    ),
    AwsKind(
        _applications,
        {UpdateApplication: _update_application},
        resource="application",
        describe_alone=_application_alone,
    ),
    AwsKind(
        calls={UpdateTableThroughput: _update_table},
        other_owners=_scalable_targets,
        describe_sinks=tables_of_reader,
        sinks=("dynamodb", _table_names),
        resource="table",
        describe_alone=table_alone,
    ),
)
