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
    with_mapping,
)
from tidegate.rules.cause import Cause, Diagnosis, LeverKind
from tidegate.rules.graph import Pipeline
from tidegate.rules.kinds.lambda_mapping.causes import consumer_causes, executions_in_use
from tidegate.rules.kinds.signals import Signals
from tidegate.rules.window import Metric, Window

WINDOW, FACTOR, SHARDS = (
    LeverKind.BATCHING_WINDOW,
    LeverKind.PARALLELIZATION_FACTOR,
    LeverKind.SHARD_COUNT,
)


def a_mapping(pipeline: Pipeline | None = None, **settings: object) -> Pipeline:
    """A pipeline of two executions with other settings of its mapping."""
    return with_mapping(pipeline or a_pipeline(factor=2), **settings)


def growing(pipeline: Pipeline | None = None, per_minute: float = 50, /, **of: Samples) -> Signals:
    """The age grows from 60 s by so many seconds a minute; ``of`` the function's newest minutes."""
    ages = [60_000 + per_minute * 1000 * at for at in range(3)]
    seen = newest(signals(pipeline or a_mapping()), iterator_age_milliseconds=ages)
    return newest(seen, "scorer", **of)


def found(of: Signals) -> list[tuple[Cause, tuple[LeverKind, ...], list[str]]]:
    return [
        (each.cause, each.cured_by, [why.kind for why in each.evidence])
        for each in consumer_causes(of)
    ]


def causes(of: Signals) -> list[Cause]:
    return [each.cause for each in consumer_causes(of)]


def the_one(of: Signals) -> Diagnosis:
    (told,) = consumer_causes(of)
    return told


def test_a_consumer_in_order_has_no_cause() -> None:
    assert found(signals(a_mapping())) == []
    assert found(growing()) == []


@pytest.mark.parametrize(
    ("state", "is_told"),
    [("Enabled", False), ("Updating", False), ("Enabling", False), ("Creating", False),
     ("Disabled", True), ("Disabling", True), ("Deleting", True)],
)  # fmt: skip
def test_a_mapping_that_is_not_enabled_reads_nothing(state: str, is_told: bool) -> None:
    seen = signals(a_mapping(state=state))
    assert found(seen) == [(Cause.NOT_READING, (), ["mapping-disabled"])] * is_told


# ---- batches that fail

POISON = (Cause.POISON_BATCH, (), ["batches-failed", "not-the-timeout", "batch-blocks-shard"])


@pytest.mark.parametrize(
    ("errors", "is_told"),
    [((0, 0, 6), True), ((0, 0, 5.9), False), ((6, 6, 0), False), ((60, 60, None), True)],
    ids=["a twentieth fails", "fewer", "none any more", "late"],
)
def test_invocations_that_fail_while_the_age_grows_are_a_poison_batch(
    errors: Samples, is_told: bool
) -> None:
    seen = growing(errors=errors, invocations=[120] * 3)
    assert found(seen) == [POISON] * is_told


def test_one_failure_of_few_invocations_is_a_poison_batch() -> None:
    assert found(growing(errors=[0, 0, 1], invocations=[20] * 3)) == [POISON]
    assert found(growing(errors=[0, 0, 0], invocations=[0] * 3)) == []


def test_failures_are_counted_over_the_newest_minutes() -> None:
    told = the_one(growing(errors=[9, 20, 30], invocations=[100, 200, 300]))
    assert told.because == (
        "59 of 600 invocations of scorer failed in 3 min; the longest invocation took 0.6 s, with a "
        "timeout of 15 s, so the timeout is not the cause; the iterator age grows by 50 s per "
        "minute: Lambda retries the failed batch, which blocks its shard"
    )


@pytest.mark.parametrize(
    ("errors", "per_minute", "is_told"),
    [
        ((0, 1, 1), 57, True),
        ((0, 1, 1), 56, False),
        ((1, 0, 1), 57, False),
        ((1, 1, 0), 57, False),
        ((1, 1, None), 57, False),
        ((0, None, 1), 57, False),
    ],
    ids=["two minutes", "records are read", "one minute", "none any more", "not known", "a gap"],
)
def test_one_batch_that_fails_minute_after_minute_blocks_an_execution_of_many(
    errors: Samples, per_minute: float, is_told: bool
) -> None:
    seen = growing(a_mapping(), per_minute, errors=errors, invocations=[1000] * 3)
    assert found(seen) == [POISON] * is_told


@pytest.mark.parametrize(
    ("longest", "cause"), [(11.99, Cause.POISON_BATCH), (12, Cause.TIMEOUT_NEAR)]
)
def test_batches_that_fail_near_the_timeout_are_the_timeouts(longest: float, cause: Cause) -> None:
    seen = growing(errors=[60] * 3, duration_maximum_milliseconds=[0, 0, longest * 1000])
    assert causes(seen) == [cause]


def test_failures_without_an_age_are_no_incident() -> None:
    assert found(newest(signals(a_mapping()), "scorer", errors=[60] * 3)) == []


def test_failures_behind_a_throttled_table_are_the_tables() -> None:
    seen = newest(growing(errors=[60] * 3), "scores", write_throttles=[900] * 3)
    assert found(seen) == []


SAFE = {
    "bisect_batch_on_function_error": True, "maximum_retry_attempts": 5,
    "on_failure_destination": "arn:aws:sqs:us-east-1:123456789012:failed",
    "report_batch_item_failures": True,
}  # fmt: skip


@pytest.mark.parametrize(
    ("settings", "steps"),
    [
        (SAFE, "find the record that fails in the function's log"),
        (SAFE | {"bisect_batch_on_function_error": False},
         "set BisectBatchOnFunctionError to isolate the bad record"),
        (SAFE | {"maximum_retry_attempts": -1}, "set MaximumRetryAttempts (now unlimited)"),
        (SAFE | {"maximum_retry_attempts": -1, "maximum_record_age_seconds": 60},
         "find the record that fails in the function's log"),
        (SAFE | {"maximum_retry_attempts": 0}, "find the record that fails in the function's log"),
        (SAFE | {"maximum_retry_attempts": -1, "maximum_record_age_seconds": 0},
         "find the record that fails in the function's log"),
        (SAFE | {"on_failure_destination": None},
         "set an on-failure destination to keep the discarded batches"),
        (SAFE | {"report_batch_item_failures": False},
         "return ReportBatchItemFailures to retry from the failed record onwards"),
    ],
    ids=["nothing is missing", "bisect", "attempts", "an age instead", "no retry", "no age",
         "destination", "item failures"],
)  # fmt: skip
def test_the_advice_is_what_the_mapping_lacks(settings: dict[str, object], steps: str) -> None:
    told = the_one(growing(a_mapping(**settings), errors=[60] * 3))
    assert told.advice == f"more capacity does not help a batch that fails each time: {steps}"


# ---- batches that fail in part

PARTLY = (Cause.POISON_BATCH, (), ["invocations-without-progress", "records-reported-as-failed"])
ITEM_FAILURES = a_mapping(report_batch_item_failures=True)


@pytest.mark.parametrize(
    ("pipeline", "per_minute", "changes", "is_told"),
    [
        (ITEM_FAILURES, 57, {}, True),
        (ITEM_FAILURES, 56, {}, False),
        (a_mapping(), 60, {}, False),
        (ITEM_FAILURES, 60, {"errors": [1, 0, 0]}, False),
        (ITEM_FAILURES, 60, {"throttles": [1, 0, 0]}, False),
        (ITEM_FAILURES, 60, {"invocations": [100, 100, None]}, True),
        (ITEM_FAILURES, 60, {"invocations": [100, 100, 0]}, False),
    ],
    ids=["stands still", "records are read", "not asked for", "fails", "throttled", "late",
         "not invoked"],
)  # fmt: skip
def test_a_batch_that_is_reported_as_failed_time_after_time_is_a_poison_batch(
    pipeline: Pipeline, per_minute: float, changes: dict[str, Samples], is_told: bool
) -> None:
    seen = newest(growing(pipeline, per_minute, **changes), read_records=[10] * 3)
    assert found(seen) == [PARTLY] * is_told


@pytest.mark.parametrize(
    ("read", "is_told"), [(119, True), (120, False), (300, False), (301, True)]
)
def test_readers_that_are_merely_outrun_are_not_blocked(read: float, is_told: bool) -> None:
    """120 invocations in each minute with a record of their own at least, and no more than a
    twentieth of 6,000 that come in."""
    seen = newest(growing(ITEM_FAILURES, 60), read_records=[read] * 3)
    assert found(seen) == [PARTLY] * is_told


def test_how_fast_the_age_grows_beside_it_is_told_a_minute() -> None:
    seen = newest(growing(ITEM_FAILURES, 57), read_records=[10] * 3)
    without, _ = the_one(seen).evidence
    told = dict(without.numbers)
    assert told["age_growth"] == pytest.approx(seen.age_growth * 60)
    assert told["minutes"] == 3


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


def test_executions_of_a_function_with_other_sources_are_not_counted() -> None:
    pipeline = a_mapping(reading=Reading(other_sources=("queue", "topic")))
    told = str(executions_in_use(signals(pipeline), the_consumer(pipeline)))
    assert told.startswith("scorer has other event sources (2), whose invocations are among")


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


def test_what_else_explains_the_age_comes_before_the_window() -> None:
    pipeline = a_mapping(batching_window_seconds=50)
    seen = newest(signals(pipeline), iterator_age_milliseconds=[62_000] * 3)
    assert causes(seen) == [Cause.BATCHING_WINDOW_TOO_LONG]
    assert causes(busy(seen, 2)) == [Cause.CONSUMER_TOO_SLOW]


def test_one_consumer_may_have_several_causes() -> None:
    seen = growing(a_pipeline(factor=2, table=a_table(5000)), errors=[60] * 3, throttles=[60] * 3)
    assert causes(seen) == [Cause.POISON_BATCH, Cause.CONCURRENCY_CAP]
