"""What others read of a stream shows nothing of a consumer."""

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
from tidegate.rules.kinds.lambda_mapping.shared_reads import (
    read_by_all,
    read_by_someone_else,
    reads_show,
    reads_tell,
)
from tidegate.rules.kinds.signals import Signals

A_MINUTE = 6000.0


def read(times: Samples, *, invoked: Samples = (), **how: Any) -> Signals:
    """Of each record so many were read, by two readers before these newest minutes."""
    samples: list[float | None] = [2 * A_MINUTE] * (90 - len(times))
    samples += [each and each * A_MINUTE for each in times]
    of = with_mapping(a_pipeline(), reading=Reading(**how))
    seen = newest(signals(of), read_records=samples)
    return newest(seen, "scorer", invocations=invoked) if invoked else seen


def by_all(of: Signals) -> list[bool]:
    return read_by_all(of, the_consumer(of.pipeline))


@pytest.mark.parametrize(
    ("how", "tell"),
    [({}, False), ({"has_filter": True}, True), ({"other_sources": ("queue",)}, True)],
)
def test_reads_tell_where_invocations_do_not(how: dict[str, Any], tell: bool) -> None:
    of = signals(with_mapping(a_pipeline(), reading=Reading(**how)))
    assert reads_tell(of, the_consumer(of.pipeline)) is tell


def test_they_need_not_where_the_mapping_counts() -> None:
    mapping = with_mapping(a_pipeline(), reading=Reading(has_filter=True), counts_events=True)
    of = newest(signals(mapping), "scorer", polled_events=[1.0])
    assert not reads_tell(of, the_consumer(of.pipeline))


def test_a_minute_counts_where_as_many_read_as_when_it_was_last_invoked() -> None:
    of = read([1, 2, 1.49, 1.5, None], invoked=[0] * 5)
    assert by_all(of)[-6:] == [True, False, True, False, True, False]


def test_a_reader_that_left_before_its_last_invocation_was_another() -> None:
    assert by_all(read([1] * 40, invoked=[9, *[0] * 5]))[-5:] == [True] * 5
    assert by_all(read([1] * 5, invoked=[0] * 5))[-5:] == [False] * 5


@pytest.mark.parametrize(
    ("times", "are_two"),
    [([1, 1, 1, 2.5, 1], True), ([1, 2.5, 1, 1, 1], True), ([2.5, 1, 1, 1, 1], False),
     ([1, 1, 1, 1, 2.5], False), ([1, 1, 1, 2.4, 1], False)],
    ids=["the last", "two before", "three before", "after it", "nearer to one"],
)  # fmt: skip
def test_three_minutes_up_to_its_last_invocation_tell_how_many_read(
    times: list[float], are_two: bool
) -> None:
    """Three before it, two before, one before, that of the last invocation, and one after it."""
    of = read([*times, *[1] * 5], invoked=[9, *[0] * 6])
    assert by_all(of)[-5:] == [not are_two] * 5


def test_of_a_last_invocation_at_the_start_of_what_is_read_the_minutes_since_then_tell() -> None:
    of = read([3, 1, *[2] * 84, *[1] * 4], invoked=[0, 9, *[0] * 88])
    assert by_all(of)[-4:] == [False] * 4


def test_a_function_that_was_never_invoked_is_held_against_the_most_readers() -> None:
    assert by_all(read([1] * 40, invoked=[0] * 90))[-5:] == [False] * 5


def test_beside_other_sources_its_last_invocation_tells_nothing() -> None:
    of = read([1] * 40, invoked=[9] * 5, other_sources=("queue",))
    assert by_all(of)[-5:] == [False] * 5


def test_of_one_reader_any_read_is_its_own() -> None:
    of = newest(signals(a_pipeline()), read_records=[9.0, 0.0, None, 9.0])
    assert by_all(of)[-4:] == [True, False, False, True]


def test_a_minute_in_which_nothing_came_in_is_read_by_whoever_reads() -> None:
    of = newest(read([1] * 3, invoked=[0] * 3), incoming_records=[0.0] * 3)
    assert by_all(of)[-3:] == [True] * 3


def test_reads_show_a_consumer_within_the_time_that_is_asked_for() -> None:
    of = read([2, 1, 1, 1], invoked=[0] * 4)
    consumer = the_consumer(of.pipeline)
    assert [reads_show(of, consumer, seconds) for seconds in (180, 181)] == [False, True]


@pytest.mark.parametrize(
    ("times", "someone"), [([1.0] * 3, False), ([1.5] * 3, True), ([0.0] * 3, False)]
)
def test_what_another_function_reads_is_not_by_someone_unknown(
    times: Samples, someone: bool
) -> None:
    of = read(times)
    scorer = the_consumer(of.pipeline)
    mailer = replace(scorer, function=replace(scorer.function, name="mailer"))
    both = with_consumers(of.pipeline, scorer, mailer)
    parts = of.series.of["lambda_mapping"]
    known = {**of.series.of, "lambda_mapping": {**parts, "mailer": parts["scorer"]}}
    of = replace(of, pipeline=both, series=replace(of.series, of=known))
    assert read_by_someone_else(of, scorer) is someone


def test_without_another_function_any_read_is_by_someone() -> None:
    of = read([0.1] * 3)
    assert read_by_someone_else(of, the_consumer(of.pipeline))
