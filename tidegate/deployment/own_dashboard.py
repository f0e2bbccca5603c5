"""The dashboard of a stage: whether Tidegate itself is well. Those of pipelines are made by
``tidegate dashboard``, and by the sweep (``update_dashboard``)."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from tidegate.deployment.options import Options
from tidegate.deployment.resource import Json, resource, sub

__all__ = ["own_dashboard"]

NAME = "stage-${AWS::StackName}-${AWS::Region}"
"""Dashboards are of an account, not of a region. Those of the stage's pipelines go on with an
underscore (``stage_prefix``), and those of the command line begin with ``tidegate-``: no pipeline
can be called so that its dashboard is this one."""

WIDTH, HEIGHT, STATUS_HEIGHT = 24, 6, 4
"""CloudWatch's grid is 24 wide (dashboard body structure and syntax)."""

IN_A_ROW = 3


@dataclass(frozen=True, slots=True)
class _Graph:
    """The metrics of these alarms, and others ``beside`` them: the alarm that knows the resource,
    the metric, its statistic."""

    title: str
    alarms: tuple[str, ...]
    beside: tuple[tuple[str, str, str], ...] = ()


GRAPHS = (
    _Graph(
        "Endpoint: requests",
        ("EndpointFails", "EndpointRefuses"),
        (("EndpointFails", "Count", "Sum"),),
    ),
    _Graph(
        "Endpoint: time of an answer, ms",
        ("EndpointIsSlow",),
        (("EndpointIsSlow", "Latency", "p50"),),
    ),
    _Graph("Endpoint: its function", ("CallbackFails", "CallbackIsThrottled")),
    _Graph("Sweeps", ("NoSweep", "SweepFails", "SweepIsThrottled")),
    _Graph("Sweeps: time of one, ms", (), (("NoSweep", "Duration", "Maximum"),)),
    _Graph("Sweeps: how long ago a pipeline was swept, s", ("PipelineNotSwept",)),
    _Graph("Sweeps: what failed", ("PipelineNotReached", "ChangesFail", "NotificationsFail")),
    _Graph("Configurations not taken", ("BadConfiguration",)),
    _Graph("Events given up", ("LettersAreDead",)),
)


def own_dashboard(alarms: Mapping[str, Json], options: Options) -> Json:
    """The state of these alarms (their properties by logical id), and graphs of what they watch."""
    arns = [f"${{{name}.Arn}}" for name in alarms]
    status = _widget("alarm", {"title": "Alarms", "alarms": arns}, (0, 0), (WIDTH, STATUS_HEIGHT))
    wide = WIDTH // IN_A_ROW
    graphs = [
        _widget(
            "metric",
            _drawn(graph, alarms),
            (at % IN_A_ROW * wide, STATUS_HEIGHT + at // IN_A_ROW * HEIGHT),
            (wide, HEIGHT),
        )
        for at, graph in enumerate(GRAPHS)
    ]
    body = json.dumps({"widgets": [status, *graphs]})
    properties = {"DashboardName": sub(NAME), "DashboardBody": sub(body)}
    return resource("AWS::CloudWatch::Dashboard", properties, options)


def _widget(kind: str, properties: Json, place: tuple[int, int], size: tuple[int, int]) -> Json:
    (x, y), (width, height) = place, size
    return {
        "type": kind, "x": x, "y": y, "width": width, "height": height, "properties": properties,
    }  # fmt: skip


def _drawn(graph: _Graph, alarms: Mapping[str, Json]) -> Json:
    watched = [
        (name, alarms[name]["MetricName"], _statistic(alarms[name])) for name in graph.alarms
    ]
    return {
        "title": graph.title,
        "region": "${AWS::Region}",
        "view": "timeSeries",
        "period": 60,
        "metrics": [
            [*_place(alarms[of], metric), {"stat": statistic}]
            for of, metric, statistic in (*watched, *graph.beside)
        ],
    }


def _statistic(alarm: Json) -> str:
    return str(alarm.get("Statistic") or alarm["ExtendedStatistic"])


def _place(alarm: Json, metric: str) -> list[str]:
    """A metric as a dashboard names it: namespace, name, and its dimensions in turn."""
    told = [text for each in alarm["Dimensions"] for text in (each["Name"], _text(each["Value"]))]
    return [alarm["Namespace"], metric, *told]


def _text(value: Any) -> str:
    """A reference as it stands within a text."""
    match value:
        case {"Ref": name}:
            return f"${{{name}}}"
        case {"Fn::GetAtt": [name, attribute]}:
            return f"${{{name}.{attribute}}}"
    return str(value)
