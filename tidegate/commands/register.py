"""``tidegate register``: hand the file's levers to Application Auto Scaling."""

import sys
from typing import TYPE_CHECKING

import click

from tidegate.exits import leave
from tidegate.scaling.model.errors import TidegateError

if TYPE_CHECKING:
    from tidegate.scaling.autoscaling_api.registration import Put, Remove
    from tidegate.scaling.aws.registry import Registry

__all__ = ["agreed", "carry_out", "command"]


@click.command("register")
@click.option("--config", required=True, help="The pipeline file.")
@click.option("--api", required=True, help="The deployed stage, https://API.execute-api.REGION...")
@click.option("--dry-run", is_flag=True, help="Show the plan and change nothing.")
@click.option("--yes", is_flag=True, help="Do not ask for confirmation.")
def command(config: str, api: str, dry_run: bool, yes: bool) -> None:
    """Register every lever that the file gives to Application Auto Scaling, with its policies,
    alarms and scheduled actions, and remove what the file no longer names. Shows the plan first.

    Exit code 0: as the file says. 1: declined. 2: bad input. 3: AWS could not be asked.
    """
    try:
        registry, planned = _planned(config, api)
        carry_out(registry, planned, dry_run=dry_run, yes=yes)
    except TidegateError as error:
        leave(error)


def _planned(config: str, api: str) -> "tuple[Registry, tuple[Put | Remove, ...]]":
    from tidegate.kinds.registry import kinds_in_use
    from tidegate.pipeline_file import load
    from tidegate.scaling.autoscaling_api.registration import steps, wanted
    from tidegate.scaling.autoscaling_api.site import Site
    from tidegate.scaling.aws.clients import Clients
    from tidegate.scaling.aws.registry import Registry

    site = Site.at(api)
    want = wanted(load(config, kinds_in_use().kinds).pipelines, site)
    registry = Registry(Clients(), site)
    return registry, steps(registry.read(), want)


def carry_out(
    registry: "Registry", planned: "tuple[Put | Remove, ...]", *, dry_run: bool, yes: bool
) -> None:
    """Show the steps, ask, and take them one by one. Raises CloudError."""
    if not planned:
        click.echo("Nothing to do: Application Auto Scaling is up to date.")
        return
    for step in planned:
        click.echo(f"{'would ' if dry_run else ''}{step}")
    if dry_run or not agreed(f"Take these {len(planned)} steps?", yes=yes):
        return
    for step in planned:
        registry.take(step)
    click.echo(f"Done: {len(planned)} steps.")


def agreed(question: str, *, yes: bool) -> bool:
    """Whether to go on: asked on a terminal; exits with 1 when nobody can be asked, or says no."""
    if yes:
        return True
    if not sys.stdin.isatty():
        click.echo(
            "Nothing was changed, because there is no terminal to ask for confirmation: add "
            "--yes to go on.",
            err=True,
        )
        raise SystemExit(1)
    if not click.confirm(question):
        raise SystemExit(1)
    return True
