"""Batches that fail each time are told from those that are slow, throttled or merely late."""

from typing import Any

import pytest

from tests.builders import Samples, newest, signals, the_consumer
from tests.rules.kinds.lambda_mapping.late import a_mapping, causes, found, growing, the_one
from tidegate.rules.cause import Cause
from tidegate.rules.graph import Pipeline
from tidegate.rules.kinds.lambda_mapping.poison import partly_failing, poison_batch

POISON = (Cause.POISON_BATCH, (), ["batches-failed", "not-the-timeout", "batch-blocks-shard"])


@pytest.mark.parametrize(
    ("errors", "is_told"),
    [((0, 0, 6), True), ((0, 0, 5.9), False), ((6, 6, 0), False), ((60, 60, None), True)],
    ids=["a twentieth fails", "fewer", "none any more", "late"],
)
def test_invocations_that_fail_while_the_age_grows_are_a_poison_batch(
    errors: Samples, is_told: bool
) -> None:
    seen = growing(a_mapping(), 60, errors=errors, invocations=[120] * 3)
    assert found(seen) == [POISON] * is_told


def test_one_failure_of_few_invocations_is_a_poison_batch() -> None:
    assert found(growing(errors=[0, 0, 1], invocations=[20] * 3)) == [POISON]
    assert found(growing(errors=[0, 0, 0], invocations=[0] * 3)) == []


def test_failures_are_counted_over_the_newest_minutes() -> None:
    told = the_one(growing(a_mapping(), 58, errors=[9, 20, 30], invocations=[100, 200, 300]))
    assert told.because == (
        "59 of 600 invocations of scorer failed in 3 min; the longest invocation took 0.6 s, with a "
        "timeout of 15 s, so the timeout is not the cause; the iterator age grows by 58 s per "
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
    longest_milliseconds = [0, 0, longest * 1000]
    seen = growing(
        a_mapping(), 60, errors=[60] * 3, duration_maximum_milliseconds=longest_milliseconds
    )
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
def test_the_advice_is_what_the_mapping_lacks_and_where_memory_is_told(
    settings: dict[str, Any], steps: str
) -> None:
    seen = growing(a_mapping(**settings), errors=[60] * 3)
    (told,) = poison_batch(seen, the_consumer(seen.pipeline))
    memory = (
        "the log of scorer tells an exception from a lack of memory, for which `tidegate memory "
        "scorer` has the size; Lambda Insights would tell it here"
    )
    assert told.advice == (
        f"more capacity does not help a batch that fails each time: {steps}; {memory}"
    )


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


@pytest.mark.parametrize("share", [0.1, 1.0])
def test_a_batch_is_said_to_fail_as_a_whole_or_in_part_and_never_both(share: float) -> None:
    seen = growing(ITEM_FAILURES, 60, errors=[120 * share] * 3, invocations=[120] * 3)
    of = seen, the_consumer(seen.pipeline)
    assert ([each.cause for each in poison_batch(*of)], list(partly_failing(*of))) == (
        [Cause.POISON_BATCH], []
    )  # fmt: skip
    whole = newest(growing(ITEM_FAILURES, 60), read_records=[10] * 3)
    of = whole, the_consumer(whole.pipeline)
    assert (list(poison_batch(*of)), [each.cause for each in partly_failing(*of)]) == (
        [], [Cause.POISON_BATCH]
    )  # fmt: skip
