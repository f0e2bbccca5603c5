"""The kinds of resource with levers, one line each, downstream first."""

from collections.abc import Sequence

from tidegate.rules.cause import LeverKind
from tidegate.scaling.kinds.dynamodb_table.resource import DynamodbTable
from tidegate.scaling.kinds.flink_application.resource import FlinkResource
from tidegate.scaling.kinds.kinesis_stream.resource import KinesisStream
from tidegate.scaling.kinds.lambda_mapping.resource import LambdaMapping
from tidegate.scaling.model.change_record import Lever
from tidegate.scaling.model.resource_type import ResourceType

__all__ = ["TYPES", "limits_of", "type_of"]

TYPES: tuple[ResourceType, ...] = (
    DynamodbTable(),
    FlinkResource(),
    LambdaMapping(),
    KinesisStream(),
)


def type_of(lever: Lever, types: Sequence[ResourceType] = TYPES) -> ResourceType:
    """The type of the resource that has the lever. KeyError for a lever that none has."""
    for resource_type in types:
        if lever.kind in resource_type.levers:
            return resource_type
    raise KeyError(f"no kind of resource has {lever}")


def limits_of(kind: LeverKind, types: Sequence[ResourceType] = TYPES) -> tuple[int, int]:
    """The least and the most that AWS takes of a kind of lever, in the lever's own unit. KeyError
    for one that no kind of resource has."""
    for resource_type in types:
        if kind in resource_type.levers:
            return resource_type.levers[kind]
    raise KeyError(f"no kind of resource has a {kind.value}")
