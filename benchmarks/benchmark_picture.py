"""The picture of `tidegate bench`: cost against seconds out of objective, a plot a kind of case.

Drawn for `publish_benchmark.py`; needs chromium on the PATH.
"""

import shutil
import subprocess
import sys
from collections.abc import Iterator
from math import hypot, log10
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import plotly.graph_objects as go
from plotly.subplots import make_subplots

__all__ = ["draw", "picture"]

SIZE = (1500, 460)
OURS, PEER, STATIC = "#1f6f5c", "#c0392b", "#8a8a8a"


def colour(name: str) -> str:
    """Tidegate, a setting that no one touches, or a peer."""
    return OURS if name == "tidegate" else STATIC if name.startswith("static") else PEER


def points(summaries: list[dict[str, Any]], kind: str) -> Iterator[dict[str, Any]]:
    """The summaries of a kind over all its cases."""
    of_kind = [each for each in summaries if each["kind"] == kind]
    has_all = any(each["half"] == "all" for each in of_kind)
    for each in of_kind:
        if each["controller"] != "bound" and (each["half"] == "all") == has_all:
            yield each


Box = tuple[float, float, float, float]
PLOT = (430, 350)
"""Width and height of each third of the picture inside its axes, in pixels."""


def placed(at: tuple[float, float], text: str, taken: list[Box]) -> tuple[float, float]:
    """How far from its point a label is drawn, in pixels: the nearest place inside the plot where
    it meets none of those taken. What it takes is added."""
    wide, high = 6.6 * len(text) / 2, 7.0
    places = [
        place
        for away in range(0, 120, 12)
        for up in (14.0 + away, -14.0 - away)
        for place in ((0.0, up + 3), (wide + 5, up), (-wide - 5, up))
    ]
    places += [(wide + 10, 0.0), (-wide - 10, 0.0)]
    for x, y in sorted(places, key=lambda place: hypot(max(0.0, abs(place[0]) - wide), place[1])):
        box = (at[0] + x - wide, at[1] + y - high, at[0] + x + wide, at[1] + y + high)
        inside = box[0] >= 0 and box[1] >= 0 and box[2] <= PLOT[0] and box[3] <= PLOT[1]
        if inside and not any(overlap(box, each) for each in taken):
            taken.append(box)
            return x, y
    raise ValueError(f"there is no room for {text}")


def overlap(one: Box, other: Box) -> bool:
    """Whether two boxes (left, bottom, right, top) share a part."""
    return one[0] < other[2] and other[0] < one[2] and one[1] < other[3] and other[1] < one[3]


def picture(summaries: list[dict[str, Any]]) -> go.Figure:
    """Cost against time out of objective, by kind of case; the scales are not alike."""
    kinds = {
        "healthy": "Healthy consumers",
        "curable": "A fault that capacity cures, or that passes",
        "incurable": "A fault that no capacity cures",
    }
    titles = tuple(kinds.values())
    figure = make_subplots(rows=1, cols=3, subplot_titles=titles, horizontal_spacing=0.05)
    for column, kind in enumerate(kinds, start=1):
        draw_kind(figure, list(points(summaries, kind)), column)
    figure.update_xaxes(title="cost / bound")
    figure.update_yaxes(title="geometric mean of (seconds out of objective + 1)", col=1)
    figure.update_layout(
        template="simple_white",
        width=SIZE[0],
        height=SIZE[1],
        margin={"l": 70, "r": 25, "t": 45, "b": 55},
        font={"family": "DejaVu Sans, sans-serif", "size": 12},
    )
    return figure


def draw_kind(figure: go.Figure, rows: list[dict[str, Any]], column: int) -> None:
    """The points of one kind of cases, each with its name where there is room."""
    spots = [
        (each["cost_to_bound"]["mean"], log10(each["seconds_out"]["mean"] + 1)) for each in rows
    ]
    left, right = min(x for x, _ in spots) - 0.4, max(x for x, _ in spots) + 0.4
    low, high = min(y for _, y in spots) - 0.4, max(y for _, y in spots) + 0.4
    pixels = [
        ((x - left) / (right - left) * PLOT[0], (y - low) / (high - low) * PLOT[1])
        for x, y in spots
    ]
    taken: list[Box] = [(x - 5, y - 5, x + 5, y + 5) for x, y in pixels]
    for each, (x, y), at in zip(rows, spots, pixels, strict=True):
        name = each["controller"]
        figure.add_scatter(
            x=[x],
            y=[10**y],
            mode="markers",
            marker={"size": 15 if name == "tidegate" else 10, "color": colour(name)},
            showlegend=False,
            row=1,
            col=column,
        )
        right_by, up_by = placed(at, name, taken)
        figure.add_annotation(
            x=x,
            y=y,
            ax=right_by,
            ay=-up_by,
            text=f"<b>{name}</b>" if name == "tidegate" else name,
            arrowhead=0,
            arrowwidth=0.7,
            arrowcolor=STATIC,
            row=1,
            col=column,
        )
    figure.update_xaxes(range=[left, right], col=column)
    figure.update_yaxes(type="log", dtick=1, range=[low, high], col=column)


def draw(figure: go.Figure, file: Path) -> None:
    """A PNG of the figure."""
    chromium = shutil.which("chromium") or shutil.which("google-chrome")
    if chromium is None:
        sys.exit("the picture needs chromium on the PATH")
    with TemporaryDirectory() as folder:
        html = Path(folder) / "picture.html"
        body = figure.to_html(include_plotlyjs=True, config={"displayModeBar": False})
        html.write_text(body.replace("<body>", '<body style="margin:0">'), encoding="utf-8")
        options = ["--headless", "--no-sandbox", "--disable-gpu", "--hide-scrollbars"]
        size = f"--window-size={SIZE[0]},{SIZE[1]}"
        command = [chromium, *options, size, f"--screenshot={file}", html.as_uri()]
        subprocess.run(command, check=True, capture_output=True)
