"""A dashboard drawn as one self-contained HTML page, from the description CloudWatch gets too."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from tidegate.rules.window import Metric, Window
from tidegate.scaling.model.change_record import ChangeRecord, Outcome
from tidegate.scaling.model.dashboard_row import Graph, Limit, Line, Row
from tidegate.scaling.observability.dashboard import columns
from tidegate.scaling.observability.limit_steps import limit_steps
from tidegate.scaling.ports import Metrics

if TYPE_CHECKING:
    from plotly.graph_objects import Figure

__all__ = ["Span", "changes_told", "dashboard_page"]

_LINES = ("#1f6f5c", "#2b5fa3", "#8a5a00")
_LIMIT, _ACT = "#c0392b", "#b8860b"
_LABEL = {"size": 11, "color": _LIMIT}
_BEHIND = "rgba(255, 255, 255, 0.6)"


@dataclass(frozen=True, slots=True)
class Span:
    """The time that a page shows, the changes that were made in it, and lines of (when, what) to
    be told below the graphs."""

    start: datetime
    end: datetime
    change_records: Sequence[ChangeRecord]
    history: Sequence[tuple[str, str]] = ()


def dashboard_page(rows: Sequence[Row], title: str, metrics: Metrics, span: Span) -> str:
    """The page."""
    from jinja2 import Environment, PackageLoader
    from markupsafe import Markup

    lines = [line for row in rows for graph in row.graphs for line in graph.lines]
    wanted = [metric for line in lines for metric in (line.metric, line.less) if metric is not None]
    windows = metrics.read(wanted, span.start, span.end)
    environment = Environment(
        loader=PackageLoader("tidegate", "."), autoescape=True, trim_blocks=True
    )
    drawn = []
    is_first = True
    for row in rows:
        graphs = []
        for graph in row.graphs:
            series = [_window(line, windows) for line in graph.lines]
            graphs.append(Markup(_plot(graph, series, span, is_first=is_first)))
            is_first = False
        drawn.append((row, columns(len(row.graphs)), graphs))
    return environment.get_template("dashboard.html.jinja").render(
        title=title, rows=drawn, start=span.start, end=span.end, history=span.history
    )


def _window(line: Line, windows: Mapping[Metric, Window]) -> Window:
    window = windows[line.metric]
    if line.is_counter:
        return _grown(window)
    if line.less is None:
        return window
    pairs = zip(window.samples, windows[line.less].samples, strict=True)
    samples = tuple(None if a is None or b is None else a - b for a, b in pairs)
    return Window(window.metric, window.start, samples)


def _grown(counter: Window) -> Window:
    """What it grew by in a second; where it fell, it began anew."""
    steps = pairwise((None, *counter.samples))
    period = counter.metric.period_seconds
    samples = tuple(None if a is None or b is None or b < a else (b - a) / period for a, b in steps)
    return Window(counter.metric, counter.start, samples)


def changes_told(change_records: Sequence[ChangeRecord]) -> tuple[tuple[str, str], ...]:
    """The changes that the dotted lines mark, as lines of a history."""
    return tuple(
        (
            f"{each.begun_at:%H:%M}",
            f"{each.lever}: {each.from_capacity:,} to {each.to_capacity:,}: {each.because}",
        )
        for each in change_records
        if each.outcome is Outcome.DONE
    )


def _plot(
    graph: Graph,
    windows: Sequence[Window],
    span: Span,
    *,
    is_first: bool,
) -> str:
    import plotly.io
    from plotly.graph_objects import Figure

    figure = Figure()
    highest = _add_lines(figure, graph.lines, windows)
    highest = max(highest, _add_limits(figure, graph.limits, span))
    _add_changes(figure, span.change_records)
    figure.update_layout(
        title={"text": f"<b>{graph.title}</b>, {graph.unit}", "font": {"size": 14}, "x": 0.02},
        height=250, template="simple_white", margin={"l": 55, "r": 15, "t": 40, "b": 50},
        showlegend=len(graph.lines) > 1, legend={"orientation": "h", "y": -0.18},
        font={"family": "system-ui, sans-serif", "size": 12},
    )  # fmt: skip
    window = windows[0]
    figure.update_xaxes(range=(window.start, window.end), tickformat="%H:%M", nticks=7)
    # As CloudWatch draws it: from zero, with every limit in sight.
    figure.update_yaxes(range=[0, 1.08 * highest or 1], tickformat=",.6~g")
    html: Any = plotly.io.to_html(
        figure, full_html=False, include_plotlyjs=is_first, default_width="100%",
        config={"displayModeBar": False, "responsive": True},
    )  # fmt: skip
    return str(html)


def _add_lines(figure: "Figure", lines: Sequence[Line], windows: Sequence[Window]) -> float:
    """Draws them, and tells the highest value."""
    from plotly.graph_objects import Scatter

    highest = 0.0
    for at, (line, window) in enumerate(zip(lines, windows, strict=True)):
        values = [None if each is None else each * line.scale for each in window.samples]
        highest = max(highest, (window.peak or 0.0) * line.scale)
        figure.add_trace(
            Scatter(
                x=_times(window), y=values, name=line.label, mode="lines+markers",
                line={"color": _LINES[at % len(_LINES)], "width": 1.8}, marker={"size": 3},
            )
        )  # fmt: skip
    if not any(window.present for window in windows):
        figure.add_annotation(
            text="no data", x=0.5, y=0.5, xref="paper", yref="paper", showarrow=False
        )
    return highest


def _add_limits(figure: "Figure", limits: Sequence[Limit], span: Span) -> float:
    """Draws what each was minute by minute, and tells the highest."""
    highest = 0.0
    for limit in limits:
        steps = limit_steps(limit, span.change_records, span.start, span.end)
        highest = max([highest, *(value for _, value in steps)])
        ends = (*(at for at, _ in steps[1:]), span.end)
        for (since, value), until in zip(steps, ends, strict=True):
            figure.add_shape(
                type="line", x0=since, x1=until, y0=value, y1=value,
                line={"color": _LIMIT, "width": 1.5},
            )  # fmt: skip
        figure.add_annotation(
            text=f"{limit.label}: {limit.value:,.6g}", x=1, xref="x domain", y=limit.value,
            showarrow=False, xanchor="right", yanchor="top", font=_LABEL, bgcolor=_BEHIND,
        )  # fmt: skip
    return highest


def _add_changes(figure: "Figure", change_records: Sequence[ChangeRecord]) -> None:
    for change_record in change_records:
        if change_record.outcome is Outcome.DONE:
            figure.add_vline(
                x=change_record.begun_at.timestamp() * 1000, opacity=1,
                line={"color": _ACT, "dash": "dot", "width": 1.5},
            )  # fmt: skip


def _times(window: Window) -> list[datetime]:
    step = timedelta(seconds=window.metric.period_seconds)
    return [window.start + step * at for at in range(len(window.samples))]
