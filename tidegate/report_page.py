"""The report: one self-contained HTML page, to be sent to a colleague."""

from collections.abc import Iterator
from typing import Any

from tidegate.scaling.report.summary import change_words
from tidegate.simulator.figures import MinuteTruth
from tidegate.trial import Trial
from tidegate.trial_tables import figure_rows, setting_rows

__all__ = ["page"]

_WITHOUT, _WITH, _LIMIT, _ACT = "#c0392b", "#1f6f5c", "#8a8a8a", "#b8860b"
_ROWS = (
    "records a second",
    "iterator age, seconds",
    "records waiting",
    "refused by stream or table a minute",
    "write units",
    "shards, factor, and the seconds that a batch is waited for",
    "concurrent executions",
)
_FLINK_ROWS = (
    "records a second",
    "time behind the latest record, seconds",
    "records waiting",
    "refused to producers a minute",
    "seconds of a minute that the job was down",
    "parallelism and shards",
)


def page(trial: Trial) -> str:
    """The page as HTML; nothing in it is fetched from elsewhere."""
    import plotly.io
    from jinja2 import Environment, PackageLoader
    from markupsafe import Markup

    environment = Environment(
        loader=PackageLoader("tidegate", "."), autoescape=True, trim_blocks=True
    )
    plots = plotly.io.to_html(
        _figure(trial), full_html=False, include_plotlyjs=True, config={"displaylogo": False}
    )
    return environment.get_template("report.html.jinja").render(
        scenario=trial.scenario,
        seed=trial.seed,
        age="a time behind" if _has_application(trial) else "iterator age",
        figures=list(figure_rows(trial)),
        settings=list(setting_rows(trial)),
        told=trial.told,
        moved=[(each.at, change_words(each.decision)) for each in trial.moved],
        # The plot is this program's own output; all else on the page is escaped.
        plots=Markup(plots),
    )


def _figure(trial: Trial) -> Any:
    from plotly.subplots import make_subplots

    titles = _FLINK_ROWS if _has_application(trial) else _ROWS
    figure = make_subplots(
        rows=len(titles), cols=1, shared_xaxes=True, vertical_spacing=0.035, subplot_titles=titles
    )
    for row, trace in _traces(trial):
        figure.add_trace(trace, row=row, col=1)
    for number, (at, words) in enumerate(_moments(trial), start=1):
        figure.add_vline(x=at.timestamp() * 1000, line={"color": _ACT, "dash": "dot", "width": 1.5})
        figure.add_annotation(
            x=at,
            y=1.0,
            yref="paper",
            yanchor="bottom",
            text=f"<b>{number}</b>",
            hovertext=words,
            showarrow=False,
            font={"color": _ACT},
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
    figure.layout.annotations[1].text += f" (records expire at {retention * 3600:,})"
    return figure


def _has_application(trial: Trial) -> bool:
    return "parallelism" in trial.tended.series[-1].facts


def _moments(trial: Trial) -> list[tuple[Any, str]]:
    found: dict[Any, list[str]] = {}
    for moved in trial.moved:
        found.setdefault(moved.at, []).append(change_words(moved.decision))
    return [(at, "<br>".join(words)) for at, words in found.items()]


def _traces(trial: Trial) -> Iterator[tuple[int, Any]]:
    alone, tended = trial.alone.series, trial.tended.series
    yield 1, _line("written", tended, [each.arrivals_per_second for each in tended], _WITH)
    shards = [1000.0 * each.total("shard_count") for each in tended]
    yield 1, _line("limit of the shards", tended, shards, _LIMIT, dash="dash")
    for name, series, colour in (("without", alone, _WITHOUT), ("with Tidegate", tended, _WITH)):
        ages = [each.iterator_age_seconds for each in series]
        yield 2, _line(f"age {name}", series, ages, colour)
        waiting = [float(each.total("backlog_records")) for each in series]
        yield 3, _line(f"waiting {name}", series, waiting, colour)
        throttled = [
            float(each.total("table_throttles") + each.total("producer_throttles"))
            for each in series
        ]
        yield 4, _line(f"refused {name}", series, throttled, colour)
    objective = [trial.scenario.iterator_age_max_seconds] * len(tended)
    yield 2, _line("objective", tended, objective, _LIMIT, dash="dash")
    yield from _settings(trial)


def _settings(trial: Trial) -> Iterator[tuple[int, Any]]:
    """What the levers were set to, and how far it was used."""
    alone, tended = trial.alone.series, trial.tended.series
    if _has_application(trial):
        for name, series, colour in (
            ("without", alone, _WITHOUT),
            ("with Tidegate", tended, _WITH),
        ):
            down = [float(each.total("seconds_down")) for each in series]
            yield 5, _line(f"down {name}", series, down, colour)
            parallelism = [float(each.total("parallelism")) for each in series]
            yield 6, _line(f"parallelism {name}", series, parallelism, colour, shape="hv")
        counts = [float(each.total("shard_count")) for each in tended]
        yield 6, _line("shards", tended, counts, _ACT, shape="hv")
        return
    for where in tended[0].facts["write_units"]:
        units = [float(each.facts["write_units"][where]) for each in tended]
        yield 5, _line(f"{where} provisioned", tended, units, _WITH, shape="hv")
        consumed = [each.facts["consumed_write_units"][where] for each in tended]
        yield 5, _line(f"{where} consumed", tended, consumed, _LIMIT)
    counts = [float(each.total("shard_count")) for each in tended]
    yield 6, _line("shards", tended, counts, _WITH, shape="hv")
    for fact, title, colour in (
        ("parallelization_factor", "factor", _ACT),
        ("batching_window_seconds", "batching window", _LIMIT),
    ):
        for where in tended[0].facts[fact]:
            name = title if len(tended[0].facts[fact]) == 1 else f"{title} of {where}"
            values = [float(each.facts[fact][where]) for each in tended]
            yield 6, _line(name, tended, values, colour, shape="hv")
    for name, series, colour in (("without", alone, _WITHOUT), ("with Tidegate", tended, _WITH)):
        yield (
            7,
            _line(f"busy {name}", series, [each.total("concurrency") for each in series], colour),
        )
    executions = [float(each.total("lanes")) for each in tended]
    yield 7, _line("lanes", tended, executions, _LIMIT, dash="dash", shape="hv")


def _line(
    name: str,
    series: list[MinuteTruth],
    values: list[float],
    colour: str,
    *,
    dash: str = "solid",
    shape: str = "linear",
) -> Any:
    from plotly.graph_objects import Scatter

    return Scatter(
        x=[each.at for each in series],
        y=values,
        name=name,
        mode="lines",
        line={"color": colour, "dash": dash, "shape": shape, "width": 1.8},
    )
