"""The metrics of AWS/Lambda that Tidegate reads."""

from dataclasses import dataclass

from tidegate.rules.window import Metric, Window

__all__ = [
    "FunctionSeries",
    "account_metric",
    "event_metric",
    "event_metrics",
    "function_metric",
    "function_metrics",
]


@dataclass(frozen=True, slots=True)
class FunctionSeries:
    """One function's metrics, per minute: sums, and maxima where the name says so; the age is the
    maximum of all its sources. Events dropped, and those given to the on-failure destination, are
    None where the mapping doesn't count them."""

    invocations: Window
    errors: Window
    throttles: Window
    duration_sum_milliseconds: Window
    duration_maximum_milliseconds: Window
    iterator_age_milliseconds: Window
    dropped_events: Window | None = None
    kept_events: Window | None = None


def function_metric(function: str, name: str, statistic: str) -> Metric:
    """A metric of a function. Two mappings on one function share it."""
    return Metric("AWS/Lambda", name, (("FunctionName", function),), statistic)


def event_metric(uuid: str, name: str) -> Metric:
    """A count of an event source mapping, published where its MetricsConfig has EventCount."""
    return Metric("AWS/Lambda", name, (("EventSourceMappingUUID", uuid),), "Sum")


def event_metrics(uuid: str) -> tuple[Metric, ...]:
    """The counts of a ``FunctionSeries``, in its order."""
    return (
        event_metric(uuid, "DroppedEventCount"),
        event_metric(uuid, "OnFailureDestinationDeliveredEventCount"),
    )


def account_metric(name: str, statistic: str) -> Metric:
    """A metric over all functions of the account in the region."""
    return Metric("AWS/Lambda", name, (), statistic)


def function_metrics(function: str) -> tuple[Metric, ...]:
    """The metrics of a ``FunctionSeries``, in its order."""
    return (
        function_metric(function, "Invocations", "Sum"),
        function_metric(function, "Errors", "Sum"),
        function_metric(function, "Throttles", "Sum"),
        function_metric(function, "Duration", "Sum"),
        function_metric(function, "Duration", "Maximum"),
        function_metric(function, "IteratorAge", "Maximum"),
    )
