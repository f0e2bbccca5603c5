"""Every kind that a world is made of, a line each. Their order is the order within a phase."""

from tidegate.simulator.kind import Kinds
from tidegate.simulator.kinds.dynamodb_table.kind import KIND as TABLES
from tidegate.simulator.kinds.flink_application.kind import KIND as APPLICATIONS
from tidegate.simulator.kinds.foreign.operator import KIND as OPERATORS
from tidegate.simulator.kinds.foreign.reader import KIND as FOREIGN_READERS
from tidegate.simulator.kinds.foreign.writer import KIND as FOREIGN_WRITERS
from tidegate.simulator.kinds.kinesis_stream.kind import STREAMS, TOPICS
from tidegate.simulator.kinds.lambda_mapping.kind import FUNCTIONS, MAPPINGS

__all__ = ["KINDS"]

KINDS: Kinds = (
    STREAMS,
    TOPICS,
    TABLES,
    FUNCTIONS,
    MAPPINGS,
    APPLICATIONS,
    FOREIGN_READERS,
    FOREIGN_WRITERS,
    OPERATORS,
)
