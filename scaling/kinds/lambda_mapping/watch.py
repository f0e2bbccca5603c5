"""The alarms of functions that read a stream, and their rows of the dashboard: pure functions."""

from collections.abc import Iterator, Mapping

from tidegate.rules.cause import LeverKind
from tidegate.rules.graph import Pipeline
from tidegate.rules.kinds.kinesis_stream.state import stream_of
from tidegate.rules.kinds.lambda_mapping.metrics import account_metric, function_metric
from tidegate.rules.kinds.lambda_mapping.state import (
    Consumer,
    EventSourceMapping,
    Function,
    account_of,
    consumers_of,
)
from tidegate.rules.rule import Comparison
from tidegate.scaling.model.alarm import Breach, NamedAlarm, math_alarm, metric_alarm, part
from tidegate.scaling.model.change_record import Lever
from tidegate.scaling.model.dashboard_row import Graph, Limit, Line, Row
from tidegate.scaling.model.watched import Watched

__all__ = ["function_alarms", "function_rows"]


def function_alarms(watched: Watched) -> Iterator[NamedAlarm]:
    """On failures and on what limits a function, and on the account's concurrent executions where
    a function has none reserved."""
    pipeline, limits = watched.pipeline, watched.thresholds
    if any(each.function.reserved_concurrency is None for each in consumers_of(pipeline)):
        share = limits["concurrency-near-account-limit"]
        yield (
            "account-concurrency-near-limit",
            metric_alarm(
                f"The account uses {share * 100:g} % of its concurrent executions, which these "
                "functions share, or more",
                account_metric("ConcurrentExecutions", "Maximum"),
                Breach(share * account_of(pipeline).concurrency),
            ),
        )
    for consumer in consumers_of(pipeline):
        yield from _failure_alarms(consumer.function.name, limits)
        yield from _near_limits(consumer.function, limits)


def _failure_alarms(name: str, limits: Mapping[str, float]) -> Iterator[NamedAlarm]:
    yield (
        f"{name}/errors",
        metric_alarm(
            f"{name} fails",
            function_metric(name, "Errors", "Sum"),
            Breach(limits["function-errors"], comparison=Comparison.ABOVE),
        ),
    )
    yield (
        f"{name}/throttles",
        math_alarm(
            f"{name} is throttled",
            {
                "throttled": function_metric(name, "Throttles", "Sum"),
                "invoked": function_metric(name, "Invocations", "Sum"),
            },
            part("throttled", "invoked"),
            Breach(limits["function-throttled"]),
        ),
    )


def _near_limits(function: Function, limits: Mapping[str, float]) -> Iterator[NamedAlarm]:
    name, timeout, cap = function.name, function.timeout_seconds, function.reserved_concurrency
    near = limits["duration-near-timeout"]
    yield (
        f"{name}/duration-near-timeout",
        metric_alarm(
            f"{name} takes {near * 100:g} % of its timeout of {timeout} s, or more",
            function_metric(name, "Duration", "Maximum"),
            Breach(near * timeout * 1000),
        ),
    )
    if cap is not None:
        share = limits["concurrency-near-reservation"]
        yield (
            f"{name}/concurrency-near-cap",
            metric_alarm(
                f"{name} uses {share * 100:g} % of its reserved concurrency of {cap}, or more",
                function_metric(name, "ConcurrentExecutions", "Maximum"),
                Breach(share * cap),
            ),
        )


def function_rows(watched: Watched) -> Iterator[Row]:
    """A row for each function: how long it takes, how much of it runs at once, what fails."""
    pipeline = watched.pipeline
    for consumer in consumers_of(pipeline):
        function, mapping = consumer.function, consumer.mapping
        text = (
            f"Factor {mapping.parallelization_factor}: at most {stream_of(pipeline).shard_count} x "
            f"{mapping.parallelization_factor} batches of {mapping.batch_size} at once"
            f"{_waits(mapping)}. Errors that go on block a shard: more capacity does not cure them."
        )
        graphs = (_duration(function), *_concurrency(consumer, pipeline), _failures(function))
        yield Row(f"Function {function.name}", text, graphs)


def _waits(mapping: EventSourceMapping) -> str:
    seconds = mapping.batching_window_seconds
    return f", each waited for up to {seconds} s" if seconds else ""


def _duration(function: Function) -> Graph:
    return Graph(
        "Duration",
        "s",
        (
            Line(function_metric(function.name, "Duration", "Maximum"), "longest", 0.001),
            Line(function_metric(function.name, "Duration", "Average"), "mean", 0.001),
        ),
        (Limit("timeout", function.timeout_seconds),),
    )


def _concurrency(consumer: Consumer, pipeline: Pipeline) -> Iterator[Graph]:
    """The function's own; without a cap of its own, what it shares with the account too."""
    name, cap = consumer.function.name, consumer.function.reserved_concurrency
    stream, factor = stream_of(pipeline), consumer.batches_per_shard
    by = [(Lever.of(LeverKind.SHARD_COUNT, stream.name), stream.shard_count)]
    if not consumer.beside:
        by += [(Lever.of(LeverKind.PARALLELIZATION_FACTOR, name), factor)]
    reserved = () if cap is None else (Limit("reserved concurrency", cap),)
    yield Graph(
        "Concurrent executions",
        "executions",
        (Line(function_metric(name, "ConcurrentExecutions", "Maximum"), "concurrent"),),
        (*reserved, Limit("shards x factor", stream.shard_count * factor, tuple(by))),
    )
    if cap is None:
        yield Graph(
            "Concurrency of the account",
            "executions",
            (Line(account_metric("ConcurrentExecutions", "Maximum"), "concurrent"),),
            (Limit("account's concurrency", account_of(pipeline).concurrency),),
        )


def _failures(function: Function) -> Graph:
    return Graph(
        "Errors and throttles",
        "a minute",
        (
            Line(function_metric(function.name, "Errors", "Sum"), "errors"),
            Line(function_metric(function.name, "Throttles", "Sum"), "throttles"),
        ),
    )
