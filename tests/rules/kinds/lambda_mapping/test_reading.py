"""Whether a consumer is seen to read, up to the ends of its patience."""

from dataclasses import replace
from typing import Any

import pytest

from tests.builders import (
    Reading,
    Samples,
    a_pipeline,
    newest,
    signals,
    the_consumer,
    with_consumers,
    with_mapping,
)
from tidegate.rules.cause import Cause, Diagnosis
from tidegate.rules.graph import Pipeline
from tidegate.rules.kinds.lambda_mapping.reading import (
    has_problem,
    is_throttled,
    not_reading,
    waits,
    where_to_look,
)
from tidegate.rules.kinds.signals import Signals

PROBLEM = "PROBLEM: Function call failed"
UNREAD, LAST, READ_BY_OTHERS, NOBODY = (
    "not-invoked-since",
    "last-result",
    "stream-is-read",
    "stream-is-unread",
)


def reading(*, window_seconds: int = 0, timeout_seconds: int = 15, **how: Any) -> Pipeline:
    """A pipeline whose mapping reads in that way; a batch is due 180 s, its timeout and its
    windows after its first record."""
    pipeline = a_pipeline()
    consumer = the_consumer(pipeline)
    mapping = replace(
        consumer.mapping, batching_window_seconds=window_seconds, reading=Reading(**how)
    )
    function = replace(consumer.function, timeout_seconds=timeout_seconds)
    return with_consumers(pipeline, replace(consumer, mapping=mapping, function=function))


def unread(pipeline: Pipeline, minutes: int, **stream: Samples) -> Signals:
    """The function was not invoked in so many newest minutes, in which records came in."""
    seen = newest(signals(pipeline), **stream)
    return newest(seen, "scorer", invocations=[0] * minutes) if minutes else seen


def told(of: Signals) -> Diagnosis | None:
    return not_reading(of, the_consumer(of.pipeline))


def found(of: Signals) -> tuple[Cause, list[str]] | None:
    diagnosis = told(of)
    return (
        None if diagnosis is None else (diagnosis.cause, [why.kind for why in diagnosis.evidence])
    )


WAITS = (Cause.UNKNOWN, [UNREAD, READ_BY_OTHERS])


@pytest.mark.parametrize(
    ("how", "minutes", "is_late"),
    [
        ({}, 0, False),
        ({}, 3, False),
        ({}, 4, True),
        ({"timeout_seconds": 60}, 4, True),
        ({"timeout_seconds": 61}, 4, False),
        ({"window_seconds": 45}, 4, True),
        ({"window_seconds": 46}, 4, False),
        ({"tumbling_window_seconds": 900}, 3, False),
        ({"tumbling_window_seconds": 900}, 4, True),
        ({"window_seconds": 300, "tumbling_window_seconds": 300}, 8, False),
        ({"window_seconds": 300, "tumbling_window_seconds": 300}, 9, True),
    ],
)
def test_records_may_wait_for_batching_window_and_timeout_and_three_minutes(
    how: dict[str, int], minutes: int, is_late: bool
) -> None:
    of = unread(reading(**how), minutes)
    assert found(of) == (WAITS if is_late else None)


@pytest.mark.parametrize(
    ("invocations", "is_late"),
    [((0, 0, 0, 0), True), ((None,) * 4, True), ((0, 0, 0, 1), False), ((1, 0, 0, 0), False),
     ((1, 0, 0, 0, 0), True), ((0, None, 1, None), False)],
    ids=["none", "silent", "in the newest", "three ago", "four ago", "in between"],
)  # fmt: skip
def test_an_invocation_ends_the_wait(invocations: Samples, is_late: bool) -> None:
    of = newest(signals(reading()), "scorer", invocations=invocations)
    assert (found(of) is not None) is is_late


def test_a_throttled_invocation_shows_a_mapping_that_reads() -> None:
    of = newest(unread(reading(), 6), "scorer", throttles=[5] * 6)
    assert found(of) is None
    assert found(newest(of, "scorer", throttles=[5, 0, 0, 0, 0])) == WAITS
    assert found(newest(unread(reading(), 6), "scorer", throttles=[5])) is None


@pytest.mark.parametrize(
    ("came", "since", "records"),
    [((60, 0, 60, 0), "11:56", 120), ((0, 7, 0, 0, 0), "11:56", 7), ((0, 0, 0, 9), None, 0),
     ((0, 0, 0, 0), None, 0), ((None, 5, None, None, 0), "11:56", 5)],
)  # fmt: skip
def test_the_wait_is_that_of_the_first_record_that_came_in_after_it(
    came: Samples, since: str | None, records: int
) -> None:
    of = told(unread(reading(), len(came), incoming_records=came))
    if since is None:
        assert of is None
    else:
        assert of is not None
        assert str(of.evidence[0]) == (
            f"scorer was not invoked for {records} records that came in since {since}"
        )


def test_a_function_that_was_never_invoked_waits_since_the_first_record() -> None:
    of = told(unread(reading(), 90))
    assert of is not None
    assert "since 10:30" in of.because
    assert "540,000 records" in of.because


@pytest.mark.parametrize(
    ("read", "written", "cause", "last"),
    [
        ([600] * 4, [600] * 4, Cause.UNKNOWN, READ_BY_OTHERS),
        ([600] * 4, [0] * 4, Cause.NOT_READING, UNREAD),
        ([0] * 4, [600] * 4, Cause.NOT_READING, NOBODY),
        ([600, 0, 0, 0], [600] * 4, Cause.NOT_READING, UNREAD),
        ([0, 600, 0, 0], [0, 600, 0, 0], Cause.UNKNOWN, READ_BY_OTHERS),
        ([600, *[0] * 4], [0] * 4, Cause.NOT_READING, NOBODY),
    ],
    ids=["read and written", "not written", "nobody reads", "not read lately", "lately",
         "nobody reads for long"],
)  # fmt: skip
def test_where_someone_reads_and_the_sink_is_written_only_metrics_may_be_missing(
    read: Samples, written: Samples, cause: Cause, last: str
) -> None:
    of = newest(unread(reading(), 5, read_records=read), "scores", consumed_write_units=written)
    assert found(of) == (cause, [UNREAD] if last == UNREAD else [UNREAD, last])


def test_a_consumer_that_names_no_sink_is_judged_by_the_reads() -> None:
    pipeline = reading()
    consumer = the_consumer(pipeline)
    alone = with_consumers(pipeline, replace(consumer, writes=()))
    assert found(unread(alone, 5)) == WAITS
    assert found(unread(alone, 5, read_records=[0] * 5)) == (Cause.NOT_READING, [UNREAD, NOBODY])


@pytest.mark.parametrize(
    ("invocations", "cause"),
    [((0,) * 5, Cause.NOT_READING), ((9, 0, 0, 0, 0), Cause.NOT_READING), ((0, 9, 0, 0, 0), None),
     ((0, 0, 0, 0, 9), None)],
    ids=["none", "five ago", "within its patience", "in the newest"],
)  # fmt: skip
def test_a_last_attempt_that_failed_is_told_where_none_has_followed(
    invocations: Samples, cause: Cause | None
) -> None:
    of = unread(reading(last_result=PROBLEM), 0, incoming_records=[0] * 5)
    of = newest(of, "scorer", invocations=invocations)
    diagnosis = told(of)
    assert (diagnosis and diagnosis.cause) == cause
    assert diagnosis is None or [why.kind for why in diagnosis.evidence] == [LAST]


def test_a_failed_attempt_beside_waiting_records_is_no_missing_metric() -> None:
    of = unread(reading(last_result=PROBLEM), 5)
    assert found(of) == (Cause.NOT_READING, [UNREAD, LAST])
    nobody = unread(reading(last_result=PROBLEM), 5, read_records=[0] * 5)
    assert found(nobody) == (Cause.NOT_READING, [UNREAD, LAST, NOBODY])
    assert found(unread(reading(last_result="OK"), 5)) == (
        Cause.UNKNOWN,
        [UNREAD, LAST, READ_BY_OTHERS],
    )


# ---- by the reads of the stream


@pytest.mark.parametrize(
    ("how", "read", "is_late"),
    [
        ({"has_filter": True}, [600] * 5, False),
        ({"has_filter": True}, [0] * 5, True),
        ({"other_sources": ("queue",)}, [600] * 5, False),
        ({"other_sources": ("queue",)}, [0] * 5, True),
        ({"other_sources": ("queue",)}, [600, 0, 0, 0, 0], True),
        ({"other_sources": ("queue",)}, [0, 600, 0, 0, 0], False),
    ],
    ids=["filtered", "nothing to filter", "read", "not read", "long ago", "lately"],
)
def test_a_filter_or_other_sources_leave_only_the_reads_to_tell(
    how: dict[str, Any], read: Samples, is_late: bool
) -> None:
    of = signals(reading(**how))
    invocations = [0] * 5 if "has_filter" in how else [600] * 5
    of = newest(newest(of, read_records=read), "scorer", invocations=invocations)
    assert (found(of) is not None) is is_late


def test_invocations_for_other_sources_are_none_for_this_stream() -> None:
    of = signals(reading(other_sources=("queue",)))
    of = newest(newest(of, read_records=[0] * 5), "scorer", throttles=[9] * 5)
    assert found(of) == (Cause.NOT_READING, [UNREAD, NOBODY])


# ---- by the mapping's own counts


def attempts(
    failed: float, invoked: float, timeout_seconds: int = 15, **of_function: Samples
) -> Signals:
    """Of so many records in the newest minute, by a mapping that counts them; no invocation."""
    of = signals(with_mapping(reading(timeout_seconds=timeout_seconds), counts_events=True))
    counts: dict[str, Samples] = {
        "polled_events": [6000] * 6, "filtered_events": [0] * 6, "dropped_events": [0] * 6,
        "failed_events": [0, failed], "invoked_events": [0, invoked],
    }  # fmt: skip
    return newest(of, "scorer", **{**counts, "invocations": [0] * 90, **of_function})


@pytest.mark.parametrize(
    ("failed", "invoked", "of_function", "is_refused"),
    [
        (600, 600, {}, True), (599, 600, {}, False), (0, 0, {}, False),
        (600, 600, {"invocations": [1, 0, 0, 0]}, False),
        (600, 600, {"invocations": [1, 0, 0, 0, 0]}, True),
        (600, 600, {"throttles": [1, 0, 0, 0]}, False),
        (600, 600, {"throttles": [1, 0, 0, 0, 0]}, True),
    ],
    ids=["all fail", "one does not", "none is made", "one got to it", "long ago", "throttled",
         "throttled long ago"],
)  # fmt: skip
def test_a_function_that_no_attempt_gets_to_is_not_read_for(
    failed: float, invoked: float, of_function: dict[str, Any], is_refused: bool
) -> None:
    of = found(attempts(failed, invoked, **of_function))
    assert (of == (Cause.NOT_READING, ["no-attempt-succeeds"])) is is_refused


def test_the_records_of_attempts_that_fail_are_told_with_the_minutes() -> None:
    """Of three minutes and the timeout."""
    for timeout_seconds, minutes in ((15, 4), (60, 4), (61, 5)):
        of = told(attempts(600, 600, timeout_seconds))
        assert of is not None
        assert dict(of.evidence[0].numbers) == {
            "name": "scorer", "records": 600, "minutes": minutes,
        }  # fmt: skip


@pytest.mark.parametrize("missing", ["failed_events", "invoked_events"])
def test_attempts_that_are_not_counted_show_no_refusal(missing: str) -> None:
    of = attempts(600, 600)
    nothing: dict[str, Any] = {missing: None}
    series = replace(of.of(the_consumer(of.pipeline).function), **nothing)
    parts = {**of.series.of, "lambda_mapping": {"scorer": series}}
    assert found(replace(of, series=replace(of.series, of=parts))) is None


@pytest.mark.parametrize("metric", ["invocations", "throttles"])
@pytest.mark.parametrize(
    ("of", "is_told"),
    [(unread(reading(), 90), False), (attempts(600, 600), False),
     (unread(reading(last_result=PROBLEM), 90), True)],
    ids=["never invoked", "no attempt succeeds", "the mapping says so"],
)  # fmt: skip
def test_what_cloudwatch_failed_to_read_is_no_function_that_was_not_invoked(
    metric: str, of: Signals, is_told: bool
) -> None:
    assert told(of) is not None
    window = getattr(of.of(the_consumer(of.pipeline).function), metric)
    series = replace(of.series, unread=(replace(window, unread="PartialData"),))
    assert (told(replace(of, series=series)) is not None) is is_told


# ---- whether anything waits, or is throttled


@pytest.mark.parametrize(
    ("last_result", "minutes", "waits_for_it"),
    [("", 0, False), ("", 1, True), (PROBLEM, 0, True), (PROBLEM, 1, True)],
)
def test_records_wait_since_the_last_invocation_or_an_attempt_that_failed(
    last_result: str, minutes: int, waits_for_it: bool
) -> None:
    of = unread(reading(last_result=last_result), minutes)
    assert waits(of, the_consumer(of.pipeline)) is waits_for_it


@pytest.mark.parametrize(
    ("throttles", "others", "throttled"),
    [([0] * 4, (), False), ([1, 0, 0, 0], (), True), ([1, 0, 0, 0, 0], (), False),
     ([1, 0, 0, 0], ("queue",), False), ([0] * 4, ("queue",), False)],
    ids=["never", "within its patience", "before", "maybe of another source", "neither"],
)  # fmt: skip
def test_a_mapping_is_throttled_by_what_no_other_source_may_have_asked_for(
    throttles: Samples, others: tuple[str, ...], throttled: bool
) -> None:
    of = newest(signals(reading(other_sources=others)), "scorer", throttles=throttles)
    assert is_throttled(of, the_consumer(of.pipeline)) is throttled


# ---- what AWS says


@pytest.mark.parametrize(
    ("result", "is_problem"),
    [("", False), ("OK", False), ("No records processed", False), ("PROBLEM: no key", True)],
)
def test_a_problem_is_what_aws_calls_one(result: str, is_problem: bool) -> None:
    assert has_problem(Reading(result)) is is_problem


@pytest.mark.parametrize(
    ("busy_seconds", "words"),
    [(54, "find the most frequent key"), (53.9, "state and the last processing result of")],
    ids=["one execution all the time", "none"],
)
def test_an_execution_that_is_busy_all_the_time_reads_what_waits(
    busy_seconds: float, words: str
) -> None:
    """All of a minute but what passes between two batches."""
    busy = [busy_seconds * 1000, 0, 0]
    late = newest(signals(a_pipeline()), iterator_age_milliseconds=[70_000] * 3)
    seen = newest(late, "scorer", duration_sum_milliseconds=busy)
    assert words in (where_to_look(seen) or "")


def test_where_no_record_waits_no_key_is_to_be_found() -> None:
    seen = newest(signals(a_pipeline()), "scorer", duration_sum_milliseconds=[54_000] * 3)
    assert "state and the last processing result of" in (where_to_look(seen) or "")


def test_without_a_function_there_is_nowhere_to_look() -> None:
    assert where_to_look(signals(with_consumers(a_pipeline()))) is None
