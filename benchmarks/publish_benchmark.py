"""Put the figures of `tidegate bench` into README.md and docs/: tables, date, command, picture.

    python benchmarks/publish_benchmark.py bench      # or `make bench-docs`

Replaces what stands between `<!-- bench:NAME -->` and `<!-- /bench -->`, so that no figure there is
written by hand. A part whose run isn't there stays as it is, with its own date. The picture needs
chromium on the PATH.
"""

import json
import re
import shutil
import subprocess
import sys
from collections import defaultdict
from collections.abc import Iterator
from math import exp, hypot, log, log10
from pathlib import Path
from statistics import fmean
from tempfile import TemporaryDirectory
from typing import Any

import plotly.graph_objects as go
from plotly.subplots import make_subplots

ROOT = Path(__file__).parents[1]
PICTURE = ROOT / "docs" / "benchmark.png"
PAGES = (ROOT / "README.md", ROOT / "docs" / "benchmark.md")
SIZE = (1500, 460)
OURS, PEER, STATIC = "#1f6f5c", "#c0392b", "#8a8a8a"


def blocks(folder: Path) -> dict[str, str]:
    """What stands between the marks, by name."""
    tables = (folder / "tables.md").read_text(encoding="utf-8")
    results = json.loads((folder / "results.json").read_text(encoding="utf-8"))
    found = {
        "all": tables.rstrip("\n"),
        "outcome-healthy": outcomes(tables)[0],
        "peers": against_each_peer(results["summaries"]),
        "losses": losses(results),
        "bound": below_the_bound(results),
        "made": made(results),
    }
    for name, tell in APART.items():
        if any((folder / name).rglob("results.json")):
            found[name] = tell(folder / name)
        else:
            print(f"{folder / name} has no results (make bench-{name}): that part stays as it is")
    return found


def outcomes(tables: str) -> list[str]:
    """The tables of what the cases came to, one a kind."""
    parts = re.split(r"\n(?=\S[^|\n]*: )", tables)
    return [part.rstrip("\n") for part in parts if part.startswith("Outcome: ")]


def made(results: dict[str, Any]) -> str:
    """The day and the command."""
    return f"Made on {results['made_on']} by `{results['made_by']}`."


def against_each_peer(summaries: list[dict[str, Any]]) -> str:
    """Of every peer, how many times Tidegate's seconds out of objective and Tidegate's cost it came
    to; over all cases each counts as much as the next."""
    kinds = [each for each in summaries if each["half"] == "all"]
    by_name: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for each in kinds:
        by_name[each["controller"]].append(each)
    groups = {each["kind"]: {each["kind"]} for each in kinds}
    groups["all"] = set(groups)
    lines = [f"| peer | {' | '.join(groups)} |", f"| --- |{' --: |' * len(groups)}"]
    for name in by_name.keys() - {"optimum", "tidegate"}:
        cells = []
        for chosen in groups.values():
            (out, usd), (our_out, our_usd) = (
                means([each for each in by_name[who] if each["kind"] in chosen])
                for who in (name, "tidegate")
            )
            cells.append(f"{out / our_out:,.1f}, {usd / our_usd:.2f}")
        lines.append(f"| {name} | {' | '.join(cells)} |")
    return "\n".join(lines[:2] + sorted(lines[2:]))


def means(summaries: list[dict[str, Any]]) -> tuple[float, float]:
    """The seconds out of objective and the cost to the optimum's over some kinds of cases: the
    means that the tables have, each kind by its runs."""
    runs = [each["runs"] for each in summaries]
    seconds = [log(each["seconds_out"]["mean"] + 1) for each in summaries]
    costs = [log(each["cost_to_optimum"]["mean"]) for each in summaries]
    return exp(fmean(seconds, runs)) - 1, exp(fmean(costs, runs))


def drawn(folder: Path) -> str:
    """What the loads came to that nobody chose, and where a peer did better."""
    results = json.loads((folder / "results.json").read_text(encoding="utf-8"))
    tables = outcomes((folder / "tables.md").read_text(encoding="utf-8"))
    return "\n\n".join(
        [made(results), *tables, f"Lost to a peer, as told below: {losses(results)}"]
    )


def whole(folder: Path) -> str:
    """The traces that were run from end to end, a row each."""
    results = {
        file.parent.name: json.loads(file.read_text(encoding="utf-8"))
        for file in sorted(folder.glob("*/results.json"))
    }
    runs = {trace: each["summaries"] for trace, each in results.items()}
    names = [each["controller"] for each in next(iter(runs.values()))]
    names.remove("optimum")
    lines = [f"| trace | days | {' | '.join(names)} |", f"| --- | --: |{' --: |' * len(names)}"]
    for trace, summaries in runs.items():
        by_name = {each["controller"]: each for each in summaries}
        days = by_name["optimum"]["seconds_total"] / 86_400
        told = [
            f"{each['seconds_out_total']:,} s, {each['cost_to_optimum']['mean']:.2f} x"
            for each in map(by_name.__getitem__, names)
        ]
        lines.append(f"| {trace} | {days:.1f} | {' | '.join(told)} |")
    days = " and ".join(dict.fromkeys(each["made_on"] for each in results.values()))
    return "\n".join([*lines, "", f"Made on {days} by `make bench-whole`."])


APART = {"drawn": drawn, "whole": whole}
"""What has runs of its own, in a folder of that name."""


def losses(results: dict[str, Any]) -> str:
    """The cases in which a peer kept the objective no worse at no more cost, with the cheapest of
    those peers; static settings know the load and don't count. Means over seeds."""
    by_case: dict[str, dict[str, tuple[float, float]]] = defaultdict(dict)
    runs: dict[tuple[str, str], list[dict[str, Any]]] = defaultdict(list)
    for each in results["runs"]:
        runs[each["case"], each["controller"]].append(each)
    for (case, name), group in runs.items():
        seconds = fmean(each["seconds_out"] for each in group)
        usd = fmean(each["cost_usd"] for each in group)
        by_case[case][name] = (seconds, usd / results["optimum_usd"][case]["usd"])
    lines = ["| case | tidegate | the peer |", "| --- | --- | --- |"]
    for case, by_name in by_case.items():
        ours = by_name["tidegate"]
        better = [
            (cost, seconds, name)
            for name, (seconds, cost) in by_name.items()
            if name != "tidegate" and not name.startswith("static")
            if seconds <= ours[0] and cost <= ours[1]
        ]
        if better:
            cost, seconds, name = min(better)
            told = [f"{out:,.0f} s out, {x:.2f} x optimum" for out, x in (ours, (seconds, cost))]
            lines.append(f"| {case} | {told[0]} | {name}: {told[1]} |")
    lost = len(lines) - 2
    return f"{lost} of {len(by_case)} cases:\n\n" + "\n".join(lines)


def below_the_bound(results: dict[str, Any]) -> str:
    """How many runs were well and yet cheaper than the bound, and which of our own were cheaper,
    well or not."""
    healthy = [each for each in results["runs"] if each["fault"] == "healthy"]
    well = [each for each in healthy if not (each["seconds_out"] or each["records_lost"])]
    ours = [
        f"{each['case']} ({share:.3f} x, {each['seconds_out']} s out, seed {each['seed']})"
        for each in healthy
        if each["controller"] == "tidegate" and (share := to_optimum(each, results)) < 1
    ]
    cheaper = sum(to_optimum(each, results) < 1 for each in well)
    return (
        f"{len(well)} of {len(healthy)} healthy runs kept the objective and lost nothing; "
        f"{cheaper} of them cost less than the optimum. Tidegate cost less, whether it kept the "
        f"objective or not, on: {', '.join(ours) or 'none'}."
    )


def to_optimum(run: dict[str, Any], results: dict[str, Any]) -> float:
    """A run's cost against the optimum's."""
    least: float = results["optimum_usd"][run["case"]]["usd"]
    return run["cost_usd"] / least


def filled(text: str, parts: dict[str, str]) -> str:
    """The text with every block renewed, but for those apart that were not run. KeyError for a
    mark of no such name."""
    mark = re.compile(r"(<!-- bench:([\w-]+) -->).*?(<!-- /bench -->)", re.DOTALL)

    def renewed(found: re.Match[str]) -> str:
        if found[2] in APART.keys() - parts.keys():
            return found[0]
        return f"{found[1]}\n{parts[found[2]]}\n{found[3]}"

    return mark.sub(renewed, text)


def colour(name: str) -> str:
    """Tidegate, a setting that no one touches, or a peer."""
    return OURS if name == "tidegate" else STATIC if name.startswith("static") else PEER


def points(summaries: list[dict[str, Any]], kind: str) -> Iterator[dict[str, Any]]:
    """The summaries of a kind over all its cases."""
    of_kind = [each for each in summaries if each["kind"] == kind]
    has_all = any(each["half"] == "all" for each in of_kind)
    for each in of_kind:
        if each["controller"] != "optimum" and (each["half"] == "all") == has_all:
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
    figure.update_xaxes(title="cost, times the optimum's")
    figure.update_yaxes(title="seconds out of objective a case, + 1", col=1)
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
        (each["cost_to_optimum"]["mean"], log10(each["seconds_out"]["mean"] + 1)) for each in rows
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


def main(folder: Path) -> None:
    """Renew the pages and the picture."""
    parts = blocks(folder)
    results = json.loads((folder / "results.json").read_text(encoding="utf-8"))
    draw(picture(results["summaries"]), PICTURE)
    for page in PAGES:
        page.write_text(filled(page.read_text(encoding="utf-8"), parts), encoding="utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
