"""What of a table's units is used up, and what is refused without them."""

import pytest

from tests.builders import (
    Samples,
    a_pipeline,
    a_table,
    newest,
    signals,
    the_consumer,
    the_stream,
    the_table,
)
from tidegate.rules.kinds.dynamodb_table.units import (
    is_throttled,
    is_used_up,
    throttled_reads_share,
    throttled_share,
)

PIPELINE = a_pipeline(table=a_table(5000, index_units=10))


def test_a_share_is_of_the_writes_or_reads_attempted_on_the_table_or_the_index() -> None:
    seen = newest(signals(PIPELINE), "scores/by-race", write_throttles=[9000])
    table, index = the_table(seen.pipeline).capacities
    assert (throttled_share(seen, table), throttled_share(seen, index)) == (0, 9000 / 27_000)
    reads = {"read_throttles": [0, 0, 30], "consumed_read_units": [90] * 3}
    seen = newest(seen, "scores", **reads)
    assert throttled_reads_share(seen, table) == pytest.approx(30 / 300)


@pytest.mark.parametrize(("units_a_second", "holds"), [(899, False), (900, True)])
def test_nine_tenths_consumed_is_used_up(units_a_second: float, holds: bool) -> None:
    seen = signals(a_pipeline(table=a_table(1000)))
    seen = newest(seen, "scores", consumed_write_units=[units_a_second * 60, 0, 0])
    assert is_used_up(seen, the_table(seen.pipeline).capacity) is holds


@pytest.mark.parametrize(
    ("where", "field"),
    [("scores", "write_throttles"), ("scores", "read_throttles"),
     ("scores/by-race", "write_throttles"), ("scores/by-race", "read_throttles")],
)  # fmt: skip
def test_a_table_is_throttled_by_itself_or_by_an_index_and_nothing_else_is(
    where: str, field: str
) -> None:
    calm = signals(PIPELINE)
    seen = newest(calm, where, **{field: [9000] * 3})
    table = the_table(PIPELINE)
    assert (is_throttled(calm, table), is_throttled(seen, table)) == (False, True)
    assert not is_throttled(seen, the_consumer(PIPELINE))
    assert not is_throttled(seen, the_stream(PIPELINE))


@pytest.mark.parametrize(
    ("throttled", "done"),
    [("write_throttles", "consumed_write_units"), ("read_throttles", "consumed_read_units")],
    ids=["writes", "reads"],
)
@pytest.mark.parametrize(("consumed", "holds"), [(99, True), (100, False)])
def test_one_in_a_hundred_that_is_refused_counts(
    throttled: str, done: str, consumed: float, holds: bool
) -> None:
    newest_minutes: dict[str, Samples] = {throttled: [1] * 3, done: [consumed] * 3}
    seen = newest(signals(PIPELINE), "scores", **newest_minutes)
    assert is_throttled(seen, the_table(PIPELINE)) is holds
