"""The metrics of AWS/Lambda that an event source mapping publishes of its own."""

from tidegate.rules.window import Metric

__all__ = ["event_metric", "event_metrics"]


def event_metric(uuid: str, name: str) -> Metric:
    """A count of an event source mapping, published where its MetricsConfig has EventCount."""
    return Metric("AWS/Lambda", name, (("EventSourceMappingUUID", uuid),), "Sum")


def event_metrics(uuid: str) -> tuple[Metric, ...]:
    """The counts of a ``FunctionSeries``, in its order."""
    return (
        event_metric(uuid, "DroppedEventCount"),
        event_metric(uuid, "OnFailureDestinationDeliveredEventCount"),
        event_metric(uuid, "PolledEventCount"),
        event_metric(uuid, "FilteredOutEventCount"),
        event_metric(uuid, "InvokedEventCount"),
        event_metric(uuid, "FailedInvokeEventCount"),
    )
