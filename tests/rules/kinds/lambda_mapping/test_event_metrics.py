"""A mapping that counts its events is asked for its counts; no other is."""

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
    names = ("Dropped", "OnFailureDestinationDelivered", "Polled", "FilteredOut", "Invoked",
             "FailedInvoke")  # fmt: skip
    assert event_metrics("uuid-1") == tuple(
        Metric("AWS/Lambda", f"{name}EventCount", dimensions, "Sum") for name in names
    )


def test_a_mapping_that_counts_is_asked_for_its_counts() -> None:
    series = counted(a_mapping(counts_events=True))
    counts = (
        series.dropped_events, series.kept_events, series.polled_events, series.filtered_events,
        series.invoked_events, series.failed_events,
    )  # fmt: skip
    assert tuple(each and each.metric for each in counts) == event_metrics("uuid-1")
    assert counted(a_pipeline()).dropped_events is None
