"""The kinds of resource with levers, one line each, downstream first."""

from tidegate.rules.graph import Kinds
from tidegate.rules.kinds.registry import SIGNAL_KINDS
from tidegate.scaling.kinds.dynamodb_table.resource import DynamodbTable
from tidegate.scaling.kinds.flink_application.resource import FlinkResource
from tidegate.scaling.kinds.kinesis_stream.resource import KinesisStream
from tidegate.scaling.kinds.lambda_mapping.resource import LambdaMapping
from tidegate.scaling.model.resource_type import ResourceType

__all__ = ["KINDS", "TYPES"]

TYPES: tuple[ResourceType, ...] = (
    DynamodbTable(),
    FlinkResource(),
    LambdaMapping(),
    KinesisStream(),
)

KINDS = Kinds(SIGNAL_KINDS, TYPES)
"""The registry of built-in kinds that pipelines are described with."""
