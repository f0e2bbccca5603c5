"""The live table: what a person in a terminal sees of a run, minute by minute."""

from functools import cache
from io import StringIO

from rich.console import Console
from rich.text import Text

from tidegate.screen import Pause, watch
from tidegate.simulator.scenarios import load_scenario
from tidegate.trial import Trial


@cache
def shown(scenario: str) -> tuple[str, ...]:
    """Every line that stood on the screen, without its colours."""
    screen = StringIO()
    console = Console(force_terminal=True, width=160, height=40, file=screen)
    watch(Trial(load_scenario(scenario), 1), console, Pause(0))
    return tuple(Text.from_ansi(screen.getvalue()).plain.splitlines())


def rows(lines: tuple[str, ...], pipeline: str) -> list[str]:
    return [line for line in lines if f" {pipeline} " in line and "│" in line]


def test_each_minute_shows_every_layer_and_events_stay_below() -> None:
    lines = shown("manual-change")
    minutes = rows(lines, "orders")
    # rich draws the last one again as it leaves.
    assert len(minutes) == Trial(load_scenario("manual-change"), 1).sweeps + 1
    assert all("busy" in each and "used" in each for each in minutes)
    assert any("healing" in each for each in minutes)
    assert any("write capacity of orders from 200 to" in line for line in lines)
    assert any("simulated time" in line and "100 %" in line for line in lines)


def test_an_age_that_cloudwatch_does_not_tell_is_marked() -> None:
    unseen = [each for each in rows(shown("metrics-outage"), "orders") if "no data" in each]
    assert len(unseen) >= 15
    assert not any("CloudWatch: no data" in line for line in shown("manual-change"))
