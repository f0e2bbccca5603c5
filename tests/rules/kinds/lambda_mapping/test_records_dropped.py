"""Records that Lambda discards, up to the edges: what is lost at least, and at most."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from tests.builders import NOON, Reading, Samples, newest, signals, the_consumer
from tests.rules.kinds.lambda_mapping.late import a_mapping, causes, growing
from tidegate.rules.cause import Cause, Diagnosis
from tidegate.rules.kinds.lambda_mapping.event_metrics import event_metrics
from tidegate.rules.kinds.lambda_mapping.records_dropped import records_dropped
from tidegate.rules.kinds.signals import Signals
from tidegate.rules.window import Window

QUIET = [0.0] * 15
DESTINATION = "arn:aws:sqs:us-east-1:123456789012:failed"


def told(of: Signals) -> list[Diagnosis]:
    return list(records_dropped(of, the_consumer(of.pipeline)))


def lost(of: Signals) -> list[tuple[str, float]]:
    """Whether at least or at most, and how many records."""
    return [
        (each.evidence[0].kind, round(float(str(dict(each.evidence[0].numbers)["records"]))))
        for each in told(of)
    ]


def failing(errors: Samples, invocations: float = 120, /, **settings: Any) -> Signals:
    """6,000 records come in each minute; the newest of a quarter of an hour fail so."""
    before = 15 - len(errors)
    return newest(
        signals(a_mapping(**settings)),
        "scorer",
        errors=[*QUIET[:before], *errors],
        invocations=[invocations] * 15,
    )


@pytest.mark.parametrize(
    ("errors", "retries", "expected"),
    [
        ([1], 0, [("dropped-at-least", 50)]),
        ([0], 0, []),
        ([1, *[0] * 14], 0, [("dropped-at-least", 50)]),
        ([3], 2, [("dropped-at-most", 50)]),
        ([2], 2, []),
        ([1, 2], 2, [("dropped-at-most", 50)]),
        ([2, 0, 2], 2, []),
        ([6], 2, [("dropped-at-most", 100)]),
        ([120] * 15, 0, [("dropped-at-least", 90_000)]),
        ([120] * 15, 2, [("dropped-at-least", 59_900)]),
        ([60] * 15, 1, [("dropped-at-most", 30_000)]),
        ([1], -1, []),
        ([120] * 15, -1, []),
    ],
    ids=["one batch", "none", "a quarter of an hour ago", "all of its attempts", "one attempt less",
         "over two minutes", "not on end", "two batches", "every batch", "every batch, retried",
         "every other one", "no limit", "no limit and all fail"],
)  # fmt: skip
def test_failures_beyond_the_retries_are_records_lost(
    errors: Samples, retries: int, expected: list[tuple[str, float]]
) -> None:
    assert lost(failing(errors, maximum_retry_attempts=retries)) == expected


def test_one_minute_more_and_it_is_past() -> None:
    seen = newest(signals(a_mapping(maximum_retry_attempts=0)), "scorer", errors=[1, *QUIET])
    assert told(seen) == []


@pytest.mark.parametrize(
    ("settings", "expected"),
    [
        ({"batch_size": 20}, 20),
        ({"bisect_batch_on_function_error": True}, 1),
        ({"reading": Reading(has_filter=True)}, 1),
    ],
    ids=["no more than a batch", "bisected", "filtered"],
)
def test_a_batch_is_counted_with_no_more_records_than_it_can_have(
    settings: dict[str, Any], expected: float
) -> None:
    seen = failing([1], maximum_retry_attempts=0, **settings)
    assert lost(seen) == [("dropped-at-least", expected)]


def test_a_batch_that_fails_has_a_record_at_least() -> None:
    """One record comes in for every two batches."""
    seen = newest(failing([1], maximum_retry_attempts=0), incoming_records=[60] * 15)
    assert lost(seen) == [("dropped-at-least", 1)]


def test_a_minute_without_a_count_of_arrivals_adds_nothing_to_a_loss() -> None:
    """Nothing passes for five minutes, of which records of four got too old."""
    seen = signals(a_mapping(maximum_record_age_seconds=60))
    seen = newest(seen, incoming_records=[None, *[6000] * 4])
    assert lost(newest(seen, "scorer", errors=[120] * 5)) == [("dropped-at-least", 3 * 6000)]


def test_where_all_is_bisected_and_fails_all_is_lost() -> None:
    seen = failing([120] * 15, maximum_retry_attempts=0, bisect_batch_on_function_error=True)
    assert lost(seen) == [("dropped-at-least", 90_000)]


def test_failures_of_a_function_with_other_sources_may_be_theirs() -> None:
    others = Reading(other_sources=("queue",))
    assert told(failing([120] * 15, maximum_retry_attempts=0, reading=others)) == []


@pytest.mark.parametrize(
    ("errors", "limit", "age", "expected"),
    [
        ([120] * 5, 60, 1, [("dropped-at-least", 4 * 6000)]),
        ([120] * 2, 120, 60, [("dropped-at-most", 120 * 2 * 50)]),
        ([120] * 2, 120, 59.9, []),
        ([1] * 2, 120, 60, [("dropped-at-most", 100)]),
        ([1] * 2, 121, 60, []),
        ([1] * 2, 120, 59.9, []),
        ([1], 60, 60, []),
        ([1, 1, *[0] * 15], 60, 60, []),
        ([1, 1, *[0] * 14], 60, 60, [("dropped-at-most", 50)]),
    ],
    ids=["nothing passes", "nothing passes, for as long as allowed",
         "nothing passes, but records stay younger", "as long as allowed", "shorter",
         "records stay younger", "one minute", "more than a quarter of an hour ago", "a quarter"],
)  # fmt: skip
def test_failures_that_last_as_long_as_records_may_get_old_are_records_lost(
    errors: Samples, limit: int, age: float, expected: list[tuple[str, float]]
) -> None:
    seen = newest(signals(a_mapping(maximum_record_age_seconds=limit)), "scorer", errors=errors)
    seen = newest(seen, iterator_age_milliseconds=[age * 1000, 1000, 1000])
    assert lost(seen) == expected


def test_a_batch_that_still_is_retried_while_the_age_grows_is_a_poison_batch() -> None:
    seen = growing(a_mapping(maximum_retry_attempts=5), errors=[60] * 3)
    assert causes(seen) == [Cause.POISON_BATCH]


def test_loss_is_told_beside_a_table_that_throttles() -> None:
    seen = failing([120] * 15, maximum_retry_attempts=0)
    assert causes(newest(seen, "scores", write_throttles=[900] * 3)) == [Cause.RECORDS_DROPPED]


def test_a_destination_keeps_what_is_discarded_and_is_named() -> None:
    (only,) = told(failing([1], maximum_retry_attempts=0, on_failure_destination=DESTINATION))
    assert f"the on-failure destination {DESTINATION} is told of each" in only.because
    assert "not lost" in only.because
    assert f"process what {DESTINATION} has kept" in (only.advice or "")


def test_without_one_the_loss_is_said_with_how_it_is_counted() -> None:
    (only,) = told(failing([120] * 15, maximum_retry_attempts=2, maximum_record_age_seconds=60))
    assert only.because == (
        "1,800 of 1,800 invocations of scorer failed in 15 min, and its event source mapping "
        "discards a batch after 3 failed attempts or when its records are 60 s old: at least 84,000 "
        "records were discarded; the event source mapping of scorer has no on-failure destination: "
        "what it discards is lost"
    )
    assert "set an on-failure destination" in (only.advice or "")
    assert only.advice is not None
    assert not only.holds_raises


def counting(dropped: float | None, kept: float | None, errors: float = 0) -> Signals:
    """By the mapping's own metrics in the newest minute."""
    pipeline = a_mapping(maximum_retry_attempts=0, counts_events=True)
    seen = newest(signals(pipeline), "scorer", errors=[errors])
    start = NOON - timedelta(minutes=15)
    windows = (
        Window(metric, start, (*[None] * 14, sample))
        for metric, sample in zip(event_metrics("uuid-1")[:2], (dropped, kept), strict=True)
    )
    names = ("dropped_events", "kept_events")
    told: dict[str, Any] = dict(zip(names, windows, strict=True))
    own = replace(seen.of(the_consumer(pipeline).function), **told)
    return replace(
        seen, series=replace(seen.series, of={**seen.series.of, "lambda_mapping": {"scorer": own}})
    )


@pytest.mark.parametrize(
    ("dropped", "kept", "kinds"),
    [
        (7, 0, ["dropped-counted"]),
        (0, 1, ["dropped-counted"]),
        (0, 0, []),
        (None, 0, []),
        (None, None, ["dropped-at-least"]),
    ],
    ids=["dropped", "kept", "neither", "one is silent", "silent"],
)
def test_the_count_of_the_mapping_itself_goes_before_an_estimate(
    dropped: float | None, kept: float | None, kinds: list[str]
) -> None:
    found = told(counting(dropped, kept, errors=1))
    assert [each.evidence[0].kind for each in found] == kinds
    if dropped:
        assert "counted 7 dropped records, and 0 given to its on-failure" in found[0].because


@pytest.mark.parametrize("unread", ["dropped_events", "kept_events"])
def test_half_of_the_count_is_none(unread: str) -> None:
    seen = counting(7, 1, errors=1)
    half: dict[str, Any] = {unread: None}
    own = replace(seen.of(the_consumer(seen.pipeline).function), **half)
    of = {**seen.series.of, "lambda_mapping": {"scorer": own}}
    (only,) = told(replace(seen, series=replace(seen.series, of=of)))
    assert only.evidence[0].kind == "dropped-at-least"
