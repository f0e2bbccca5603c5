"""The kinds of resource as diagnosis sees them, one line each."""

from tidegate.rules.kinds.dynamodb_table.kind import DynamodbTableSignals
from tidegate.rules.kinds.flink_application.kind import FlinkApplicationSignals
from tidegate.rules.kinds.kinesis_stream.kind import KinesisStreamSignals
from tidegate.rules.kinds.lambda_mapping.kind import LambdaMappingSignals
from tidegate.rules.kinds.signal_kind import SignalKind

__all__ = ["SIGNAL_KINDS"]

SIGNAL_KINDS: tuple[SignalKind, ...] = (
    KinesisStreamSignals(),
    LambdaMappingSignals(),
    DynamodbTableSignals(),
    FlinkApplicationSignals(),
)
