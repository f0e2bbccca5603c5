"""A stream is used by records or by bytes, whichever is nearer to what its shards take."""

from dataclasses import replace

import pytest

from tests.builders import a_pipeline, a_stream, newest, signals, with_stream
from tidegate.rules.kinds.kinesis_stream.utilization import stream_utilization

NO_SHARDS = replace(a_stream(), open_shards=())


@pytest.mark.parametrize(
    ("shards", "records", "size", "by_records", "by_bytes"),
    [(1, 60_000, 0, 1, 0), (4, 60_000, 60 * 2**21, 0.25, 0.5), (0, 30_000, 0, 0.5, 0)],
)
def test_a_stream_is_used_by_records_and_by_bytes(
    shards: int, records: float, size: float, by_records: float, by_bytes: float
) -> None:
    pipeline = with_stream(a_pipeline(), a_stream(shards) if shards else NO_SHARDS)
    seen = newest(signals(pipeline), incoming_records=[records, 1, 1], incoming_bytes=[size, 0, 0])
    assert stream_utilization(seen) == (by_records, by_bytes)
