"""A dashboard drawn as one self-contained HTML page, from the description CloudWatch gets too."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from rules.window import Metric, Window
from scaling.dashboard import Graph, Line, Row
from scaling.ports import Metrics
from scaling.record import Entry, Outcome

__all__ = ["dashboard_page"]

_LINES = ("#1f6f5c", "#2b5fa3", "#8a5a00")
_LIMIT, _ACT = "#c0392b", "#b8860b"
NEAR = 0.2
"""A limit is in the picture when the line comes up to a fifth of it; else it is told in words, as
it would flatten the line."""


def dashboard_page(
    rows: Sequence[Row],
    title: str,
    metrics: Metrics,
    entries: Sequence[Entry],
    start: datetime,
    end: datetime,
    history: Sequence[tuple[str, str]] = (),
) -> str:
    """The page; ``history`` has lines of (when, what) to be told below the graphs."""
    from jinja2 import Environment, PackageLoader
    from markupsafe import Markup

    lines = [line for row in rows for graph in row.graphs for line in graph.lines]
    wanted = [metric for line in lines for metric in (line.metric, line.less) if metric is not None]
    windows = metrics.read(wanted, start, end)
    environment = Environment(
        loader=PackageLoader("tidegate", "."), autoescape=True, trim_blocks=True
    )
    drawn = []
    is_first = True
    for row in rows:
        graphs = []
        for graph in row.graphs:
            series = [_window(line, windows) for line in graph.lines]
            graphs.append(Markup(_plot(graph, series, entries, is_first=is_first)))
            is_first = False
        drawn.append((row, graphs))
    return environment.get_template("dashboard.html.jinja").render(
        title=title, rows=drawn, start=start, end=end, history=history
    )


def _window(line: Line, windows: Mapping[Metric, Window]) -> Window:
    window = windows[line.metric]
    if line.less is None:
        return window
    pairs = zip(window.samples, windows[line.less].samples, strict=True)
    samples = tuple(None if a is None or b is None else a - b for a, b in pairs)
    return Window(window.metric, window.start, samples)


def _plot(
    graph: Graph, windows: Sequence[Window], entries: Sequence[Entry], *, is_first: bool
) -> str:
    import plotly.io
    from plotly.graph_objects import Figure, Scatter

    figure = Figure()
    most = 0.0
    for at, (line, window) in enumerate(zip(graph.lines, windows, strict=True)):
        values = [None if each is None else each * line.scale for each in window.samples]
        most = max(most, max((each for each in values if each is not None), default=0.0))
        figure.add_trace(
            Scatter(
                x=_times(window), y=values, name=line.label, mode="lines",
                line={"color": _LINES[at % len(_LINES)], "width": 1.8},
            )
        )  # fmt: skip
    far = []
    for limit in graph.limits:
        if most >= NEAR * limit.value:
            figure.add_hline(
                y=limit.value, line={"color": _LIMIT, "width": 1.2},
                annotation={"text": f"{limit.label} {limit.value:,.0f}", "font": {"size": 10}},
            )  # fmt: skip
        else:
            far.append(f"{limit.label}: {limit.value:,.0f}")
    for entry in entries:
        if entry.outcome is Outcome.DONE:
            figure.add_vline(
                x=entry.begun_at.timestamp() * 1000, line={"color": _ACT, "dash": "dot"}
            )
    heading = f"<b>{graph.title}</b>, {graph.unit}"
    below = f"<br><sup>far off: {'; '.join(far)}</sup>" if far else ""
    figure.update_layout(
        title={"text": heading + below, "font": {"size": 13}}, height=250, template="simple_white",
        margin={"l": 50, "r": 15, "t": 50, "b": 30}, showlegend=len(graph.lines) > 1,
        legend={"orientation": "h", "y": -0.15},
        font={"family": "system-ui, sans-serif", "size": 11},
    )  # fmt: skip
    figure.update_yaxes(rangemode="tozero")
    html: Any = plotly.io.to_html(
        figure, full_html=False, include_plotlyjs=is_first, config={"displayModeBar": False}
    )
    return str(html)


def _times(window: Window) -> list[datetime]:
    from datetime import timedelta

    step = timedelta(seconds=window.metric.period_seconds)
    return [window.start + step * at for at in range(len(window.samples))]
