"""A mapping that counts its events is asked for two of its counts; no other is."""

from tests.builders import a_pipeline, signals, the_consumer
from tests.rules.kinds.lambda_mapping.late import a_mapping
from tidegate.rules.graph import Pipeline
from tidegate.rules.kinds.lambda_mapping.event_metrics import event_metrics
from tidegate.rules.kinds.lambda_mapping.series import FunctionSeries
from tidegate.rules.window import Metric


def counted(pipeline: Pipeline) -> FunctionSeries:
    return signals(pipeline).of(the_consumer(pipeline).function)


def test_the_counts_are_those_of_the_mapping_and_not_of_its_function() -> None:
    dimensions = (("EventSourceMappingUUID", "uuid-1"),)
    assert event_metrics("uuid-1") == (
        Metric("AWS/Lambda", "DroppedEventCount", dimensions, "Sum"),
        Metric("AWS/Lambda", "OnFailureDestinationDeliveredEventCount", dimensions, "Sum"),
    )


def test_a_mapping_that_counts_is_asked_for_its_counts() -> None:
    series = counted(a_mapping(counts_events=True))
    assert series.dropped_events is not None
    assert series.kept_events is not None
    assert (series.dropped_events.metric, series.kept_events.metric) == event_metrics("uuid-1")
    assert counted(a_pipeline()).dropped_events is None
