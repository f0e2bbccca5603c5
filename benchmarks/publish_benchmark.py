"""Put the figures of `tidegate bench` into README.md and docs/: tables, date, command, picture.

    python -m benchmarks.publish_benchmark bench      # or `make bench-docs`

Replaces what stands between `<!-- bench:NAME -->` and `<!-- /bench -->`, so that no figure there is
written by hand. A part whose run isn't there stays as it is, with its own date. The picture needs
chromium on the PATH.
"""

import json
import re
import subprocess
import sys
from collections import defaultdict
from math import exp, log
from pathlib import Path
from statistics import fmean
from typing import Any

from benchmarks.benchmark_picture import draw, picture
from benchmarks.open_account import open_account
from tidegate.bench.words import TERMS

ROOT = Path(__file__).parents[1]
PICTURE = ROOT / "docs" / "benchmark.png"
SOURCES = "rules scaling simulator tidegate/bench"
PAGES = (ROOT / "README.md", ROOT / "docs" / "benchmark.md")


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
        "terms": TERMS,
        "means": both_means(results["summaries"]),
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
    """The day and the command, and which sources they are of."""
    return f"Made on {results['made_on']} by `{results['made_by']}`.\n{sources_mark()}"


def sources_mark() -> str:
    """Which sources the figures are of, for ``python -m tests.figures``."""
    command = ("git", "-C", str(ROOT), "rev-parse", "--short", "HEAD")
    commit = subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()
    return f"<!-- figures of {commit}: {SOURCES} -->"


def both_means(summaries: list[dict[str, Any]]) -> str:
    """Seconds out of objective in both means, over the healthy cases."""
    healthy = {
        each["controller"]: each
        for each in summaries
        if each["kind"] == "healthy" and each["half"] == "all"
    }
    told = [
        f"{name} {each['seconds_out']['mean']:,.1f} and "
        f"{each['seconds_out_total'] / each['runs']:,.0f}"
        for name, each in healthy.items()
        if name in ("tidegate", "target-tracking", "hpa-keda")
    ]
    return (
        "Seconds out of objective per healthy case, by the geometric mean of (x + 1) and by the "
        f"arithmetic mean: {'; '.join(told)}."
    )


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
    for name in by_name.keys() - {"bound", "tidegate"}:
        cells = []
        for chosen in groups.values():
            (out, usd), (our_out, our_usd) = (
                means([each for each in by_name[who] if each["kind"] in chosen])
                for who in (name, "tidegate")
            )
            times = f"{out / our_out:,.1f}" if our_out else "–"
            cells.append(f"{times}, {usd / our_usd:.2f}")
        lines.append(f"| {name} | {' | '.join(cells)} |")
    return "\n".join(lines[:2] + sorted(lines[2:]))


def means(summaries: list[dict[str, Any]]) -> tuple[float, float]:
    """The seconds out of objective and the cost to the bound's over some kinds of cases: the
    means that the tables have, each kind by its runs."""
    runs = [each["runs"] for each in summaries]
    seconds = [log(each["seconds_out"]["mean"] + 1) for each in summaries]
    costs = [log(each["cost_to_bound"]["mean"]) for each in summaries]
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
    names.remove("bound")
    lines = [f"| trace | days | {' | '.join(names)} |", f"| --- | --: |{' --: |' * len(names)}"]
    for trace, summaries in runs.items():
        by_name = {each["controller"]: each for each in summaries}
        days = by_name["bound"]["seconds_total"] / 86_400
        told = [
            f"{each['seconds_out_total']:,} s, {each['cost_to_bound']['mean']:.2f} x"
            for each in map(by_name.__getitem__, names)
        ]
        lines.append(f"| {trace} | {days:.1f} | {' | '.join(told)} |")
    days = " and ".join(dict.fromkeys(each["made_on"] for each in results.values()))
    return "\n".join([*lines, "", f"Made on {days} by `make bench-whole`.", sources_mark()])


def opened(folder: Path) -> str:
    """What others change for Tidegate, load by load."""
    results = json.loads((folder / "results.json").read_text(encoding="utf-8"))
    return f"{made(results)}\n\n{open_account(results)}"


APART = {"drawn": drawn, "open": opened, "whole": whole}
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
        by_case[case][name] = (seconds, usd / results["bound_usd"][case]["usd"])
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
            told = [f"{out:,.0f} s out, {x:.2f} x the bound" for out, x in (ours, (seconds, cost))]
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
        if each["controller"] == "tidegate" and (share := to_bound(each, results)) < 1
    ]
    cheaper = sum(to_bound(each, results) < 1 for each in well)
    return (
        f"{len(well)} of {len(healthy)} healthy runs kept the objective and lost nothing; "
        f"{cheaper} of them cost less than the bound. Tidegate cost less, whether it kept the "
        f"objective or not, on: {', '.join(ours) or 'none'}."
    )


def to_bound(run: dict[str, Any], results: dict[str, Any]) -> float:
    """A run's cost against the bound's."""
    return float(run["cost_usd"] / results["bound_usd"][run["case"]]["usd"])


def filled(text: str, parts: dict[str, str]) -> str:
    """The text with every block renewed, but for those apart that were not run. KeyError for a
    mark of no such name."""
    mark = re.compile(r"(<!-- bench:([\w-]+) -->).*?(<!-- /bench -->)", re.DOTALL)

    def renewed(found: re.Match[str]) -> str:
        if found[2] in APART.keys() - parts.keys():
            return found[0]
        return f"{found[1]}\n{parts[found[2]]}\n{found[3]}"

    return mark.sub(renewed, text)


def main(folder: Path) -> None:
    """Renew the pages and the picture."""
    parts = blocks(folder)
    results = json.loads((folder / "results.json").read_text(encoding="utf-8"))
    draw(picture(results["summaries"]), PICTURE)
    for page in PAGES:
        page.write_text(filled(page.read_text(encoding="utf-8"), parts), encoding="utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
