"""What consumers with enhanced fan-out read is added to the reads that the stream tells."""

from dataclasses import replace

from tests.builders import NOON, a_pipeline, signals, with_mapping
from tidegate.rules.kinds.kinesis_stream.fan_out import (
    fan_out_age,
    fan_out_metrics,
    fan_out_reads,
    with_fan_out,
)
from tidegate.rules.kinds.kinesis_stream.kind import KinesisStreamSignals
from tidegate.rules.kinds.lambda_mapping.state import Reading
from tidegate.rules.window import Metric, Window

OWN = (("StreamName", "racers"), ("ConsumerName", "fast"))


def test_each_consumer_has_its_records_and_how_far_it_is_behind() -> None:
    assert list(fan_out_metrics("racers", ["fast"])) == [
        Metric("AWS/Kinesis", "SubscribeToShardEvent.Records", OWN, "Sum"),
        Metric("AWS/Kinesis", "SubscribeToShardEvent.MillisBehindLatest", OWN, "Maximum"),
    ]


def test_reads_are_summed_and_the_age_is_of_the_one_furthest_behind() -> None:
    source = signals(a_pipeline()).series.source
    told = {
        source.read_records.metric: (5, None, None, 1),
        fan_out_reads("racers", "fast"): (2, 3, None, None),
        source.iterator_age_milliseconds.metric: (9, None, 9, None),
        fan_out_age("racers", "fast"): (7, 7, 8, None),
    }

    def cut(metric: Metric) -> Window:
        return Window(metric, NOON, told[metric])

    source = replace(
        source,
        read_records=cut(source.read_records.metric),
        iterator_age_milliseconds=cut(source.iterator_age_milliseconds.metric),
    )
    found = with_fan_out(source, "racers", ["fast"], cut, others=True)
    assert found.read_records.samples == (7, 3, None, 1)
    assert found.iterator_age_milliseconds.samples == (9, 7, 9, None)
    assert found.read_throttles == source.read_throttles
    alone = with_fan_out(source, "racers", ["fast"], cut, others=False)
    assert alone.read_records.samples == (7, 3, None, 1)
    assert alone.iterator_age_milliseconds.samples == (7, 7, 8, None)
    assert alone.read_throttles.present == ()


def test_records_that_flow_are_those_of_one_such_consumer_alone() -> None:
    pipeline = with_mapping(a_pipeline(), reading=Reading(fan_out="fast"))
    stream = KinesisStreamSignals()
    told = stream.flow(pipeline)
    assert told is not None
    assert told[1:] == (fan_out_reads("racers", "fast"), 1)
    assert fan_out_age("racers", "fast") in stream.heartbeats(pipeline)
