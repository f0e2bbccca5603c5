"""Runs are fair, repeatable, and told in full."""

import json
from dataclasses import replace
from io import StringIO
from pathlib import Path

import pytest
from click.testing import CliRunner
from rich.console import Console

from tidegate.bench.bench import as_json, run_all
from tidegate.bench.case import Case
from tidegate.bench.controllers.registry import CONTROLLERS
from tidegate.bench.faults import FAULTS, faults_of
from tidegate.bench.loads import Load, generated
from tidegate.bench.page import median_case, page
from tidegate.bench.run import demand, play
from tidegate.bench.score import by_fault, summaries
from tidegate.bench.suite import suite
from tidegate.bench.table import markdown, screen, sheets
from tidegate.cli import main

HOUR = 3600
SHORT = Load("short", "tuning", ((-86_400, 300), (600, 300), (600.5, 900)), 1800, (600,))
LONG = replace(SHORT, name="long", half="held-out", duration_seconds=2400)


@pytest.mark.parametrize("name", CONTROLLERS)
def test_the_same_seed_is_the_same_run_and_another_is_not(name: str) -> None:
    first, again, other = (play(name, Case(SHORT, seed=seed)) for seed in (1, 1, 2))
    assert first == again
    assert first.minutes != other.minutes


@pytest.mark.parametrize("fault", FAULTS)
def test_every_fault_befalls_every_controller_alike(fault: str) -> None:
    case = Case(SHORT, fault)
    healthy = play("static-peak", Case(SHORT))
    assert faults_of(fault, SHORT)
    if fault not in ("metrics-outage", "stream-updating"):
        assert play("static-peak", case).minutes != healthy.minutes


def test_a_slow_function_needs_more_lanes() -> None:
    slow, healthy = demand(Case(SHORT, "slow-function")), demand(Case(SHORT))
    assert [each.lanes for each in slow[:10]] == [each.lanes for each in healthy[:10]]
    assert slow[12].lanes > 2 * healthy[12].lanes


def test_no_controller_that_knows_awss_limits_breaks_one() -> None:
    for name in ("tidegate", "kinesis-auto-scaling", "scaling-utils", "static-peak", "on-demand"):
        assert play(name, Case(SHORT)).refused == 0


def test_figures_do_not_depend_on_the_number_of_processes() -> None:
    names, cases = ["tidegate", "static-mean"], [Case(SHORT), Case(LONG, "hot-key")]
    told: list[int] = []
    one = run_all(names, cases, 1, lambda: told.append(1))
    two = run_all(names, cases, 2, lambda: told.append(2))
    assert len(told) == 2 * len(names) * len(cases)
    assert as_json(one) == as_json(two)


def test_the_halves_are_told_apart_and_together() -> None:
    found = run_all(["static-mean"], [Case(SHORT), Case(LONG)], 1, lambda: None)
    assert [(each.controller, each.half, each.runs) for each in found.summaries] == [
        ("bound", "held-out", 1),
        ("static-mean", "held-out", 1),
        ("bound", "tuning", 1),
        ("static-mean", "tuning", 1),
        ("bound", "all", 2),
        ("static-mean", "all", 2),
    ]
    both = found.summaries[-1]
    assert both.seconds_out_total == sum(each.seconds_out for each in found.results)


def test_every_table_has_every_controller_and_a_cell_for_every_heading() -> None:
    names = ["tidegate", "static-peak"]
    found = run_all(names, [Case(SHORT), Case(LONG), Case(LONG, "hot-key")], 1, lambda: None)
    told = (found.summaries, found.by_fault)
    made = list(sheets(*told))
    assert len(made) == len(list(screen(*told))) == 8
    assert all(len(row) == len(sheet.headings) for sheet in made for row in sheet.rows)
    assert all({row[0] for row in sheet.rows} >= set(names) for sheet in made)
    assert markdown(*told).count("| **tidegate** |") == 8


def test_faults_that_capacity_cures_are_told_apart_from_those_it_does_not() -> None:
    cases = [Case(SHORT, "slow-function"), Case(SHORT, "manual-change"), Case(SHORT, "hot-key")]
    found = run_all(["static-peak"], cases, 1, lambda: None)
    slow, changed, hot = found.results
    played = {each.kind: each for each in found.summaries if each.controller == "static-peak"}
    assert {kind: each.seconds_out_total for kind, each in played.items()} == {
        "curable": slow.seconds_out + changed.seconds_out,
        "incurable": hot.seconds_out,
    }
    out, cost = list(sheets(found.summaries, found.by_fault))[-2:]
    assert out.headings == ("controller", "slow function", "manual change", "hot key")
    row = ("static-peak", *(f"{each.seconds_out:,}" for each in found.results))
    assert out.rows == (row,)
    least = found.least["short+hot-key"].usd
    assert cost.rows[0][-1] == f"{hot.cost_usd / least:.2f}"


def test_the_spread_over_seeds_is_told_where_there_are_several() -> None:
    cases = [Case(SHORT, fault, seed) for fault in ("healthy", "hot-key") for seed in (1, 2)]
    found = run_all(["hpa-keda"], cases, 1, lambda: None)
    assert [each.cases for each in found.by_fault] == [1]
    sheet = next(each for each in sheets(found.summaries) if each.title.startswith("Seeds"))
    low, mean, high = (float(cell) for cell in sheet.rows[-1][4:])
    assert low <= mean <= high
    assert "2 seeds" in sheet.title


def test_no_figure_is_cut_off_on_a_terminal_of_80_columns() -> None:
    worst = [replace(play(name, Case(LONG)), records_lost=39_409_466) for name in CONTROLLERS]
    both = [*worst, *(replace(each, half="tuning", case="long") for each in worst)]
    console = Console(width=80, record=True, file=StringIO())
    faulty = [replace(each, fault=fault, case="long") for each in worst for fault in FAULTS]
    told = (summaries(both, {"long": 1.0}), by_fault(faulty, {"long": 1.0}))
    for table in screen(*told):
        console.print(table)
    shown = [line.split() for line in console.export_text().splitlines()]
    rows = [list(row) for sheet in sheets(*told) for row in sheet.rows]
    assert [line for line in shown if line and line[0] in CONTROLLERS] == [
        row for row in rows if row[0] in CONTROLLERS
    ]


def test_the_page_is_whole_and_opens_at_the_median_case() -> None:
    cases = [Case(SHORT), Case(LONG)]
    found = run_all(["tidegate", "static-mean"], cases, 1, lambda: None)
    text = page(found, cases, "tidegate bench")
    assert median_case(found) in ("short", "long")
    assert "<script src" not in text
    assert f'"opened": "{median_case(found)}"' in text


def test_the_quick_suite_has_every_shape_and_every_fault_in_both_halves() -> None:
    cases = suite(Path("nowhere"), 1, quick=True)
    assert {case.name for case in cases if case.fault == "healthy"} == {
        load.name for load in generated()
    }
    for fault in FAULTS:
        halves = {case.load.half for case in cases if case.fault == fault}
        assert halves == {"tuning", "held-out"}


def test_every_fault_befalls_every_load() -> None:
    names = {case.name for case in suite(Path("nowhere"), 1, quick=False)}
    assert len(names) == len(generated()) * (1 + len(FAULTS))


def write_trace(folder: Path) -> Path:
    file = folder / "shop.csv"
    rows = "".join(f"{at * 60},{5 + at % 7}\n" for at in range(31))
    file.write_text(f"second,value\n{rows}", encoding="utf-8")
    return file


def test_ones_own_trace_is_run_from_the_command_line(tmp_path: Path) -> None:
    options = ["--trace", str(write_trace(tmp_path)), "--peak", "800", "--out", str(tmp_path)]
    done = CliRunner().invoke(main, ["bench", *options, "--controllers", "tidegate,static-peak"])
    assert done.exit_code == 0, done.output
    assert "tidegate" in done.output
    runs = json.loads((tmp_path / "results.json").read_text(encoding="utf-8"))["runs"]
    assert [(run["controller"], run["case"]) for run in runs] == [
        ("tidegate", "shop"),
        ("static-peak", "shop"),
    ]
    assert (tmp_path / "index.html").stat().st_size > 1_000_000


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (["--controllers", "nobody"], "there is no nobody; there are tidegate"),
        (["--loads", "step,flood"], "there is no flood; there are step"),
        (["--traces", "nowhere"], "nowhere is not a directory"),
        (["--peak", "10"], "--trace"),
        (["--trace", "none.csv"], "none.csv:1:1: not readable"),
        (["--loads", "step,flood"], "ramp, diurnal, week, flash-crowd, spikes, noise, growth"),
    ],
)
def test_bad_input_is_one_clear_error_and_nothing_is_written(
    options: list[str], words: str, tmp_path: Path
) -> None:
    out = tmp_path / "out"
    done = CliRunner().invoke(main, ["bench", *options, "--out", str(out)])
    assert (done.exit_code, out.exists()) == (2, False)
    assert words in " ".join(done.output.split())


def test_results_that_cannot_be_written_are_told_before_minutes_are_spent(tmp_path: Path) -> None:
    trace = write_trace(tmp_path)
    options = ["--trace", str(trace), "--controllers", "static-peak", "--out", f"{trace}/bench"]
    done = CliRunner().invoke(main, ["bench", *options])
    assert done.exit_code == 2
    assert "Not a directory" in done.output
    assert "runs" not in done.output


def test_a_trace_is_chosen_by_its_own_name_at_all_its_peaks(tmp_path: Path) -> None:
    rows = "".join(f"{at * 300},{1 + at % 5}\n" for at in range(6))
    (tmp_path / "nyc_taxi.csv").write_text(f"second,value\n{rows}", encoding="utf-8")
    options = ["--traces", str(tmp_path), "--loads", "nyc_taxi", "--quick", "--out", str(tmp_path)]
    done = CliRunner().invoke(main, ["bench", *options, "--controllers", "static-peak"])
    assert done.exit_code == 0, done.output
    runs = json.loads((tmp_path / "results.json").read_text(encoding="utf-8"))["runs"]
    assert [run["case"] for run in runs] == ["nyc_taxi@1500", "nyc_taxi@6000"]
