"""A stream as diagnosis sees it."""

from tests.builders import Minute, a_pipeline, a_stream, signals, with_stream
from tests.flink_builders import JobMinute, a_flink_pipeline, job_signals
from tidegate.rules.cause import Cause
from tidegate.rules.graph import Pipeline
from tidegate.rules.kinds.kinesis_stream.kind import KinesisStreamSignals
from tidegate.rules.kinds.signal_kind import Place
from tidegate.rules.window import Metric, Window

NOTHING_TOLD: dict[Metric, Window] = {}


STREAM = KinesisStreamSignals()


def place(pipeline: Pipeline) -> Place:
    (found,) = STREAM.places(pipeline, 60)
    return found


def test_what_comes_in_is_told_by_arrivals_or_by_any_read() -> None:
    names = [metric.name for metric in STREAM.heartbeats(a_pipeline())]
    assert names == ["IncomingRecords", "GetRecords.IteratorAgeMilliseconds"]
    assert len(list(STREAM.metrics(a_pipeline()))) == 8


def test_rules_are_relative_to_what_the_shards_take() -> None:
    found = place(a_pipeline(shards=3))
    assert (found.scope, found.namespace, found.where) == ("stream", "AWS/Kinesis", "racers")
    assert found.quantities == {
        "objective_milliseconds": 60_000,
        "retention_milliseconds": 24 * 3_600_000,
        "stream_records_per_second": 3000,
        "stream_bytes_per_second": 3 * 1024 * 1024,
    }


def test_an_on_demand_stream_has_no_such_limits() -> None:
    on_demand = with_stream(a_pipeline(), a_stream(3, mode="ON_DEMAND"))
    assert set(place(on_demand).quantities) == {"objective_milliseconds", "retention_milliseconds"}


def test_a_topic_is_none_of_its() -> None:
    topic = a_flink_pipeline(topic=True)
    assert list(STREAM.metrics(topic)) == list(STREAM.heartbeats(topic)) == []
    assert list(STREAM.places(topic, 60)) == []
    assert STREAM.source(topic, NOTHING_TOLD.__getitem__) is None


def test_its_causes_are_those_of_a_stream() -> None:
    refused = [Minute(records_per_second=1000, refused_per_second=300, age_seconds=1)] * 5
    (found,) = STREAM.causes(signals(a_pipeline(), *refused))
    assert (found.cause, found.where) == (Cause.PRODUCER_THROTTLED, "racers")
    assert list(STREAM.causes(signals(a_pipeline()))) == []
    assert list(STREAM.causes(job_signals(a_flink_pipeline(topic=True), JobMinute()))) == []


def test_what_came_in_and_what_was_read_are_told_of_a_stream_alone() -> None:
    told = STREAM.flow(a_pipeline())
    assert told is not None
    *metrics, readers = told
    assert [each.name for each in metrics] == ["IncomingRecords", "GetRecords.Records"]
    assert {each.dimensions for each in metrics} == {(("StreamName", "racers"),)}
    assert readers == 1
    assert STREAM.flow(a_flink_pipeline(topic=True)) is None
