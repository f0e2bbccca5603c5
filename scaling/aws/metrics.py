"""Metric windows from CloudWatch's GetMetricData."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from tidegate.rules.window import Metric, Window
from tidegate.scaling.aws.clients import Clients
from tidegate.scaling.aws.errors import asking, missing_permission

if TYPE_CHECKING:
    from types_boto3_cloudwatch.type_defs import MetricDataQueryTypeDef

__all__ = ["AwsMetrics"]

QUERIES_MAX = 500
POINTS_MAX = 100_800
"""Of one GetMetricData request (API reference)."""

ATTEMPTS = 3
"""A metric that CloudWatch could not read is asked for again (MetricDataResult, API reference)."""

COMPLETE, NO_ANSWER = "Complete", "no answer"

FORBIDDEN = "Forbidden"
READS = "cloudwatch:GetMetricData"
"""The status of a metric that the caller may not read (MetricDataResult, API reference), and the
permission to read it."""

VALUE_MAX = 2.0**360
"""CloudWatch takes nothing beyond it, nor NaN or an infinity (PutMetricData, API reference)."""


class AwsMetrics:
    """``tidegate.scaling.ports.Metrics`` over CloudWatch."""

    def __init__(self, clients: Clients) -> None:
        self._clients = clients

    def read(
        self, metrics: Sequence[Metric], start: datetime, end: datetime
    ) -> Mapping[Metric, Window]:
        """One window a metric, in as few requests as AWS's limits allow. What CloudWatch fails to
        read is asked for again, and in the end ``unread``."""
        found: dict[Metric, Window] = {}
        left = list(dict.fromkeys(metrics))
        for _ in range(ATTEMPTS):
            for batch in _batches(left, start, end):
                found.update(self._read_batch(batch, start, end))
            left = [metric for metric in left if found[metric].unread is not None]
        return found

    def _read_batch(
        self, metrics: Sequence[Metric], start: datetime, end: datetime
    ) -> Iterator[tuple[Metric, Window]]:
        told = {f"m{at}": _Told() for at in range(len(metrics))}
        queries = [_query(f"m{at}", metric) for at, metric in enumerate(metrics)]
        pages = self._clients.cloudwatch.get_paginator("get_metric_data")
        about_all = ""
        with asking(READS, f"{len(metrics)} metrics"):
            for page in pages.paginate(
                MetricDataQueries=queries,
                StartTime=min(_aligned(start, metric) for metric in metrics),
                EndTime=end,
                ScanBy="TimestampAscending",
            ):
                about_all = about_all or _words(page)
                for result in page["MetricDataResults"]:
                    told[result["Id"]].hear(result)
        # It says of no metric whether it is whole; each result does. It explains those that have
        # none, and an answer without a single point.
        is_empty = not any(answer.points for answer in told.values())
        for metric, answer in zip(metrics, told.values(), strict=True):
            window = _window(metric, answer.points, start, end)
            explained = about_all if is_empty or answer.status == NO_ANSWER else ""
            yield metric, replace(window, unread=answer.failure(explained))


@dataclass(slots=True)
class _Told:
    """What CloudWatch has told of one metric, over all pages."""

    points: dict[datetime, float] = field(default_factory=dict)
    status: str = NO_ANSWER
    words: str = ""

    def hear(self, result: Mapping[str, Any]) -> None:
        """One page more. An emulator may give no status; only AWS fails in parts."""
        times, values = result.get("Timestamps", []), result.get("Values", [])
        self.points.update(zip(times, values, strict=True))
        self.status = result.get("StatusCode", COMPLETE)
        self.words = _words(result)

    def failure(self, about_all: str) -> str | None:
        """Why it is not the whole, None where it is: only Complete may be judged, and a message
        in the place of every point is none of silence."""
        words = self.words or about_all
        if self.status == COMPLETE and (self.points or not words):
            return None
        status = "no data points" if self.status == COMPLETE else self.status
        missing = missing_permission(READS) if self.status == FORBIDDEN else ""
        return ": ".join(filter(None, (status, missing, words)))


def _words(answer: Mapping[str, Any]) -> str:
    """The messages of an answer, or of one of its results."""
    messages = answer.get("Messages", [])
    told = (" ".join(filter(None, (each.get("Code"), each.get("Value")))) for each in messages)
    return "; ".join(told)


def _batches(metrics: list[Metric], start: datetime, end: datetime) -> Iterator[tuple[Metric, ...]]:
    if not metrics:
        return
    shortest = min(metric.period_seconds for metric in metrics)
    each = max(1, int((end - start).total_seconds()) // shortest)
    most = max(1, min(QUERIES_MAX, POINTS_MAX // each))
    for first in range(0, len(metrics), most):
        yield tuple(metrics[first : first + most])


def _query(name: str, metric: Metric) -> "MetricDataQueryTypeDef":
    return {
        "Id": name,
        "MetricStat": {
            "Metric": {
                "Namespace": metric.namespace,
                "MetricName": metric.name,
                "Dimensions": [{"Name": key, "Value": value} for key, value in metric.dimensions],
            },
            "Period": metric.period_seconds,
            "Stat": metric.statistic,
        },
    }


def _aligned(moment: datetime, metric: Metric) -> datetime:
    beyond = moment.timestamp() % metric.period_seconds
    return moment - timedelta(seconds=beyond)


def _window(
    metric: Metric, points: Mapping[datetime, float], start: datetime, end: datetime
) -> Window:
    first, last = _aligned(start, metric), _aligned(end, metric)
    period = timedelta(seconds=metric.period_seconds)
    count = int((last - first) / period)
    usable = {at: value for at, value in points.items() if _is_usable(metric, value)}
    samples = tuple(usable.get(first + period * at) for at in range(count))
    return Window(metric, first, samples, unusable=len(points) - len(usable))


def _is_usable(metric: Metric, value: float) -> bool:
    """Whether it can have been measured. Emulators and proxies give what CloudWatch never would;
    only metrics of the user's own may be negative."""
    least = 0.0 if metric.namespace.startswith("AWS/") else -VALUE_MAX
    return least <= value <= VALUE_MAX
