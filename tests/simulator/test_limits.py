"""The simulator's own limits of AWS are those that the product goes by."""

import pytest

from tidegate.rules.kinds.kinesis_stream.state import (
    SHARD_BYTES_PER_SECOND,
    SHARD_RECORDS_PER_SECOND,
)
from tidegate.rules.kinds.signals import BURST_SECONDS
from tidegate.scaling.kinds.dynamodb_table import levers as table_levers
from tidegate.scaling.kinds.dynamodb_table import sizing as table_sizing
from tidegate.scaling.kinds.flink_application import limits as application_limits
from tidegate.scaling.kinds.kinesis_stream import limits as stream_limits
from tidegate.scaling.kinds.lambda_mapping import limits as mapping_limits
from tidegate.simulator.kinds.dynamodb_table import limits as tables
from tidegate.simulator.kinds.flink_application import limits as applications
from tidegate.simulator.kinds.kinesis_stream import limits as streams
from tidegate.simulator.kinds.lambda_mapping import limits as mappings

PAIRS = {
    "records a second into a shard": (streams.RECORDS_PER_SECOND, SHARD_RECORDS_PER_SECOND),
    "bytes a second into a shard": (streams.BYTES_PER_SECOND, SHARD_BYTES_PER_SECOND),
    "shards of a stream": (streams.SHARDS_MAX, stream_limits.SHARDS_MAX),
    "UpdateShardCount calls a day": (streams.UPDATES_PER_DAY, stream_limits.UPDATES_PER_DAY),
    "retention": (
        streams.RETENTION_HOURS,
        (stream_limits.RETENTION_HOURS_MIN, stream_limits.RETENTION_HOURS_MAX),
    ),
    "parallelization factor": (mappings.PARALLELIZATION_FACTOR, (1, mapping_limits.FACTOR_MAX)),
    "batching window": (mappings.BATCHING_WINDOW, (0, mapping_limits.BATCHING_WINDOW_MAX)),
    "burst": (tables.BURST_SECONDS, BURST_SECONDS),
    "write units of a partition": (tables.PARTITION_UNITS, table_sizing.PARTITION_UNITS),
    "decreases at any time": (
        tables.DECREASES_AT_ANY_TIME,
        table_levers.DECREASES_WITHOUT_WAIT,
    ),
    "decreases a day": (tables.DECREASES_PER_DAY, table_levers.DECREASES_MAX),
    "parallelism per KPU": (
        applications.PARALLELISM_PER_KPU_MAX,
        application_limits.PARALLELISM_PER_KPU_MAX,
    ),
}


@pytest.mark.parametrize("name", PAIRS)
def test_the_simulator_and_the_product_agree(name: str) -> None:
    own, ours = PAIRS[name]
    assert own == ours


def test_the_product_may_ask_for_more_parallelism_than_the_service_has() -> None:
    """The product goes by Flink's own bound, and lets the service refuse what is above its."""
    assert applications.PARALLELISM_MAX <= application_limits.PARALLELISM_MAX
