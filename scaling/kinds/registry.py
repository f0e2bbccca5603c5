"""The kinds of resource with levers, one line each, downstream first."""

from functools import cache
from typing import TYPE_CHECKING

from tidegate.rules.cause import LeverKind
from tidegate.rules.graph import Kinds
from tidegate.scaling.kinds.dynamodb_table import limits as table
from tidegate.scaling.kinds.flink_application import limits as application
from tidegate.scaling.kinds.kinesis_stream import limits as stream
from tidegate.scaling.kinds.lambda_mapping import limits as mapping
from tidegate.scaling.model.deferred_type import deferred

if TYPE_CHECKING:
    from tidegate.rules.kinds.signal_kind import SignalKind
    from tidegate.scaling.model.resource_type import ResourceType

__all__ = ["KINDS", "TYPES", "dimensions_of", "levers_of", "limits_of", "type_with"]

# Imported when first asked for more than their levers: a request of the endpoint is about one
# resource, and a cold start is shorter without the other kinds.


@cache
def _table() -> "ResourceType":
    from tidegate.scaling.kinds.dynamodb_table.resource import DynamodbTable

    return DynamodbTable()


@cache
def _application() -> "ResourceType":
    from tidegate.scaling.kinds.flink_application.resource import FlinkResource

    return FlinkResource()


@cache
def _mapping() -> "ResourceType":
    from tidegate.scaling.kinds.lambda_mapping.resource import LambdaMapping

    return LambdaMapping()


@cache
def _stream() -> "ResourceType":
    from tidegate.scaling.kinds.kinesis_stream.resource import KinesisStream

    return KinesisStream()


TYPES: "tuple[ResourceType, ...]" = (
    deferred(_table, table.LIMITS, table.SCALABLE),
    deferred(_application, application.LIMITS, application.SCALABLE),
    deferred(_mapping, mapping.LIMITS, mapping.SCALABLE),
    deferred(_stream, stream.LIMITS, stream.SCALABLE),
)


def _signals() -> "tuple[SignalKind, ...]":
    # Imported here: a GET of the endpoint judges nothing.
    from tidegate.rules.kinds.registry import SIGNAL_KINDS

    return SIGNAL_KINDS


KINDS = Kinds(_signals, TYPES)
"""The registry of built-in kinds that pipelines are described with."""


def type_with(kind: LeverKind) -> "ResourceType":
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
