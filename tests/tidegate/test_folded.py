"""What a person's terminal of 80 columns shows of long lines; a program reads them whole."""

import sys
from io import StringIO
from types import SimpleNamespace

import pytest
from rich.console import Console
from rich.text import Text

from tidegate.direct import DirectCloud, DirectMetrics
from tidegate.folded import folded
from tidegate.pipeline_file import load_value
from tidegate.scaling.ledger.sqlite import SqliteLedger
from tidegate.scaling.ports import Edges
from tidegate.scaling.sweep import sweep
from tidegate.screen import show_sweep
from tidegate.simulator.scenarios import load_scenario
from tidegate.simulator.world import World

ALARM = "tidegate/abc.execute-api.us-east-1.amazonaws.com/v1/shard_count~orders/records-in-few"
LINES = [
    "create TargetTrackingScaling policy tidegate-lag of parallelization_factor~order-writer",
    f"remove alarm {ALARM}",
    "short",
]


@pytest.mark.parametrize("line", LINES)
def test_a_line_is_folded_in_a_terminal_and_no_name_is_cut(
    line: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    monkeypatch.setattr(sys, "stdout", SimpleNamespace(isatty=lambda: True))
    first, *further = folded(line).split("\n")
    assert " ".join([first, *(each.strip() for each in further)]) == line
    assert all(each.startswith("    ") for each in further)
    assert all(len(each) <= 80 or ALARM in each for each in (first, *further))


@pytest.mark.parametrize("line", LINES)
def test_a_program_reads_it_whole(line: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    monkeypatch.setattr(sys, "stdout", StringIO())
    assert folded(line) == line


def test_a_sweep_stands_beside_its_first_words_in_a_terminal_and_is_whole_elsewhere() -> None:
    scenario = load_scenario("table-throttled")
    specs = load_value(scenario.pipeline_file, scenario.name).pipelines
    world = World(scenario, seed=1)
    world.advance(900)
    edges = Edges(DirectCloud(world), DirectMetrics(world), SqliteLedger(":memory:"))
    report = sweep(specs, edges, world.now, holder="me")
    screen, piped = StringIO(), StringIO()
    show_sweep(report, Console(file=screen, force_terminal=True, width=80), dry_run=False)
    show_sweep(report, Console(file=piped, width=80), dry_run=False)
    seen = Text.from_ansi(screen.getvalue()).plain.splitlines()
    whole = piped.getvalue().splitlines()
    assert max(map(len, whole)) > 80 >= max(map(len, seen))
    assert " ".join(seen).split() == " ".join(whole).split()
    assert {each[:11].strip() for each in seen if each.startswith("  ")} >= {"", "found", "raised"}
