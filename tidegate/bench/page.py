"""The benchmark's page: one self-contained HTML file with every load to choose from."""

import json
from collections.abc import Sequence
from typing import Any

from tidegate.bench.bench import Benchmark
from tidegate.bench.case import Case
from tidegate.bench.controllers.registry import BOUND, TIDEGATE
from tidegate.bench.faults import HEALTHY
from tidegate.bench.run import Minute, demand
from tidegate.bench.table import sheets
from tidegate.bench.words import LEGEND, TERMS

__all__ = ["median_case", "page"]

EVERY_MINUTES = 5
_COLOURS = (
    "#1f6f5c", "#9aa5a1", "#5c6663", "#c0392b", "#e08e45", "#3f6fb5", "#86a9d8", "#7d5ba6",
    "#b8860b", "#d16ba5", "#4aa3a2",
)  # fmt: skip


def page(benchmark: Benchmark, cases: Sequence[Case], made_by: str) -> str:
    """The page as HTML; nothing in it is fetched from elsewhere. ``made_by`` is the command."""
    from jinja2 import Environment, PackageLoader
    from markupsafe import Markup
    from plotly.offline import get_plotlyjs

    environment = Environment(
        loader=PackageLoader("tidegate", "."), autoescape=True, trim_blocks=True
    )
    return environment.get_template("bench/bench.html.jinja").render(
        sheets=list(sheets(benchmark.summaries, benchmark.by_fault)),
        legend=LEGEND.removeprefix(TERMS).strip(),
        terms=TERMS,
        tidegate=TIDEGATE,
        made_by=made_by,
        # This program's own data and plotly's own script; all else on the page is escaped.
        data=Markup(json.dumps(_data(benchmark, cases)).replace("</", "<\\/")),
        plotly=Markup(get_plotlyjs()),
    )


def median_case(benchmark: Benchmark) -> str:
    """The healthy case in which Tidegate's cost against the bound is the median (the lower of
    two): the one that the page opens with, so that nobody picks it. The first case where Tidegate
    or healthy cases are left out."""
    ratios = {
        each.case: each.cost_usd / benchmark.least[each.case].usd
        for each in benchmark.results
        if each.controller == TIDEGATE and each.fault == HEALTHY and each.minutes
    }
    if not ratios:
        return benchmark.results[0].case
    return sorted(ratios, key=lambda name: ratios[name])[(len(ratios) - 1) // 2]


def _data(benchmark: Benchmark, cases: Sequence[Case]) -> dict[str, Any]:
    first = {case.name: case for case in cases if case.seed == 1}
    names = list(dict.fromkeys(each.controller for each in benchmark.results))
    return {
        "opened": median_case(benchmark),
        "colours": dict(zip(names, _COLOURS, strict=False)),
        "scatter": [
            {
                "controller": each.controller,
                "kind": each.kind,
                "half": each.half,
                "x": each.cost_to_bound.mean,
                "y": each.seconds_out.mean,
            }
            for each in benchmark.summaries
            if each.controller != BOUND
        ],
        "cases": {
            name: {
                "every": EVERY_MINUTES,
                "need": _need(case),
                "runs": {
                    each.controller: _series(each.minutes)
                    for each in benchmark.results
                    if each.case == name and each.minutes
                },
            }
            for name, case in first.items()
        },
    }


def _thinned(values: Sequence[float]) -> list[float]:
    """The highest of each few minutes."""
    return [max(values[at : at + EVERY_MINUTES]) for at in range(0, len(values), EVERY_MINUTES)]


def _need(case: Case) -> dict[str, list[float]]:
    needs = demand(case)
    return {
        "shards": _thinned([each.shards for each in needs]),
        "lanes": _thinned([each.lanes for each in needs]),
        "units": _thinned([each.write_units for each in needs]),
    }


def _series(minutes: Sequence[Minute]) -> dict[str, list[float]]:
    return {
        "shards": _thinned([each.shards for each in minutes]),
        "lanes": _thinned([each.lanes for each in minutes]),
        "units": _thinned([each.write_units for each in minutes]),
        "age": _thinned([each.age_seconds for each in minutes]),
    }
