"""The drawn loads: nobody's choice, and anybody's to draw again."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner
from hypothesis import given, settings
from hypothesis import strategies as st

from tidegate.bench.drawn import EACH, PEAKS, drawn
from tidegate.bench.faults import FAULTS
from tidegate.bench.traces import NAMES, WINDOW_SECONDS, read_trace, window
from tidegate.cli import main

NO_TRACES = Path("nowhere")
DAY = 86_400


@pytest.fixture
def traces(tmp_path: Path) -> Path:
    """A trace of three days in which the hourly mean changes most on the second."""
    values = [1 + (at % 288) * (3 if 288 <= at < 576 else 1) for at in range(3 * 288)]
    rows = "".join(f"{at * 300},{value}\n" for at, value in enumerate(values))
    for name in NAMES:
        (tmp_path / f"{name}.csv").write_text(f"second,value\n{rows}", encoding="utf-8")
    return tmp_path


@settings(max_examples=20)
@given(seed=st.integers(min_value=0))
def test_a_seed_draws_the_same_loads_again_and_another_seed_draws_others(seed: int) -> None:
    cases = drawn(seed, NO_TRACES)
    assert cases == drawn(seed, NO_TRACES)
    others = {case.name: case for case in drawn(seed + 1, NO_TRACES)}
    same = [case for case in cases if others.get(case.name) == case]
    assert not same


@settings(max_examples=20)
@given(seed=st.integers(min_value=0))
def test_every_drawn_load_is_run_healthy_and_with_a_fault_within_the_bounds(seed: int) -> None:
    cases = drawn(seed, NO_TRACES)
    healthy = [case for case in cases if case.fault == "healthy"]
    faulty = [case for case in cases if case.fault in FAULTS]
    assert [case.load.name for case in healthy] == [case.load.name for case in faulty]
    assert len({case.name for case in cases}) == len(cases)
    for case in cases:
        rates = case.load.minutes()
        assert 0 < min(rates) <= max(rates) <= PEAKS[1] * 1.0001
        assert case.load.half == "drawn"


def test_a_drawn_window_of_a_trace_has_a_day_before_it_and_nothing_of_the_suites(
    traces: Path,
) -> None:
    series = read_trace(traces / f"{next(iter(NAMES))}.csv")
    known, _ = window(series, WINDOW_SECONDS)
    starts = []
    for seed in range(20):
        loads = {case.load.name: case.load for case in drawn(seed, traces)}
        starts += [-load.points[0][0] for name, load in loads.items() if name[:-2] in NAMES]
    assert len(starts) == 20 * EACH * len(NAMES)
    assert all(start >= DAY and abs(start - known) >= WINDOW_SECONDS for start in starts)
    assert len(set(starts)) > len(starts) / 2


def test_drawn_loads_are_run_from_the_command_line(tmp_path: Path) -> None:
    options = ["--draw", "7", "--loads", "step-2", "--controllers", "static-peak"]
    options += ["--traces", str(tmp_path)]
    done = CliRunner().invoke(main, ["bench", *options, "--out", str(tmp_path)])
    assert done.exit_code == 0, done.output
    assert "1 drawn" in done.output
    runs = json.loads((tmp_path / "results.json").read_text(encoding="utf-8"))["runs"]
    assert [run["case"] for run in runs] == [
        case.name for case in drawn(7, NO_TRACES) if case.load.name == "step-2"
    ]


def test_a_trace_that_is_too_short_to_draw_from_is_one_mistake(tmp_path: Path) -> None:
    rows = "".join(f"{at * 300},{1 + at % 5}\n" for at in range(288))
    file = tmp_path / f"{next(iter(NAMES))}.csv"
    file.write_text(f"second,value\n{rows}", encoding="utf-8")
    options = ["--draw", "7", "--traces", str(tmp_path), "--out", str(tmp_path / "out")]
    done = CliRunner().invoke(main, ["bench", *options])
    assert (done.exit_code, (tmp_path / "out").exists()) == (2, False)
    assert f"{file}:1:1: too short to draw from" in done.output


@pytest.mark.parametrize("option", [["--quick"], ["--seeds", "2"], ["--trace", "own.csv"]])
def test_a_draw_goes_without_what_would_choose(option: list[str], tmp_path: Path) -> None:
    out = tmp_path / "out"
    done = CliRunner().invoke(main, ["bench", "--draw", "7", *option, "--out", str(out)])
    assert (done.exit_code, out.exists()) == (2, False)
    assert "without --trace, --seeds and --quick" in " ".join(done.output.split())
