"""What README and docs/ say of the benchmark is what the next publication would write there."""

import json
import re
from dataclasses import replace
from pathlib import Path

import pytest

from benchmarks import publish_benchmark
from benchmarks.benchmark_picture import picture
from tests import figures as dated
from tidegate.bench.bench import Benchmark, as_json, run_all
from tidegate.bench.case import Case
from tidegate.bench.loads import Load
from tidegate.bench.run import play
from tidegate.bench.score import summaries
from tidegate.bench.table import Sheet, markdown, sheets
from tidegate.bench.words import LEGEND, TERMS

ROOT = Path(__file__).parents[2]
PAGES = [ROOT / "README.md", ROOT / "docs" / "benchmark.md"]
TOLD = [*PAGES, *(ROOT / "tidegate" / "bench").glob("*.*"), *(ROOT / "benchmarks").glob("*.py")]
SHORT = Load("short", "tuning", ((-86_400, 100.0), (0, 100.0)), 600)
MARK = re.compile(r"<!-- bench:([\w-]+) -->\n(.*?)\n<!-- /bench -->", re.DOTALL)


def blocks(page: Path) -> dict[str, str]:
    return {found[1]: found[2] for found in MARK.finditer(page.read_text(encoding="utf-8"))}


def outcome(*seconds_out: int) -> Sheet:
    """The table of a controller whose cases were so many seconds out of objective."""
    run = play("static-peak", Case(SHORT))
    runs = [
        replace(run, half=half, case=f"{half}{at}", seconds_out=out)
        for at, out in enumerate(seconds_out)
        for half in ("tuning", "held-out")
    ]
    return next(sheets(summaries(runs, {each.case: each.cost_usd for each in runs})))


def short_run() -> Benchmark:
    """Two controllers on a step of a quarter of an hour, as one case of each half."""
    step = ((-86_400, 100.0), (60, 100.0), (60.5, 900.0))
    cases = [Case(Load(half, half, step, duration_seconds=900)) for half in ("tuning", "held-out")]
    return run_all(["tidegate", "target-tracking"], cases, 1, lambda: None)


def test_the_mean_stands_beside_the_geometric_mean_of_x_plus_1() -> None:
    sheet = outcome(0, 0, 0, 600)
    told = dict(zip(sheet.headings, sheet.rows[-1], strict=True))
    geometric = "seconds out of objective per case, geometric mean of (x + 1)"
    assert told[f"{geometric}, tuning"] == told[f"{geometric}, held-out"] == "4.0"
    assert told["seconds out of objective per case, mean"] == "150"
    assert told["share of time out of objective"] == "25.0%"


def test_every_column_of_the_published_tables_is_named_as_the_next_ones_will_be() -> None:
    written = set(outcome(0).headings)
    for page in PAGES:
        text = page.read_text(encoding="utf-8")
        table = text[text.index("Outcome: healthy consumers, 18 cases") :]
        (header,) = re.findall(r"^\| (controller .*) \|$", table, re.MULTILINE)[:1]
        assert set(header.split(" | ")) == written, page


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_what_the_figures_hang_on_stands_beside_them(page: Path) -> None:
    assert blocks(page)["terms"] == TERMS
    assert "means" in blocks(page)


def test_the_terms_name_the_bound_the_world_and_what_tidegate_costs_itself() -> None:
    for words in (
        "without backlog and burst",
        "UpdateTable takes 40 s",
        "300 s of DynamoDB's burst capacity are guaranteed",
        "new partitions serve at once",
        "about 24 metrics a minute, $0.0144 an hour",
    ):
        assert words in TERMS
    assert LEGEND.startswith(TERMS)


def test_nothing_calls_the_bound_a_clairvoyant_optimum_or_a_figure_out_s() -> None:
    told = {
        (path.name, words)
        for path in TOLD
        for words in ("lairvoyant", "x optimum", "out s ", "x opt ")
        if path.is_file() and words in path.read_text(encoding="utf-8")
    }
    assert told == set()


def test_the_publisher_fills_every_block_that_the_pages_have(
    tmp_path: Path,
) -> None:
    """From a run of one case: a mark that nothing fills would be a KeyError."""
    made = short_run()
    figures = {"made_by": "tidegate bench", "made_on": "today"} | as_json(made)
    (tmp_path / "results.json").write_text(json.dumps(figures), encoding="utf-8")
    (tmp_path / "tables.md").write_text(markdown(made.summaries), encoding="utf-8")
    parts = publish_benchmark.blocks(tmp_path)
    for page in PAGES:
        filled = publish_benchmark.filled(page.read_text(encoding="utf-8"), parts)
        assert TERMS in filled
        assert "by the arithmetic mean: tidegate" in filled.replace("\n", " ")


@pytest.mark.parametrize("part", ["made", *publish_benchmark.APART])
def test_what_was_run_apart_says_of_which_sources_it_is(tmp_path: Path, part: str) -> None:
    """So that figures which are older than those are listed: the whole traces never were."""
    made = short_run()
    figures = {"made_by": "tidegate bench", "made_on": "today"} | as_json(made)
    figures["runs"] += [each | {"case": f"{each['case']}+open"} for each in figures["runs"]]
    figures["bound_usd"] |= {f"{name}+open": usd for name, usd in figures["bound_usd"].items()}
    for place in (".", "drawn", "open", "whole/trace"):
        folder = tmp_path / place
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "results.json").write_text(json.dumps(figures), encoding="utf-8")
        (folder / "tables.md").write_text(markdown(made.summaries), encoding="utf-8")
    assert len(dated.MARK.findall(publish_benchmark.blocks(tmp_path)[part])) == 1


def test_the_picture_names_its_mean_and_its_bound() -> None:
    healthy = as_json(short_run())["summaries"]
    kinds = ("healthy", "curable", "incurable")
    summaries = [each | {"kind": kind} for kind in kinds for each in healthy]
    drawn = picture(summaries)
    layout = drawn.to_plotly_json()["layout"]
    assert "geometric mean" in layout["yaxis"]["title"]["text"]
    assert {layout[f"xaxis{each}"]["title"]["text"] for each in ("", "2", "3")} == {"cost / bound"}
    for page in PAGES:
        assert "the bound the optimum" not in page.read_text(encoding="utf-8")
