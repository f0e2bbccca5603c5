"""What is wrong with a consumer by itself, up to the edges of the thresholds."""

from dataclasses import replace

import pytest

from tests.builders import (
    Reading,
    Samples,
    a_pipeline,
    a_table,
    function_metric,
    newest,
    signals,
    source_series,
    stream_metric,
    table_metric,
    the_consumer,
    with_consumers,
)
from tests.rules.kinds.lambda_mapping.late import a_mapping, causes, found, growing, the_one
from tidegate.rules.cause import Cause, LeverKind
from tidegate.rules.kinds.lambda_mapping.causes import consumer_causes
from tidegate.rules.kinds.signals import Signals
from tidegate.rules.window import Metric, Window

WINDOW, FACTOR, SHARDS = (
    LeverKind.BATCHING_WINDOW,
    LeverKind.PARALLELIZATION_FACTOR,
    LeverKind.SHARD_COUNT,
)


def test_a_consumer_in_order_has_no_cause() -> None:
    assert [*consumer_causes(signals(a_mapping()))] == []
    assert found(growing()) == []


@pytest.mark.parametrize(
    ("state", "is_told"),
    [("Enabled", False), ("Updating", False), ("Enabling", False), ("Creating", False),
     ("Disabled", True), ("Disabling", True), ("Deleting", True)],
)  # fmt: skip
def test_a_mapping_that_is_not_enabled_reads_nothing(state: str, is_told: bool) -> None:
    seen = signals(a_mapping(state=state))
    assert found(seen) == [(Cause.NOT_READING, (), ["mapping-disabled"])] * is_told


# ---- no execution left

CAPPED = (Cause.CONCURRENCY_CAP, (), ["invocations-throttled", "executions-capped"])


@pytest.mark.parametrize(
    ("throttles", "is_told"),
    [((0, 0, 1), True), ((0, 0, 0.99), False), ((9, 9, 0), False), ((9, 9, None), True)],
    ids=["a hundredth", "fewer", "none any more", "late"],
)
def test_throttled_invocations_of_a_late_consumer_are_a_cap(
    throttles: Samples, is_told: bool
) -> None:
    seen = growing(throttles=throttles, invocations=[33] * 3)
    assert found(seen) == [CAPPED] * is_told


def test_an_age_that_falls_and_is_over_the_objective_is_late_as_well() -> None:
    seen = newest(signals(a_mapping()), iterator_age_milliseconds=[90_000, 80_000, 70_000])
    assert causes(newest(seen, "scorer", throttles=[60] * 3)) == [Cause.CONCURRENCY_CAP]
    well = newest(signals(a_mapping()), "scorer", throttles=[60] * 3)
    assert causes(well) == []


@pytest.mark.parametrize(
    ("reserved", "limit", "advice"),
    [
        (3, "the reserved concurrency of scorer, 3",
         "raise the reserved concurrency of scorer from 3 to what the function needs, at most 2"),
        (0, "the reserved concurrency of scorer, 0",
         "raise the reserved concurrency of scorer from 0 to what the function needs, at most 2"),
        (None, "the account's unreserved concurrency of 1,000",
         "request a higher account concurrency, or reserve concurrency for this function"),
    ],
)  # fmt: skip
def test_the_limit_that_is_met_is_named(reserved: int | None, limit: str, advice: str) -> None:
    pipeline = a_pipeline(factor=2, reserved_concurrency=reserved)
    told = the_one(growing(pipeline, throttles=[20, 0, 60]))
    assert told.because.startswith("Lambda throttled 80 invocations of scorer in 3 min; ")
    assert told.because.endswith(f"and the limit is {limit}")
    assert told.advice == f"{advice}; a higher factor or more shards would only increase throttling"


# ---- the timeout

NEAR = (Cause.TIMEOUT_NEAR, (), ["longest-invocation", "invocations-failed", "not-the-table"])


@pytest.mark.parametrize(
    ("longest_seconds", "is_sick", "is_told"),
    [
        ((1, 12, 12), False, True),
        ((1, 11.9, 12), False, False),
        ((12, 12, 11.9), False, False),
        ((12, 1, 14), False, True),
        ((1, 1, 12), True, True),
        ((1, 1, 11.9), True, False),
        ((12, 12, None), False, True),
    ],
    ids=["two minutes", "one", "not any more", "two of three", "one and late", "far", "late data"],
)
def test_invocations_of_four_fifths_of_the_timeout_are_near_it(
    longest_seconds: Samples, is_sick: bool, is_told: bool
) -> None:
    longest = [each and each * 1000 for each in longest_seconds]
    seen = growing() if is_sick else signals(a_mapping())
    assert found(newest(seen, "scorer", duration_maximum_milliseconds=longest)) == [NEAR] * is_told


def test_the_longest_invocation_and_the_failures_are_said() -> None:
    of = {"duration_maximum_milliseconds": [13_000, 14_500, 12_500], "errors": [1, 0, 2]}
    told = the_one(newest(signals(a_mapping()), "scorer", **of))
    assert told.because == (
        "the longest invocation of scorer took 14.5 s, with a timeout of 15 s; 3 invocations of "
        "scorer failed in 3 min; no table is throttled, so the cause is the batch or the function "
        "itself"
    )
    assert dict(told.evidence[0].numbers)["longest_seconds"] == 14.5
    assert "(now 15 s), make the batch smaller (now 100 records)" in (told.advice or "")


# ---- too slow

SLOW = (
    Cause.CONSUMER_TOO_SLOW, (FACTOR, SHARDS),
    ["executions-busy-of-shards", "age-grows", "nothing-fails"],
)  # fmt: skip


def busy(of: Signals, executions: float) -> Signals:
    return newest(of, "scorer", duration_sum_milliseconds=[0, executions * 60_000, 0])


@pytest.mark.parametrize(
    ("seen", "executions", "is_told"),
    [
        (growing(), 1.6, True),
        (growing(), 1.59, False),
        (signals(a_mapping()), 2, False),
        (growing(a_pipeline(shards=5, factor=2)), 8, True),
        (growing(a_pipeline(shards=5, factor=2)), 7.9, False),
    ],
    ids=["four fifths busy", "fewer", "not late", "of all shards", "fewer of all shards"],
)
def test_a_late_consumer_whose_executions_are_busy_is_too_slow(
    seen: Signals, executions: float, is_told: bool
) -> None:
    assert found(busy(seen, executions)) == [SLOW] * is_told


def test_how_many_executions_are_busy_of_which_is_said() -> None:
    told = the_one(busy(growing(a_pipeline(shards=5, factor=2)), 9))
    assert told.because == (
        "9.0 of 10 concurrent executions of scorer are busy (shard count 5 x parallelization factor "
        "2); the iterator age is 160 s and grows by 50 s per minute; no table is throttled and no "
        "batch fails"
    )


def test_with_a_tumbling_window_only_more_shards_help() -> None:
    pipeline = a_mapping(reading=Reading(tumbling_window_seconds=30))
    told = the_one(busy(growing(pipeline), 0.8))
    assert (told.cause, told.cured_by) == (Cause.CONSUMER_TOO_SLOW, (SHARDS,))
    assert "0.8 of 1 concurrent executions of scorer are busy: with a tumbling window (30 s)" in (
        told.because
    )


OF_TABLE = table_metric("scores", None, "WriteThrottleEvents", "Sum")


@pytest.mark.parametrize(
    ("unread", "is_told"),
    [
        (function_metric("scorer", "Errors", "Sum"), False),
        (OF_TABLE, False),
        (table_metric("scores", "by-race", "WriteThrottleEvents", "Sum"), False),
        (table_metric("others", None, "WriteThrottleEvents", "Sum"), True),
        (stream_metric("racers", "IncomingBytes", "Sum"), True),
    ],
    ids=["of the function", "of its table", "of its index", "of another table", "of the stream"],
)
def test_that_nothing_fails_must_be_known(unread: Metric, is_told: bool) -> None:
    seen = busy(growing(), 2)
    window = Window(unread, source_series(seen).incoming_records.start, (), unread="refused")
    seen = replace(seen, series=replace(seen.series, unread=(window,)))
    assert found(seen) == [SLOW] * is_told


# ---- a batching window

WAITS = (Cause.BATCHING_WINDOW_TOO_LONG, (WINDOW,), ["window-explains-age"])


@pytest.mark.parametrize(
    ("window_seconds", "age", "longest_seconds", "is_told"),
    [
        (50, 65, 0, True),
        (50, 65.1, 0, False),
        (50, 67, 2, True),
        (50, 67.1, 2, False),
        (50, 60, 0, False),
        (50, 60.1, 0, True),
        (15, 60.1, 40, False),
        (16, 60.1, 40, True),
    ],
    ids=["window and a quarter", "more", "and an invocation", "more than all", "no more than the "
         "objective", "over it", "a well window", "a long one"],
)  # fmt: skip
def test_an_age_that_is_no_more_than_the_window_is_the_windows(
    window_seconds: int, age: float, longest_seconds: float, is_told: bool
) -> None:
    function = the_consumer(a_pipeline()).function
    pipeline = a_mapping(batching_window_seconds=window_seconds)
    consumer = the_consumer(pipeline)
    consumer = replace(consumer, function=replace(function, timeout_seconds=900))
    seen = signals(with_consumers(pipeline, consumer))
    seen = newest(seen, iterator_age_milliseconds=[age * 1000] * 3)
    longest = [0, longest_seconds * 1000, 0]
    seen = newest(seen, "scorer", duration_maximum_milliseconds=longest)
    assert found(seen) == [WAITS] * is_told


@pytest.mark.parametrize("ages", [(120, 90, 61), (70, 65, 61)], ids=["fast", "slowly"])
def test_an_age_that_falls_is_a_backlog_that_drains(ages: tuple[float, ...]) -> None:
    pipeline = a_mapping(batching_window_seconds=50)
    told = [age * 1000 for age in ages]
    assert causes(newest(signals(pipeline), iterator_age_milliseconds=told)) == []


def test_what_else_explains_the_age_comes_before_the_window() -> None:
    pipeline = a_mapping(batching_window_seconds=50)
    seen = newest(signals(pipeline), iterator_age_milliseconds=[62_000] * 3)
    assert causes(seen) == [Cause.BATCHING_WINDOW_TOO_LONG]
    assert causes(busy(seen, 2)) == [Cause.CONSUMER_TOO_SLOW]


def test_one_consumer_may_have_several_causes() -> None:
    pipeline = a_pipeline(factor=2, table=a_table(5000))
    seen = growing(pipeline, 60, errors=[60] * 3, throttles=[60] * 3)
    assert causes(seen) == [Cause.POISON_BATCH, Cause.CONCURRENCY_CAP]
