"""A consumer is called healthy by what shows it, and each grade has its numbers."""

from dataclasses import replace
from typing import Any

import pytest

from tests.builders import Samples, a_pipeline, newest, signals, the_consumer, with_mapping
from tidegate.rules.cause import Cause
from tidegate.rules.diagnosis.diagnose import diagnose
from tidegate.rules.flow import Flow, Grade, ReaderHealth
from tidegate.rules.graph import Pipeline
from tidegate.rules.kinds.lambda_mapping.reader_health import reader_health
from tidegate.rules.kinds.lambda_mapping.state import Reading
from tidegate.rules.kinds.signals import Signals

A_MINUTE = 6000.0
"""Records that come in."""


def reading(**how: Any) -> Pipeline:
    return with_mapping(a_pipeline(), reading=Reading(**how))


def health(of: Signals) -> ReaderHealth:
    return reader_health(of, the_consumer(of.pipeline))


def shown(of: Signals) -> tuple[Grade | None, str]:
    found = health(of)
    return found.grade, found.evidence.kind


# ---- counted


def counting(minutes: int = 90, pipeline: Pipeline | None = None, **events: float) -> Signals:
    """A mapping that counts its events, alike in each of the newest minutes."""
    of = with_mapping(pipeline or a_pipeline(), counts_events=True)
    told = {"polled": A_MINUTE, "filtered": 0.0, "invoked": A_MINUTE, "failed": 0.0, "dropped": 0.0}
    counts = {f"{name}_events": [each] * minutes for name, each in (told | events).items()}
    return newest(signals(of), "scorer", **counts)


def test_every_record_that_is_counted_through_is_shown_with_its_numbers() -> None:
    found = health(counting(filtered=1000.0, invoked=5000.0))
    assert (found.grade, str(found.evidence)) == (
        Grade.COUNTED,
        "counted for scorer: of 180,000 records that came in in 30 min its event source mapping "
        "read 180,000, left 30,000 out and had 150,000 processed",
    )
    assert found.flow == Flow(1800, 180_000, 180_000, 30_000, 150_000, 0, 0, 180_000)


def test_counts_that_began_lately_are_held_against_what_came_in_since() -> None:
    found = health(counting(minutes=10))
    assert (found.grade, found.flow.seconds, found.flow.incoming) == (Grade.COUNTED, 600, 60_000)


@pytest.mark.parametrize(
    ("events", "expected"),
    [
        ({"polled": 3000.0, "invoked": 3000.0}, (None, "not-polled")),
        ({"invoked": 3000.0}, (None, "not-handed-on")),
        ({"invoked": 0.0, "filtered": A_MINUTE}, (Grade.COUNTED, "every-record-counted")),
        ({"invoked": 3000.0, "dropped": 3000.0}, (Grade.INFERRED, "invoked-for-records")),
        ({"failed": 600.0}, (Grade.INFERRED, "invoked-for-records")),
        ({"invoked": 7000.0}, (Grade.INFERRED, "invoked-for-records")),
    ],
    ids=["half is not read", "half is not handed on", "all filtered", "discarded", "some failed",
         "some tried again"],
)  # fmt: skip
def test_counts_that_do_not_account_for_every_record_say_so(
    events: dict[str, Any], expected: tuple[Grade | None, str]
) -> None:
    assert shown(counting(**events)) == expected


def test_what_is_on_its_way_is_no_loss() -> None:
    """The newest two minutes, and the records that wait for their batch."""
    short = counting(polled=A_MINUTE * 0.93, invoked=A_MINUTE * 0.93)
    assert shown(short) == (None, "not-polled")
    window = with_mapping(a_pipeline(), batching_window_seconds=60)
    batched = counting(pipeline=window, polled=A_MINUTE * 0.93, invoked=A_MINUTE * 0.93)
    assert shown(batched)[0] is Grade.COUNTED


def test_counts_that_are_silent_lately_tell_nothing() -> None:
    of = newest(counting(), "scorer", polled_events=[None] * 3)
    assert shown(of) == (Grade.INFERRED, "invoked-for-records")


def test_a_mapping_that_counts_nothing_polled_while_records_come_is_not_reading() -> None:
    """Whoever else reads the stream, and whatever else invokes the function."""
    pipeline = reading(has_filter=True, other_sources=("queue",))
    of = counting(pipeline=pipeline, minutes=6, polled=0.0, invoked=0.0)
    assert diagnose(of)[0].cause in (Cause.NOT_READING, Cause.UNKNOWN)
    well = counting(pipeline=pipeline, minutes=6)
    assert shown(well) == (Grade.COUNTED, "every-record-counted")


def test_a_mapping_that_may_not_invoke_its_function_is_not_reading() -> None:
    of = counting(pipeline=reading(has_filter=True), failed=A_MINUTE)
    (only,) = diagnose(newest(of, "scorer", invocations=[None] * 6))
    assert (only.cause, [each.kind for each in only.evidence]) == (
        Cause.NOT_READING,
        ["no-attempt-succeeds"],
    )
    assert "may invoke the function" in (only.advice or "")
    assert diagnose(of)[0].cause is not Cause.NOT_READING


# ---- inferred


@pytest.mark.parametrize(
    ("how", "invocations", "read", "words"),
    [
        ({}, [3, 4, 5, 6], [9] * 4,
         "inferred for scorer: it was invoked 18 times in 4 min"),
        ({"has_filter": True}, [0] * 4, [5, 6, 7, 8],
         "inferred for scorer: 26 records were read in 4 min, which its filter may leave out"),
        ({"other_sources": ("queue",)}, [9] * 4, [5, 6, 7, 8],
         "inferred for scorer: 26 records were read in 4 min, which its filter may leave out"),
        ({"has_filter": True}, [3, 4, 5, 6], [5, 6, 7, 8],
         "inferred for scorer: it was invoked 18 times in 4 min"),
    ],
    ids=["invoked", "filtered", "other sources", "invoked beside a filter"],
)  # fmt: skip
def test_invocations_or_reads_show_that_a_consumer_reads(
    how: dict[str, Any], invocations: Samples, read: Samples, words: str
) -> None:
    of = newest(signals(reading(**how)), read_records=read)
    found = health(newest(of, "scorer", invocations=invocations))
    assert (found.grade, str(found.evidence)) == (Grade.INFERRED, words)
    assert found.flow.succeeded is None


def test_what_each_reader_gets_is_what_comes_in_while_nothing_waits() -> None:
    of = signals(a_pipeline())
    assert health(of).flow == Flow(
        900, 90_000, 90_000, filtered_out=0, failed=0, discarded=0, written_units=90_000,
        failed_is_inferred=True,
    )  # fmt: skip
    in_time = newest(of, iterator_age_milliseconds=[15_000.0] * 3)
    assert health(in_time).flow.read == 90_000
    late = newest(of, iterator_age_milliseconds=[15_001.0] * 3)
    assert health(late).flow.read is None


def test_invocations_that_all_fail_show_nothing() -> None:
    of = newest(signals(a_pipeline()), "scorer", errors=[120.0] * 4)
    assert shown(of) == (None, "every-invocation-fails")
    assert shown(newest(of, "scorer", errors=[119.0] * 4))[0] is Grade.INFERRED


@pytest.mark.parametrize(
    ("how", "errors", "failed"),
    [
        ({}, [3.0] * 4, 600),
        ({"has_filter": True}, [3.0] * 4, None),
        ({"has_filter": True}, [0.0] * 4, 0),
        ({"other_sources": ("queue",)}, [0.0] * 4, None),
    ],
    ids=["batches of fifty", "a filter", "none failed", "other sources"],
)
def test_failed_records_are_told_where_they_follow_from_failed_invocations(
    how: dict[str, Any], errors: Samples, failed: float | None
) -> None:
    flow = health(newest(signals(reading(**how)), "scorer", errors=errors)).flow
    assert flow.failed == (None if failed is None else pytest.approx(failed, rel=0.01))
    assert flow.failed_is_inferred is (failed is not None)


@pytest.mark.parametrize(
    "how", [{"report_batch_item_failures": True}, {"bisect_batch_on_function_error": True}]
)
def test_no_number_of_failed_records_is_told_where_single_records_may_fail(
    how: dict[str, Any],
) -> None:
    of = signals(with_mapping(a_pipeline(), **how))
    assert health(newest(of, "scorer", errors=[3.0] * 4)).flow.failed is None


def test_what_a_mapping_may_discard_is_not_told_as_nothing() -> None:
    of = signals(with_mapping(a_pipeline(), maximum_retry_attempts=2))
    assert health(of).flow.discarded is None


# ---- what others read shows nothing of a consumer


def read_times(times: list[float], **how: Any) -> Signals:
    """Of each record that came in so many were read, in the newest minutes; twice before them."""
    samples = [2 * A_MINUTE] * (90 - len(times)) + [each * A_MINUTE for each in times]
    return newest(signals(reading(**how)), read_records=samples)


def test_a_filter_that_lets_nothing_through_is_told_from_a_mapping_that_stopped() -> None:
    stopped = newest(read_times([1.0] * 6, has_filter=True), "scorer", invocations=[0] * 6)
    assert shown(stopped) == (None, "reading-not-shown")
    filtered = newest(read_times([2.0] * 6, has_filter=True), "scorer", invocations=[0] * 6)
    assert shown(filtered) == (Grade.INFERRED, "read-and-filtered")


def test_a_reader_that_left_while_the_function_was_still_invoked_was_another_one() -> None:
    of = newest(read_times([1.0] * 40, has_filter=True), "scorer", invocations=[0] * 6)
    assert shown(of) == (Grade.INFERRED, "read-and-filtered")


def test_reads_of_another_do_not_follow_an_attempt_that_failed() -> None:
    of = read_times([1.0] * 6, has_filter=True, last_result="PROBLEM: no key")
    assert diagnose(newest(of, "scorer", invocations=[0] * 6))[0].cause is Cause.NOT_READING


# ---- idle


def test_idle_is_shown_by_nothing_that_waits() -> None:
    of = newest(signals(reading()), incoming_records=[0] * 5, read_records=[0] * 5)
    of = newest(of, "scorer", invocations=[0] * 5)
    found = health(of)
    assert (found.grade, str(found.evidence)) == (
        Grade.IDLE,
        "idle for scorer: no record waits for it, and its mapping is in order",
    )
    filtered = replace(of, pipeline=reading(has_filter=True))
    assert health(filtered).grade is Grade.IDLE
    failed = replace(of, pipeline=reading(last_result="PROBLEM: no key"))
    assert shown(failed) == (None, "reading-not-shown")
    assert shown(newest(of, incoming_records=[1])) == (None, "reading-not-shown")


def test_what_is_throttled_is_not_idle() -> None:
    of = newest(signals(reading()), "scorer", invocations=[0] * 6, throttles=[9] * 6)
    assert shown(of) == (None, "reading-not-shown")


def test_reads_by_others_do_not_show_that_an_unfiltered_consumer_reads() -> None:
    of = newest(signals(reading()), "scorer", invocations=[0] * 6)
    assert shown(of) == (None, "reading-not-shown")


# ---- written


def written(*newest_units: float | None) -> Signals:
    return newest(signals(a_pipeline()), "scores", consumed_write_units=list(newest_units))


def test_a_sink_that_is_no_longer_written_contradicts_invocations_that_succeed() -> None:
    found = health(written(*[None] * 5))
    assert (found.grade, str(found.evidence)) == (
        None,
        "nothing is written to scores since 11:55, though invocations of scorer go on and succeed "
        "as when it was written",
    )
    (only,) = diagnose(written(*[0.0] * 5))
    assert only.cause is Cause.UNKNOWN


@pytest.mark.parametrize(
    "units",
    [[None] * 4, [None] * 90, [*[None] * 6, 9.0, *[None] * 6], [*[None] * 5, 9.0]],
    ids=["four minutes", "never written", "as long before", "written again"],
)
def test_a_sink_that_is_written_now_and_then_does_not(units: list[float | None]) -> None:
    assert shown(written(*units))[0] is Grade.INFERRED


def test_only_minutes_in_which_invocations_passed_count() -> None:
    of = written(*[None] * 8)
    assert shown(newest(of, "scorer", errors=[120.0] * 4))[1] == "every-invocation-fails"
    of = newest(of, "scorer", invocations=[0] * 4 + [9] * 4)
    assert shown(of)[0] is Grade.INFERRED


AGES: Samples = [15_000, 10_000, 500]
"""In the newest minutes, none of which is over a quarter of the objective."""


@pytest.mark.parametrize(
    ("seen", "keeps_up"),
    [
        (newest(counting(), "scorer", iterator_age_milliseconds=AGES), True),
        (newest(counting(failed=600.0), "scorer", iterator_age_milliseconds=AGES), False),
        (newest(counting(polled=3000.0), "scorer", iterator_age_milliseconds=AGES), False),
        (newest(signals(a_pipeline()), "scorer", iterator_age_milliseconds=AGES), True),
        (newest(signals(a_pipeline()), "scorer", iterator_age_milliseconds=[15_001.0]), False),
        (newest(signals(a_pipeline()), "scorer", iterator_age_milliseconds=AGES, errors=[1.0]), False),
    ],
    ids=["counted", "some failed", "half is not read", "inferred", "late", "one batch failed"],
)  # fmt: skip
def test_one_keeps_up_that_hands_young_batches_on_and_retries_none(
    seen: Signals, keeps_up: bool
) -> None:
    """Whatever the age of the stream is, which may be another reader's."""
    late = newest(seen, iterator_age_milliseconds=[60_000, 90_000, 120_000])
    assert health(late).keeps_up is keeps_up
