"""The metrics of AWS/Lambda that Tidegate reads."""

from tidegate.rules.window import Metric

__all__ = ["account_metric", "function_metric", "function_metrics"]


def function_metric(function: str, name: str, statistic: str) -> Metric:
    """A metric of a function. Two mappings on one function share it."""
    return Metric("AWS/Lambda", name, (("FunctionName", function),), statistic)


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
