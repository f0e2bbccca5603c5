"""``tidegate scenarios``: what the embedded world can play."""

import click

__all__ = ["command"]


@click.command("scenarios")
def command() -> None:
    """List the scenarios: name, the cause planted in it, and what happens."""
    from tidegate.simulator.scenarios import load_scenario, scenario_names

    for name in scenario_names():
        scenario = load_scenario(name)
        click.echo(f"{name:<28}{scenario.planted_cause:<28}{scenario.summary}")
