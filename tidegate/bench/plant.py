"""The pipeline that every controller is given, and how much of each layer a rate needs."""

from dataclasses import dataclass
from math import ceil

from tidegate.simulator.kinds.dynamodb_table.data import TableData
from tidegate.simulator.kinds.kinesis_stream.data import StreamData
from tidegate.simulator.kinds.lambda_mapping.data import FunctionData, MappingData

__all__ = [
    "AGE_MAX_SECONDS",
    "BATCH",
    "FACTOR_MAX",
    "FUNCTION",
    "RATE_MAX",
    "RECORD_BYTES",
    "SHARDS_MAX",
    "STREAM",
    "TABLE",
    "UNITS_MAX",
    "UNITS_PER_RECORD",
    "Setting",
    "lane_rate",
    "setting_for",
    "shards_for",
]

STREAM, TABLE = "orders", "orders"
FUNCTION = FunctionData("order-writer", timeout_seconds=30)
"""0.1 s an invocation and 4 ms a record: a full batch of 100 takes half a second."""

BATCH = 100
RECORD_BYTES = 300
UNITS_PER_RECORD = 1.0
AGE_MAX_SECONDS = 60.0
"""The objective: no record in the stream gets older."""

SHARDS_MAX, FACTOR_MAX, UNITS_MAX = 64, 10, 40_000
"""The highest that a controller may set; 40,000 units is DynamoDB's quota of a table."""

RATE_MAX = 30_000
"""Records a second that a load may reach, so that these bounds leave room above it."""

SHARD_RECORDS_PER_SECOND = 1000


@dataclass(frozen=True, slots=True)
class Setting:
    """The three layers as configured: shards, parallelization factor, write units a second."""

    shards: int
    factor: int
    write_units: int

    @property
    def lanes(self) -> int:
        """Concurrent executions that the setting allows."""
        return self.shards * self.factor

    @property
    def stream(self) -> StreamData:
        """The stream of a scenario that begins so."""
        return StreamData(STREAM, shards=self.shards)

    @property
    def mapping(self) -> MappingData:
        """The event source mapping of a scenario that begins so."""
        return MappingData(parallelization_factor=self.factor, batch_size=BATCH)

    @property
    def table(self) -> TableData:
        """The table of a scenario that begins so."""
        return TableData(TABLE, self.write_units, units_per_record=UNITS_PER_RECORD)


def lane_rate(seconds_per_record: float = FUNCTION.seconds_per_record) -> float:
    """Records a second that one concurrent execution gets through with full batches."""
    return BATCH / (FUNCTION.seconds_per_invocation + seconds_per_record * BATCH)


def shards_for(records_per_second: float) -> int:
    """Fewest shards that take a rate in; records of 300 bytes meet the limit of records first."""
    return max(1, ceil(records_per_second / SHARD_RECORDS_PER_SECOND))


def setting_for(records_per_second: float, use: float = 1.0) -> Setting:
    """The smallest setting that carries a rate while at most ``use`` of each layer is used."""
    rate = records_per_second / use
    shards = shards_for(rate)
    lanes = ceil(rate / lane_rate())
    shards = max(shards, ceil(lanes / FACTOR_MAX))
    return Setting(shards, max(1, ceil(lanes / shards)), max(1, ceil(rate * UNITS_PER_RECORD)))
