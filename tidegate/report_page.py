"""The report: one self-contained HTML page, to be sent to a colleague."""

from collections.abc import Iterator
from typing import Any

from tidegate.kinds.trial_kind import ACT, LIMIT, WITH, Layout, Trace, both_runs
from tidegate.kinds.trial_registry import in_legends, layout_of
from tidegate.scaling.report.summary import change_words
from tidegate.trial import Trial
from tidegate.trial_tables import figure_rows, setting_rows

__all__ = ["page"]


def page(trial: Trial) -> str:
    """The page as HTML; nothing in it is fetched from elsewhere."""
    import plotly.io
    from jinja2 import Environment, PackageLoader
    from markupsafe import Markup

    layout = layout_of(trial.tended.series[-1])
    environment = Environment(
        loader=PackageLoader("tidegate", "."), autoescape=True, trim_blocks=True
    )
    figure, plain = _figure(trial, layout), {"displaylogo": False}
    plots = plotly.io.to_html(figure, full_html=False, include_plotlyjs=True, config=plain)
    return environment.get_template("report.html.jinja").render(
        scenario=trial.scenario,
        seed=trial.seed,
        age=layout.age,
        figures=list(figure_rows(trial)),
        settings=list(setting_rows(trial)),
        told=trial.told,
        moved=[(each.at, change_words(each.decision)) for each in trial.moved],
        # The plot is this program's own output; all else on the page is escaped.
        plots=Markup(plots),
    )


def _figure(trial: Trial, layout: Layout) -> Any:
    from plotly.subplots import make_subplots

    titles, keys = tuple(layout.rows.values()), list(layout.rows)
    figure = make_subplots(
        rows=len(titles), cols=1, shared_xaxes=True, vertical_spacing=0.035, subplot_titles=titles
    )
    for trace in _traces(trial, layout):
        if trace.row in keys:
            figure.add_trace(_drawn(trace), row=keys.index(trace.row) + 1, col=1)
    for number, (at, words) in enumerate(_moments(trial), start=1):
        figure.add_vline(x=at.timestamp() * 1000, line={"color": ACT, "dash": "dot", "width": 1.5})
        figure.add_annotation(
            x=at,
            y=1.0,
            yref="paper",
            yanchor="bottom",
            text=f"<b>{number}</b>",
            hovertext=words,
            showarrow=False,
            font={"color": ACT},
        )
    figure.update_layout(
        height=210 * len(titles),
        template="simple_white",
        legend={"orientation": "h", "y": -0.04},
        margin={"l": 60, "r": 20, "t": 50, "b": 40},
        hovermode="x unified",
        font={"family": "system-ui, sans-serif"},
    )
    figure.update_yaxes(rangemode="tozero")
    retention = int(max(trial.tended.series[-1].facts["retention_hours"].values()))
    age = figure.layout.annotations[keys.index("age")]
    age.text += f" (records expire at {retention * 3600:,})"
    return figure


def _moments(trial: Trial) -> list[tuple[Any, str]]:
    found: dict[Any, list[str]] = {}
    for moved in trial.moved:
        found.setdefault(moved.at, []).append(change_words(moved.decision))
    return [(at, "<br>".join(words)) for at, words in found.items()]


def _traces(trial: Trial, layout: Layout) -> Iterator[Trace]:
    tended = trial.tended.series
    own = [trace for kind in in_legends() for trace in kind.traces(trial, layout)]
    written = [each.arrivals_per_second for each in tended]
    yield Trace("records", "written", tended, written, WITH)
    yield from (trace for trace in own if trace.row == "records")
    for name, series, colour in both_runs(trial):
        ages = [each.iterator_age_seconds for each in series]
        yield Trace("age", f"age {name}", series, ages, colour)
        waiting = [float(each.total("backlog_records")) for each in series]
        yield Trace("waiting", f"waiting {name}", series, waiting, colour)
        throttled = [
            float(each.total("table_throttles") + each.total("producer_throttles"))
            for each in series
        ]
        yield Trace("refused", f"refused {name}", series, throttled, colour)
    objective = [trial.scenario.iterator_age_max_seconds] * len(tended)
    yield Trace("age", "objective", tended, objective, LIMIT, dash="dash")
    yield from (trace for trace in own if trace.row != "records")


def _drawn(trace: Trace) -> Any:
    from plotly.graph_objects import Scatter

    line = {"color": trace.colour, "dash": trace.dash, "shape": trace.shape, "width": 1.8}
    return Scatter(
        x=[each.at for each in trace.series],
        y=trace.values,
        name=trace.name,
        mode="lines",
        line=line,
    )
