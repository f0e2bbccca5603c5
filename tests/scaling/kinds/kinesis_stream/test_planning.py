"""A stream takes part in a plan by its shards."""

from tests.builders import a_pipeline
from tests.flink_builders import a_flink_pipeline
from tidegate.rules.kinds.kinesis_stream.state import stream_of
from tidegate.scaling.kinds.kinesis_stream.planning import StreamPlanning
from tidegate.scaling.kinds.kinesis_stream.resource import KinesisStream
from tidegate.scaling.kinds.kinesis_stream.units import Shards


def test_the_units_of_a_pipeline_are_the_shards_of_its_stream() -> None:
    pipeline = a_pipeline(shards=3)
    planning = KinesisStream().planning(pipeline)
    assert planning == StreamPlanning(stream_of(pipeline))
    assert planning.source == Shards(stream_of(pipeline))


def test_a_topic_has_no_shards() -> None:
    assert KinesisStream().planning(a_flink_pipeline(topic=True)) is None
