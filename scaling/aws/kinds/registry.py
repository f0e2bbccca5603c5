"""What AWS is asked of each kind of resource: how it is described, the call of each action, who
else sets a lever, and the names of what may be written to."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from tidegate.rules.graph import Resource
from tidegate.rules.scalable_targets import ScalableTarget
from tidegate.scaling.aws.clients import Clients
from tidegate.scaling.aws.looked import Describe, DescribeAlone, DescribeSinks, Looked, Reader

__all__ = ["AWS_KINDS", "AwsKind", "Calls"]

Calls = Mapping[type, Callable[[Any, Clients], Any]]
"""What is asked of AWS for each class of an action or a question. Raises CloudError."""


def _nothing(_: Looked) -> Sequence[Any]:
    return ()


def _no_calls() -> Calls:
    return {}


@dataclass(frozen=True, slots=True)
class AwsKind:
    """``describe`` finds a pipeline's resources of the kind, ``describe_sinks`` those that a reader
    writes to; ``describe_alone`` describes the one of a name, and ``resource`` is the word that
    levers of it have for what they are of. ``calls`` gives the one AWS call that each action is,
    ``answers`` how each question of the kind is asked. ``other_owners`` finds what AWS's own auto
    scaling sets, of the region or of one resource. ``sinks`` are the service, as in ARNs, and the
    names of what may be written to."""

    describe: Describe = _nothing
    calls: Callable[[], Calls] = _no_calls
    answers: Callable[[], Calls] = _no_calls
    other_owners: Callable[[Clients, str | None], tuple[ScalableTarget, ...]] | None = None
    describe_sinks: DescribeSinks | None = None
    sinks: tuple[str, Callable[[Clients], tuple[str, ...]]] | None = None
    resource: str = ""
    describe_alone: DescribeAlone | None = None


# Each kind is imported when it is asked for, and what changes something when that is done: a
# request of the endpoint is about one resource, and a cold start is shorter without the rest.


def _streams(looked: Looked) -> Iterable[Resource]:
    from tidegate.scaling.aws.kinds.kinesis_stream.described import streams

    return streams(looked)


def _stream_alone(looked: Looked, name: str) -> Iterable[Resource] | None:
    from tidegate.scaling.aws.kinds.kinesis_stream.described import stream_alone

    return stream_alone(looked, name)


def _stream_calls() -> Calls:
    from tidegate.scaling.aws.kinds.kinesis_stream.changes import CALLS

    return CALLS


def _stream_answers() -> Calls:
    from tidegate.scaling.aws.kinds.kinesis_stream.key_sample import ANSWERS

    return ANSWERS


def _consumers(looked: Looked) -> Iterable[Resource]:
    from tidegate.scaling.aws.kinds.lambda_mapping.described import consumers

    return consumers(looked)


def _consumer_alone(looked: Looked, name: str) -> Iterable[Resource] | None:
    from tidegate.scaling.aws.kinds.lambda_mapping.described import consumer_alone

    return consumer_alone(looked, name)


def _mapping_answers() -> Calls:
    from tidegate.scaling.aws.kinds.lambda_mapping.readers import ANSWERS

    return ANSWERS


def _mapping_calls() -> Calls:
    from tidegate.scaling.aws.kinds.lambda_mapping.changes import CALLS

    return CALLS


def _applications(looked: Looked) -> Iterable[Resource]:
    """Applications, then the topic that they say they read."""
    if not looked.spec.applications:
        return
    # Imported here: most pipelines have no application, and this is read at every cold start.
    from tidegate.scaling.aws.kinds.flink_application.described import applications
    from tidegate.scaling.aws.kinds.kafka_topic import topics

    found = list(applications(looked))
    yield from found
    yield from topics(looked.spec, found)


def _application_alone(looked: Looked, _: str) -> Iterable[Resource]:
    from tidegate.scaling.aws.kinds.flink_application.described import application_alone

    return application_alone(looked)


def _application_calls() -> Calls:
    from tidegate.scaling.aws.kinds.flink_application.changes import CALLS

    return CALLS


def _tables_of_reader(looked: Looked, reader: Reader) -> Iterable[Resource]:
    from tidegate.scaling.aws.kinds.dynamodb_table.described import tables_of_reader

    return tables_of_reader(looked, reader)


def _table_alone(looked: Looked, name: str) -> Iterable[Resource]:
    from tidegate.scaling.aws.kinds.dynamodb_table.described import table_alone

    return table_alone(looked, name)


def _table_calls() -> Calls:
    from tidegate.scaling.aws.kinds.dynamodb_table.changes import CALLS

    return CALLS


def _scalable_targets(clients: Clients, where: str | None) -> tuple[ScalableTarget, ...]:
    from tidegate.scaling.aws.kinds.dynamodb_table.changes import scalable_targets

    return scalable_targets(clients, where)


def _table_names(clients: Clients) -> tuple[str, ...]:
    from tidegate.scaling.aws.kinds.dynamodb_table.changes import table_names

    return table_names(clients)


AWS_KINDS: tuple[AwsKind, ...] = (
    AwsKind(
        _streams,
        _stream_calls,
        _stream_answers,
        resource="stream",
        describe_alone=_stream_alone,
    ),
    AwsKind(
        _consumers,
        _mapping_calls,
        _mapping_answers,
        resource="function",
        describe_alone=_consumer_alone,
    ),
    AwsKind(
        _applications,
        _application_calls,
        resource="application",
        describe_alone=_application_alone,
    ),
    AwsKind(
        calls=_table_calls,
        other_owners=_scalable_targets,
        describe_sinks=_tables_of_reader,
        sinks=("dynamodb", _table_names),
        resource="table",
        describe_alone=_table_alone,
    ),
)
