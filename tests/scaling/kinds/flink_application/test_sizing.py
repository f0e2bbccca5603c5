from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.builders import NOON
from tests.flink_builders import DOWN, JobMinute, a_flink_pipeline, an_application, job_signals
from tidegate.rules.kinds.flink_application.state import FlinkApplication
from tidegate.rules.kinds.signals import Signals
from tidegate.rules.window import Metric, Window
from tidegate.scaling.kinds.flink_application.sizing import (
    JobModel,
    arrivals,
    learn_job,
    units_per_job_record,
)


def learnt(*minutes: JobMinute, application: FlinkApplication | None = None) -> JobModel | None:
    job = application or an_application()
    return learn_job(job_signals(a_flink_pipeline(job), *minutes), job)


def rate_of(*minutes: JobMinute) -> float:
    model = learnt(*minutes)
    assert model is not None
    return model.records_per_busy_second


def test_a_subtask_does_in_a_busy_second_what_was_read_over_the_busy_time_of_all() -> None:
    # 1,000 records/s by two subtasks that are busy for half of the time.
    assert learnt() == JobModel(an_application(), 1_000.0, 65.0)
    assert rate_of(*[JobMinute(busy=250.0)] * 10) == 2_000.0


def test_the_median_of_the_newest_ten_minutes_tells_the_rate() -> None:
    odd, new = JobMinute(busy=900.0), JobMinute(busy=250.0)
    assert rate_of(odd, odd, odd, odd) == 1_000.0
    assert rate_of(*[new] * 6) == 2_000.0
    assert rate_of(*[new] * 20, *[JobMinute(busy=500.0)] * 10) == 1_000.0


@pytest.mark.parametrize(
    "idle",
    [JobMinute(busy=49.0), JobMinute(busy=0.0), JobMinute(records_per_second=0.0), DOWN],
    ids=["hardly-used", "unused", "no-records", "down"],
)
def test_minutes_without_work_tell_nothing(idle: JobMinute) -> None:
    assert rate_of(*[idle] * 5, JobMinute(busy=250.0)) == 1_000.0
    assert learnt(*[idle] * 90) is None


def test_without_busy_time_the_cpu_tells_the_rate() -> None:
    assert rate_of(*[JobMinute(busy=None, cpu_percent=25.0)] * 90) == 2_000.0


def test_only_minutes_since_the_job_was_started_count() -> None:
    before, after = JobMinute(busy=250.0), JobMinute(busy=500.0)
    assert rate_of(*[before] * 9, replace(after, uptime_seconds=120.0)) == 1_000.0
    assert rate_of(*[before] * 9, replace(after, uptime_seconds=180.0)) == 1_500.0
    assert rate_of(*[before] * 9, replace(after, uptime_seconds=900.0)) == 2_000.0


def test_records_that_each_operator_counts_again_are_reckoned_as_those_of_the_source() -> None:
    counted_twice = JobMinute(records_per_second=2_000.0)
    assert rate_of(*[counted_twice] * 90) == 1_000.0


def test_minutes_in_which_the_job_fell_behind_do_not_tell_records_of_the_source() -> None:
    falling = [
        JobMinute(records_per_second=500.0, behind_seconds=10.0 * at, busy=1_000.0)
        for at in range(90)
    ]
    assert rate_of(*falling) == 250.0


@pytest.mark.parametrize(
    ("minutes", "kpus", "seconds"),
    [
        ([JobMinute()], 2, 60 + 2 * 2 + 100e6 / (50e6 * 2)),
        ([JobMinute(checkpoint_megabytes=1_000.0, checkpoint_seconds=30.0)], 4, 60 + 60 + 5),
        ([JobMinute(checkpoint_seconds=None, checkpoint_megabytes=None)] * 90, 2, 60),
        ([JobMinute(downtime_seconds=45.0), JobMinute()], 2, 45),
        ([DOWN, DOWN, DOWN, JobMinute()], 2, 180),
        ([JobMinute(records_per_second=0.0)] * 3 + [JobMinute()], 2, 65),
    ],
    ids=["small-state", "large-state", "no-checkpoint", "downtime", "silence", "no-load"],
)
def test_a_restart_is_as_long_as_the_longest_seen_else_as_its_state_lets_expect(
    minutes: list[JobMinute], kpus: int, seconds: float
) -> None:
    model = learnt(*minutes, application=an_application(kpus))
    assert model is not None
    assert model.restart_seconds == pytest.approx(seconds)


@given(st.floats(1, 1e6), st.floats(1, 1e5), st.floats(0.1, 1.0))
def test_the_subtasks_for_a_load_process_it_at_the_use_that_was_asked_for(
    load: float, rate: float, use: float
) -> None:
    model = JobModel(an_application(), rate, 60.0)
    assert model.subtasks(load, use) * rate * use == pytest.approx(load)


def of_topic(*minutes: JobMinute, partitions: int | None = None) -> tuple[float | None, ...]:
    job = an_application(2, reads_kafka=True, partitions=partitions)
    return arrivals(job_signals(a_flink_pipeline(job, topic=True), *minutes), job).samples


def test_what_comes_into_a_topic_is_what_was_read_and_what_joined_the_lag() -> None:
    minutes = [
        JobMinute(records_per_second=10.0, lag_records=lag)
        for lag in (100.0, 150.0, 150.0, 50.0, 0.0, None, 0.0)
    ]
    # Of each of the two partitions; a lag that falls by more than was read tells of nothing.
    assert of_topic(*minutes)[-6:] == (700.0, 600.0, 400.0, 500.0, None, None)
    assert of_topic(*minutes, partitions=10)[-6:-3] == (1_100.0, 600.0, 0.0)


def test_what_comes_into_a_stream_is_its_own_metric() -> None:
    job = an_application()
    seen = job_signals(a_flink_pipeline(job), JobMinute(arrivals_per_second=7.0))
    assert arrivals(seen, job) == seen.series.source.incoming_records
    assert arrivals(seen, job).latest == 420.0


def consumed(seen: Signals, *units_a_minute: float | None) -> Window:
    records = seen.of(an_application()).records_per_second
    samples = (None,) * (len(records.samples) - len(units_a_minute)) + units_a_minute
    metric = Metric("AWS/DynamoDB", "ConsumedWriteCapacityUnits", (), "Sum")
    return Window(metric, NOON, samples)


@pytest.mark.parametrize(
    ("units", "found"),
    [
        ([60_000.0] * 3, 1.0),
        ([120_000.0, 60_000.0, 60_000.0, None], 1.0),
        ([60_000.0] * 20 + [120_000.0] * 6 + [60_000.0] * 4, 2.0),
        ([None], None),
    ],
    ids=["same", "odd-minute", "newest-ten", "untold"],
)
def test_a_record_costs_a_table_the_median_of_the_newest_minutes(
    units: list[float | None], found: float | None
) -> None:
    seen = job_signals(a_flink_pipeline())
    assert units_per_job_record(seen, an_application(), consumed(seen, *units)) == found
