"""Why some subtasks of a slow task have more to do than others."""

import pytest

from tests.builders import newest
from tests.flink_builders import JobMinute, a_flink_pipeline, an_application, job_signals
from tests.rules.kinds.flink_application.test_bottleneck import (
    HELD,
    HOT,
    IDLE,
    KEYED,
    SOURCE,
    Times,
    found,
)
from tests.rules.kinds.flink_application.test_causes import growing, seen
from tidegate.rules.cause import Cause
from tidegate.rules.kinds.flink_application.bottleneck import Bottleneck
from tidegate.rules.kinds.flink_application.causes import application_causes
from tidegate.rules.kinds.flink_application.state import FlinkApplication
from tidegate.rules.kinds.flink_application.uneven import is_uneven


@pytest.mark.parametrize(
    ("busy", "busiest", "uneven"), [(0.63, 0.9, True), (0.64, 0.9, False), (0.3, 0.89, False)]
)
def test_subtasks_are_uneven_where_the_busiest_is_full_and_the_others_are_not(
    busy: float, busiest: float, uneven: bool
) -> None:
    assert is_uneven(seen(), Bottleneck("", busy, busiest, waits=False)) is uneven


@pytest.mark.parametrize(
    ("times", "application", "shards", "topic", "parts"),
    [
        (HOT, an_application(4), 8, False, "shards"),
        ((650, 990, 0), an_application(8), 8, False, "shards"),
        (HOT, an_application(4, partitions=12), 8, True, "partitions"),
        ((300, 1000, 0), an_application(8), 7, False, "shards"),
    ],
    ids=["a hot shard", "a mild one", "a hot partition", "more uneven than the shards explain"],
)
def test_a_source_that_is_uneven_has_unlike_shards_and_no_hot_key_of_a_key_by(
    times: Times, application: FlinkApplication, shards: int, topic: bool, parts: str
) -> None:
    _, first = found({SOURCE: times, KEYED: IDLE}, 40, application, shards=shards, topic=topic)
    assert (first.cause, first.where, first.cured_by) == (Cause.SOURCE_TOO_NARROW, "racers", ())
    assert f"no keyBy comes before task {SOURCE} of counter" in first.because
    assert f"compare the records of the {parts} of racers" in (first.advice or "")
    _, behind = found({SOURCE: HELD, KEYED: times}, 40, application, shards=shards, topic=topic)
    assert behind.cause is Cause.SKEWED_KEY


@pytest.mark.parametrize(("busy", "may_be_groups"), [(700, False), (701, True), (790, True)])
def test_where_the_others_have_little_more_time_it_may_be_key_groups(
    busy: float, may_be_groups: bool
) -> None:
    (skewed,) = application_causes(seen(busiest=[1000] * 3, busy=[busy] * 3))
    assert "hot key" in (skewed.advice or "")
    assert ("divides the maximum parallelism" in (skewed.advice or "")) is may_be_groups


@pytest.mark.parametrize(
    ("subtasks", "shards", "busy", "told_so"),
    [(4, 6, 750, True), (4, 8, 750, False), (5, 7, 705, True)],
    ids=["two of four have two", "two each", "two of five have two"],
)
def test_shards_that_leave_the_others_little_more_time_are_told_as_well(
    subtasks: int, shards: int, busy: float, told_so: bool
) -> None:
    pipeline = a_flink_pipeline(an_application(subtasks), shards=shards)
    of = job_signals(pipeline, *growing(JobMinute(cpu_percent=95)))
    (told,) = application_causes(newest(of, "counter", busiest=[1000] * 3, busy=[busy] * 3))
    assert (told.cause is Cause.PARALLELISM_TOO_LOW) is told_so
    assert (f"{shards} shards for {subtasks} subtasks" in told.because) is told_so
