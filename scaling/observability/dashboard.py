"""One dashboard a pipeline: a row a layer, each graph with its limits drawn: pure functions.

The idea is that of the AWS blog "Optimizing EC2 Workloads with Amazon CloudWatch": a line at what
the resource can do shows how far it is from it. The same description is put to CloudWatch and drawn
as a page.
"""

import json
import re
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from typing import Any

from tidegate.rules.window import Metric
from tidegate.scaling.model.change_record import ChangeRecord, Outcome
from tidegate.scaling.model.dashboard_row import Graph, Limit, Row
from tidegate.scaling.model.partitions import console_url

__all__ = [
    "DASHBOARD_PREFIX",
    "body",
    "columns",
    "dashboard_link",
    "dashboard_name",
    "stage_prefix",
]

WIDTH, HEIGHT, TEXT_HEIGHT = 24, 6, 2
"""CloudWatch's grid is 24 wide (dashboard body structure and syntax)."""

ACTIONS_MAX = 20
DASHBOARD_PREFIX = "tidegate-"
RED, GOLD = "#d62728", "#b8860b"
LINES = (
    "Red lines are limits: minute by minute where AWS publishes them, else as they were on the day "
    "in their label. Vertical lines are Tidegate's own changes, up to the last drawing."
)


def stage_prefix(stack: str, region: str) -> str:
    """How all dashboards of pipelines begin that the sweep of a deployed stage draws, and no other
    dashboard: neither a stack of Tidegate nor a region has an underscore in its name."""
    return f"stage-{stack}-{region}_"


def dashboard_name(pipeline: str, region: str, stack: str | None = None) -> str:
    """How CloudWatch knows the dashboard of a pipeline, unless named otherwise: that of a stage,
    where its ``stack`` is given, else that of the command line. Dashboards are of an account, so
    the region is in the name. It takes letters, digits, - and _ only (PutDashboard, API
    reference)."""
    known = re.sub("[^A-Za-z0-9_-]", "-", pipeline)[:180]
    if stack is not None:
        return f"{stage_prefix(stack, region)}{known}"
    return f"{DASHBOARD_PREFIX}{known}-{region}"


def dashboard_link(pipeline: str, arn: str, stack: str | None = None) -> str:
    """Where a person finds it; ``arn`` is of a resource of the pipeline. In a partition whose
    console is not known, how it is called."""
    region, console = arn.split(":")[3], console_url(arn)
    name = dashboard_name(pipeline, region, stack)
    if console is None:
        return f"CloudWatch dashboard {name} in {region}"
    return f"{console}/cloudwatch/home?region={region}#dashboards:name={name}"


def body(
    layers: Sequence[Row],
    region: str,
    title: str,
    as_of: datetime,
    change_records: Sequence[ChangeRecord] = (),
) -> str:
    """The dashboard's body as CloudWatch takes it, of limits as they are at a moment;
    ``change_records`` are marked in it."""
    widgets: list[dict[str, Any]] = []
    top = 0
    marks = _marks(change_records)
    for row in layers:
        markdown = f"## {row.title}\n{row.text}"
        if row is layers[0]:
            markdown = f"# {title}\n{LINES}\n{markdown}"
        height = TEXT_HEIGHT + 2 * (row is layers[0])
        widgets.append(_placed("text", (0, top, WIDTH, height), {"markdown": markdown}))
        top += height
        across_max = columns(len(row.graphs))
        width = WIDTH // across_max
        for at, graph in enumerate(row.graphs):
            across, down = at % across_max, at // across_max
            properties = _properties(graph, region)
            horizontal = [_annotation(each, as_of) for each in graph.limits if not each.published]
            properties["annotations"] = {"horizontal": horizontal, "vertical": marks}
            place = (across * width, top + down * HEIGHT, width, HEIGHT)
            widgets.append(_placed("metric", place, properties))
        top += HEIGHT * -(-len(row.graphs) // across_max)
    return json.dumps({"start": "-PT3H", "periodOverride": "inherit", "widgets": widgets})


def columns(graphs: int) -> int:
    """Four side by side; three where that leaves no gap, as for a table with its indexes."""
    return 3 if graphs % 3 == 0 else min(4, graphs)


def _placed(
    kind: str, place: tuple[int, int, int, int], properties: dict[str, Any]
) -> dict[str, Any]:
    placed = dict(zip(("x", "y", "width", "height"), place, strict=True))
    return {"type": kind, **placed, "properties": properties}


def _annotation(limit: Limit, as_of: datetime) -> dict[str, Any]:
    """It has one value for all minutes: where a lever moves it, its label says of which day."""
    day = f", as of {as_of.astimezone(UTC):%Y-%m-%d}" if limit.proportional_to else ""
    return {"label": f"{limit.label}{day}", "value": limit.value, "color": RED}


def _properties(graph: Graph, region: str) -> dict[str, Any]:
    metrics: list[list[Any]] = []
    for at, line in enumerate(graph.lines):
        metric = line.metric
        dimensions = [part for pair in metric.dimensions for part in pair]
        plain = line.scale == 1 and line.less is None and not line.is_counter
        told: dict[str, Any] = {"stat": metric.statistic, "id": f"m{at}", "visible": plain}
        if plain:
            told["label"] = line.label
        metrics.append([metric.namespace, metric.name, *dimensions, told])
        value = f"RATE(m{at})" if line.is_counter else f"m{at}"
        if line.less is not None:
            less = [part for pair in line.less.dimensions for part in pair]
            hidden = {"stat": line.less.statistic, "id": f"l{at}", "visible": False}
            metrics.append([line.less.namespace, line.less.name, *less, hidden])
            value = f"(m{at} - l{at})"
        if not plain:
            expression = {"expression": f"{value} * {line.scale!r}", "label": line.label}
            metrics.append([{**expression, "id": f"e{at}"}])
    for at, limit in enumerate(graph.limits):
        if limit.published is not None:
            metrics += _stepping(limit.label, limit.published, f"p{at}")
    return {
        "title": graph.title,
        "region": region,
        "view": "timeSeries",
        "stacked": False,
        "period": 60,
        "metrics": metrics,
        "yAxis": {"left": {"min": 0, "label": graph.unit, "showUnits": False}},
    }


def _stepping(label: str, metric: Metric, name: str) -> Iterator[list[Any]]:
    """A limit that AWS publishes, from each data point up to the next one."""
    dimensions = [part for pair in metric.dimensions for part in pair]
    hidden = {"stat": metric.statistic, "id": name, "visible": False}
    yield [metric.namespace, metric.name, *dimensions, hidden]
    expression = {"expression": f"FILL({name}, REPEAT)", "label": label, "color": RED}
    yield [{**expression, "id": f"limit_{name}"}]


def _marks(change_records: Sequence[ChangeRecord]) -> list[dict[str, Any]]:
    done = [each for each in change_records if each.outcome is Outcome.DONE][-ACTIONS_MAX:]
    return [
        {
            "label": f"{each.lever}: {each.from_capacity:,} -> {each.to_capacity:,}",
            "value": each.begun_at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
            "color": GOLD,
        }
        for each in done
    ]
