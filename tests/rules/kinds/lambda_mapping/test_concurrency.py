"""How many executions a consumer may have, and how many of them are busy."""

import pytest

from tests.builders import (
    Reading,
    Samples,
    a_pipeline,
    newest,
    signals,
    the_consumer,
    with_mapping,
    with_reserved_concurrency,
)
from tests.flink_builders import JobMinute, a_flink_pipeline, job_signals
from tidegate.rules.kinds.lambda_mapping.concurrency import (
    busy_at_most,
    busy_concurrency,
    concurrency_cap,
    executions,
    idles,
    is_at_its_cap,
)
from tidegate.rules.kinds.signals import Signals


def full(seen: Signals, concurrent: float) -> Signals:
    """So many executions of the function busy in the newest minute."""
    return newest(seen, "scorer", duration_sum_milliseconds=[0, 0, concurrent * 60_000])


def test_executions_are_those_that_mapping_and_limits_allow() -> None:
    pipeline = a_pipeline(shards=3, factor=4)
    capped = a_pipeline(reserved_concurrency=7)
    shared = with_reserved_concurrency(pipeline, 300)
    seen = signals(shared)
    assert executions(seen, the_consumer(shared)) == 12
    assert concurrency_cap(seen, the_consumer(shared)) == 700
    assert concurrency_cap(signals(capped), the_consumer(capped)) == 7


def test_what_a_function_does_for_other_sources_is_no_more_than_the_mapping_allows() -> None:
    alone = a_pipeline(shards=2, factor=2)
    shared = with_mapping(alone, reading=Reading(other_sources=("queue",)))
    for pipeline, busy in ((alone, 9), (shared, 4)):
        seen = full(signals(pipeline), 9)
        assert busy_concurrency(seen, the_consumer(pipeline)) == busy
        assert busy_at_most(seen, the_consumer(pipeline), 60) == busy


@pytest.mark.parametrize(("busy", "is_at_cap"), [(3.9, False), (4, True)])
def test_four_fifths_of_the_executions_that_it_may_have_are_its_cap(
    busy: float, is_at_cap: bool
) -> None:
    capped = a_pipeline(shards=5, factor=2, reserved_concurrency=5)
    seen = full(signals(capped), busy)
    assert is_at_its_cap(seen, the_consumer(capped)) is is_at_cap
    others = with_mapping(capped, reading=Reading(other_sources=("queue",)))
    assert not is_at_its_cap(full(signals(others), busy), the_consumer(others))


@pytest.mark.parametrize(("busy", "is_at_cap"), [(0.79, False), (0.8, True)])
def test_of_a_single_execution_four_fifths_of_its_time_are_its_cap(
    busy: float, is_at_cap: bool
) -> None:
    of_one = a_pipeline()
    assert is_at_its_cap(full(signals(of_one), busy), the_consumer(of_one)) is is_at_cap


@pytest.mark.parametrize(
    ("where", "changes", "idle"),
    [
        ("scorer", {}, True),
        ("scorer", {"errors": [0, 1, 0]}, False),
        ("scorer", {"throttles": [0, 1, 0]}, False),
        ("scores", {"write_throttles": [900] * 3}, False),
        ("scorer", {"duration_sum_milliseconds": [0, 0, 16 * 60_000]}, False),
        ("scorer", {"duration_sum_milliseconds": [0, 0, 15.9 * 60_000]}, True),
    ],
    ids=["calm", "fails", "is throttled", "its table is", "is busy", "is nearly busy"],
)
def test_a_consumer_idles_where_executions_are_free_and_nothing_delays_it(
    where: str, changes: dict[str, Samples], idle: bool
) -> None:
    assert list(idles(newest(signals(a_pipeline(shards=2, factor=10)), where, **changes))) == [idle]
    assert list(idles(job_signals(a_flink_pipeline(), JobMinute()))) == []
