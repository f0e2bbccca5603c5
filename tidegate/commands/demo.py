"""``tidegate demo``: a pipeline falls ill and is healed, with no AWS account."""

import json
from pathlib import Path

import click

__all__ = ["command"]

PAUSE_SECONDS = 0.2
"""Between simulated minutes in a terminal: the race day takes about twenty seconds to watch."""


def _scenario_names(_: click.Context, __: click.Parameter, value: str) -> str:
    from tidegate.simulator.scenarios import scenario_names

    if value not in scenario_names():
        known = ", ".join(scenario_names())
        raise click.BadParameter(f"there is no scenario {value!r}; there are {known}")
    return value


@click.command("demo")
@click.option("--scenario", default="race-day", callback=_scenario_names, show_default=True)
@click.option("--seed", default=1, show_default=True, type=click.IntRange(min=0))
@click.option("--report", type=click.Path(dir_okay=False, writable=True, path_type=Path))
@click.option("--json", "as_json", is_flag=True, help="One JSON object on standard output.")
def command(scenario: str, seed: int, report: Path | None, as_json: bool) -> None:
    """Run a scenario twice, left alone and with Tidegate, in the embedded world."""
    from rich.console import Console

    from tidegate.as_json import trial_as_json
    from tidegate.screen import Pause, show_trial_end, watch
    from tidegate.simulator.scenarios import load_scenario
    from tidegate.trial import Trial

    if report is not None and not report.absolute().parent.is_dir():
        raise click.BadParameter(f"{report.parent} is not a directory", param_hint="--report")
    trial = Trial(load_scenario(scenario), seed)
    console = Console(quiet=as_json)
    console.print(f"{scenario} (seed {seed}): {trial.scenario.summary}", highlight=False)
    watch(trial, console, Pause(PAUSE_SECONDS))
    show_trial_end(trial, console)
    if report is not None:
        from tidegate.report_page import page

        report.write_text(page(trial), encoding="utf-8")
        console.print(f"Report: {report}", highlight=False)
    if as_json:
        click.echo(json.dumps(trial_as_json(trial), indent=2))
