"""Windows lined up, and cut where the slowest layer has reported."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from tests.builders import (
    NOON,
    Minute,
    a_pipeline,
    a_table,
    function_metric,
    stream_metric,
    table_metric,
    the_consumer,
    told,
    with_consumers,
)
from tests.flink_builders import (
    JobMinute,
    JobTold,
    a_flink_pipeline,
    an_application,
    with_applications,
)
from tidegate.rules.graph import Pipeline
from tidegate.rules.kinds.signal_series import SignalSeries, series_from, series_metrics
from tidegate.rules.window import Metric, Window

INCOMING = stream_metric("racers", "IncomingRecords", "Sum")
AGE = stream_metric("racers", "GetRecords.IteratorAgeMilliseconds", "Maximum")
READ = stream_metric("racers", "GetRecords.Records", "Sum")
INVOCATIONS = function_metric("scorer", "Invocations", "Sum")
UNITS = table_metric("scores", None, "ConsumedWriteCapacityUnits", "Sum")
THROTTLES = table_metric("scores", None, "WriteThrottleEvents", "Sum")


def lined_up(
    missing: dict[Metric, int], now: datetime = NOON, *, pipeline: Pipeline | None = None
) -> SignalSeries:
    """Windows of ninety minutes up to noon, of some of which the newest minutes are missing."""
    pipeline = pipeline or a_pipeline()
    windows = dict(told(pipeline).windows())
    for metric, minutes in missing.items():
        window = windows[metric]
        kept = window.samples[: len(window.samples) - minutes]
        windows[metric] = replace(window, samples=(*kept, *[None] * minutes))
    return series_from(pipeline, windows, now)


def minutes_ago(minutes: float) -> datetime:
    return NOON - timedelta(minutes=minutes)


@pytest.mark.parametrize(
    ("missing", "judged_minutes_ago"),
    [
        ({}, 0),
        ({UNITS: 1}, 1),
        ({UNITS: 1, INVOCATIONS: 2, INCOMING: 3}, 3),
        ({AGE: 2}, 2),
        ({UNITS: 4}, 0),
        ({UNITS: 90}, 0),
        ({READ: 2}, 0),
        ({THROTTLES: 90}, 0),
        (dict.fromkeys((INCOMING, AGE, INVOCATIONS, UNITS), 2), 2),
    ],
    ids=["all are there", "one is late", "the slowest", "the age", "silent and not late",
         "never told", "no heartbeat", "throttles are told where there are any", "all are late"],
)  # fmt: skip
def test_the_newest_minute_judged_is_that_of_the_slowest_layer_that_is_not_silent(
    missing: dict[Metric, int], judged_minutes_ago: int
) -> None:
    series = lined_up(missing)
    assert series.judged_until == minutes_ago(judged_minutes_ago)
    assert series.source.incoming_records.end == minutes_ago(judged_minutes_ago)
    assert series.of["lambda_mapping"]["scorer"].invocations.end == minutes_ago(judged_minutes_ago)
    assert series.of["dynamodb_table"]["scores"].consumed_write_units.end == minutes_ago(
        judged_minutes_ago
    )


EVERY_HEARTBEAT = (INCOMING, AGE, INVOCATIONS, UNITS)


@pytest.mark.parametrize(("seconds", "is_fresh"), [(300, True), (301, False)])
def test_five_minutes_without_any_metric_are_silence(seconds: int, is_fresh: bool) -> None:
    series = lined_up({}, NOON + timedelta(seconds=seconds))
    assert series.last_seen == NOON
    assert series.judged_until == (NOON if is_fresh else None)


def test_what_was_never_seen_has_no_end() -> None:
    series = lined_up(dict.fromkeys(EVERY_HEARTBEAT, 90))
    assert (series.judged_until, series.last_seen) == (None, None)
    assert series.source.incoming_records.end == NOON


def test_after_silence_the_windows_end_where_they_did() -> None:
    series = lined_up(dict.fromkeys(EVERY_HEARTBEAT, 10))
    assert (series.judged_until, series.last_seen) == (None, minutes_ago(10))
    assert series.source.incoming_records.end == minutes_ago(10)


def test_every_index_and_function_has_its_series() -> None:
    pipeline = a_pipeline(table=a_table(5000, index_units=10))
    series = lined_up({}, pipeline=pipeline)
    assert set(series.of["dynamodb_table"]) == {"scores", "scores/by-race"}
    assert (
        series.of["dynamodb_table"]["scores/by-race"].read_throttles.metric.name
        == "ReadThrottleEvents"
    )
    assert (
        series.of["lambda_mapping"]["scorer"].duration_maximum_milliseconds.metric.statistic
        == "Maximum"
    )
    metrics = series_metrics(pipeline)
    assert len(metrics) == len(set(metrics)) == 8 + 6 + 2 * 8


def test_a_function_that_two_mappings_feed_is_read_once() -> None:
    pipeline = a_pipeline()
    twice = with_consumers(pipeline, *[the_consumer(pipeline)] * 2)
    assert series_metrics(twice) == series_metrics(pipeline)


def test_what_could_not_be_read_is_kept_apart() -> None:
    pipeline = a_pipeline()
    windows = dict(told(pipeline).windows())
    windows[READ] = replace(windows[READ], unread="refused")
    assert series_from(pipeline, windows, NOON).unread == (windows[READ],)
    assert lined_up({}).unread == ()


# ---- with applications


def of_jobs(pipeline: Pipeline, *minutes: JobMinute) -> SignalSeries:
    windows = JobTold(pipeline, [*minutes]).windows()
    return series_from(pipeline, windows, NOON)


def test_the_age_is_that_of_the_reader_furthest_behind() -> None:
    pipeline = with_applications(a_pipeline(), an_application())
    minutes = [JobMinute(behind_seconds=each) for each in (5, None, 0)]
    windows: dict[Metric, Window] = dict(JobTold(pipeline, minutes).windows())
    for metric, window in told(pipeline, *[Minute(age_seconds=2)] * 3, healthy_before=False
                               ).windows().items():  # fmt: skip
        if window.present:
            windows[metric] = window
    series = series_from(pipeline, windows, NOON)
    assert series.source.iterator_age_milliseconds.samples == (5000, 2000, 2000)


def test_a_topic_has_the_ages_of_its_readers_alone() -> None:
    application = an_application(partitions=2)
    pipeline = a_flink_pipeline(application, topic=True)
    minutes = [JobMinute(behind_seconds=None, lag_records=500)] * 3
    series = of_jobs(pipeline, *minutes)
    assert series.source.iterator_age_milliseconds.samples == (1000,) * 3
    assert series.source.incoming_records.present == ()
    assert series.source.incoming_records.end == NOON
    assert not any(metric.namespace == "AWS/Kinesis" for metric in series_metrics(pipeline))


def test_an_application_beats_by_its_records_and_restarts() -> None:
    silent = JobMinute(records_per_second=None)
    series = of_jobs(a_flink_pipeline(topic=True), *[JobMinute()] * 9, silent)
    assert series.judged_until == minutes_ago(1)


def test_of_a_window_that_begins_after_the_minutes_judged_nothing_is_left() -> None:
    pipeline = a_pipeline()
    windows = dict(told(pipeline).windows())
    windows[THROTTLES] = Window(THROTTLES, NOON + timedelta(minutes=5), (3.0, 4.0))
    series = series_from(pipeline, windows, NOON)
    assert series.of["dynamodb_table"]["scores"].write_throttles.samples == ()
