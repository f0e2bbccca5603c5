"""Each application is judged by the age of what it reads itself."""

from dataclasses import replace

import pytest

from tests.builders import Samples, newest
from tests.flink_builders import (
    JobMinute,
    a_flink_pipeline,
    an_application,
    job_signals,
    with_applications,
)
from tidegate.rules.kinds.flink_application.own import own_signals
from tidegate.rules.kinds.signals import Signals

FIRST, SECOND = an_application(4), an_application(6, name="second")


def two(late: float) -> Signals:
    """The first application is late, the second is not; both publish their age."""
    seen = job_signals(a_flink_pipeline(FIRST), *[JobMinute(behind_seconds=late)] * 5)
    pipeline = with_applications(seen.pipeline, FIRST, SECOND)
    well = job_signals(a_flink_pipeline(FIRST)).of(FIRST)
    of = {"flink_application": {"counter": seen.of(FIRST), "second": well}}
    return replace(seen, pipeline=pipeline, series=replace(seen.series, of=of))


def test_of_two_readers_each_has_its_own_age() -> None:
    seen = two(300)
    assert seen.age_seconds == 300
    assert own_signals(seen, FIRST).age_seconds == 300
    assert own_signals(seen, SECOND).age_seconds == 1
    assert not own_signals(seen, SECOND).is_out_of_objective


def test_an_only_reader_that_publishes_no_age_has_that_of_the_stream() -> None:
    seen = job_signals(a_flink_pipeline(FIRST), *[JobMinute()] * 5)
    silent: Samples = [None] * 90
    seen = newest(seen, "counter", behind_milliseconds=silent)
    seen = newest(seen, iterator_age_milliseconds=[70_000] * 3)
    assert own_signals(seen, FIRST).age_seconds == 70


@pytest.mark.parametrize(
    ("read", "age_seconds"),
    [(2000.0, 90 * 800 / 2800), (2800.0, None), (2700.0, None), (8400.0, None)],
    ids=["less than came", "all", "as good as all", "counted by three operators"],
)
def test_where_no_age_is_published_it_is_what_came_and_was_not_read(
    read: float, age_seconds: float | None
) -> None:
    """For ninety minutes 2,800 records/s come; 800 a second that aren't read are 72,000 a second
    less a minute."""
    minute = JobMinute(arrivals_per_second=2800, records_per_second=read, behind_seconds=None)
    seen = job_signals(a_flink_pipeline(FIRST), *[minute] * 90)
    silent: Samples = [None] * 90
    seen = newest(seen, iterator_age_milliseconds=silent)
    assert seen.age_seconds is None
    expected = None if age_seconds is None else pytest.approx(age_seconds * 60)
    assert own_signals(seen, FIRST).age_seconds == expected


def test_what_was_missing_is_caught_up_again() -> None:
    minute = JobMinute(arrivals_per_second=1000, records_per_second=500, behind_seconds=None)
    after = replace(minute, records_per_second=1500)
    for minutes, age in ((2, 600.0), (11, 330.0), (21, 30.0), (25, None)):
        seen = job_signals(a_flink_pipeline(FIRST), *[minute] * 22, *[after] * minutes)
        seen = newest(seen, iterator_age_milliseconds=[None] * 90)
        seen = newest(seen, "counter", behind_milliseconds=[None] * 90)
        assert own_signals(seen, FIRST).age_seconds == age


@pytest.mark.parametrize("silent", ["incoming_records", "records_per_second"])
def test_a_minute_of_which_one_side_is_not_told_shows_nothing_unread(silent: str) -> None:
    minute = JobMinute(arrivals_per_second=1000, records_per_second=500, behind_seconds=None)
    seen = newest(
        job_signals(a_flink_pipeline(FIRST), *[minute] * 20), iterator_age_milliseconds=[None] * 90
    )
    seen = newest(seen, "counter", behind_milliseconds=[None] * 90)
    assert own_signals(seen, FIRST).age_seconds is not None
    part = "stream" if silent == "incoming_records" else "counter"
    gap = own_signals(newest(seen, part, **{silent: [None, None]}), FIRST)
    assert gap.series.source.iterator_age_milliseconds.samples[-2:] == (None, None)
