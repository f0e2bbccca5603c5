"""The kinds of resource with levers, one line each, downstream first."""

from typing import TYPE_CHECKING

from tidegate.rules.cause import LeverKind
from tidegate.rules.graph import Kinds
from tidegate.scaling.kinds.dynamodb_table.resource import DynamodbTable
from tidegate.scaling.kinds.flink_application.resource import FlinkResource
from tidegate.scaling.kinds.kinesis_stream.resource import KinesisStream
from tidegate.scaling.kinds.lambda_mapping.resource import LambdaMapping
from tidegate.scaling.model.resource_type import ResourceType

if TYPE_CHECKING:
    from tidegate.rules.kinds.signal_kind import SignalKind

__all__ = ["KINDS", "TYPES", "dimensions_of", "levers_of", "limits_of", "type_with"]

TYPES: tuple[ResourceType, ...] = (
    DynamodbTable(),
    FlinkResource(),
    LambdaMapping(),
    KinesisStream(),
)


def _signals() -> "tuple[SignalKind, ...]":
    # Imported here: a GET of the endpoint judges nothing.
    from tidegate.rules.kinds.registry import SIGNAL_KINDS

    return SIGNAL_KINDS


KINDS = Kinds(_signals, TYPES)
"""The registry of built-in kinds that pipelines are described with."""


def type_with(kind: LeverKind) -> ResourceType:
    """The built-in kind of resource that has a kind of lever. KeyError where none has it."""
    for resource_type in TYPES:
        if kind in resource_type.levers:
            return resource_type
    raise KeyError(f"no kind of resource has a {kind.value}")


def limits_of(kind: LeverKind) -> tuple[int, int]:
    """The least and the most that AWS takes of a kind of lever, in the lever's own unit. KeyError
    for one that no built-in kind of resource has."""
    return type_with(kind).levers[kind]


def levers_of(resource: str) -> tuple[LeverKind, ...]:
    """The levers of a built-in kind of resource, by the key that the pipeline file has for it, such
    as ``table``. Empty for a key that none has."""
    levers = (kind for resource_type in TYPES for kind in resource_type.levers)
    return tuple(kind for kind in levers if kind.resource == resource)


def dimensions_of(resource: str) -> tuple[LeverKind, ...]:
    """Those of them that Application Auto Scaling may own."""
    levers = (kind for resource_type in TYPES for kind in resource_type.scalable_dimensions)
    return tuple(kind for kind in levers if kind.resource == resource)
