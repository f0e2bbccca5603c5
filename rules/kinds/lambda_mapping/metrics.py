"""The metrics of functions that Tidegate reads."""

from tidegate.rules.window import Metric

__all__ = ["account_metric", "function_metric", "function_metrics", "memory_metric"]


def function_metric(function: str, name: str, statistic: str) -> Metric:
    """A metric of a function. Two mappings on one function share it."""
    return Metric("AWS/Lambda", name, (("FunctionName", function),), statistic)


def memory_metric(function: str) -> Metric:
    """How much of a function's memory an invocation used at most, in whole percent, by Lambda
    Insights (CloudWatch guide, Lambda-Insights-metrics). Its absence means that Lambda Insights is
    not enabled, or that nothing was invoked; never that no memory was used."""
    return Metric("LambdaInsights", "memory_utilization", (("function_name", function),), "Maximum")


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
