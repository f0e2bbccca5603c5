"""``tidegate register``: hand the file's levers to Application Auto Scaling."""

import re
import sys
from typing import TYPE_CHECKING

import click

from tidegate.exits import leave
from tidegate.folded import folded
from tidegate.scaling.model.errors import ConfigurationError, Mistake, TidegateError
from tidegate.words import counted

if TYPE_CHECKING:
    from tidegate.scaling.autoscaling_api.registration import Put, Remove
    from tidegate.scaling.autoscaling_api.site import Site
    from tidegate.scaling.aws.clients import Clients
    from tidegate.scaling.aws.registry import Registry

__all__ = ["agreed", "carry_out", "command", "stage_of"]

PRIVATE = (
    "Application Auto Scaling calls from outside of your VPCs and can't reach it. "
    "Sweeps and operators go on; give the levers to tidegate, or deploy without --private"
)
"""A private API is only callable from within a VPC (API Gateway guide, private APIs)."""

REGION_OF = re.compile(r"\.execute-api\.(?P<region>[a-z0-9-]+)\.amazonaws\.com(\.cn)?/")
"""In the URL of a stage that has no domain of its own (API Gateway guide, invoke a REST API)."""


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
    from tidegate.scaling.aws.clients import Clients
    from tidegate.scaling.aws.registry import Registry
    from tidegate.scaling.aws.rest_api import rest_api

    clients = Clients()
    site = stage_of(api, clients)
    want = wanted(load(config, kinds_in_use().kinds).pipelines, site)
    known = rest_api(clients, site)
    if known is not None and known.is_private:
        words = f"{api} is private: {PRIVATE}"
        raise ConfigurationError((Mistake("--api", 1, 1, words),))
    registry = Registry(clients, site, None if known is None else known.stack)
    return registry, steps(registry.read(), want)


def stage_of(api: str, clients: "Clients") -> "Site":
    """The stage of a URL. Raises ConfigurationError for one of another region than the session's,
    where Application Auto Scaling knows nothing of the stage."""
    from tidegate.scaling.autoscaling_api.site import Site

    site = Site.at(api)
    there, here = REGION_OF.search(f"{site.url}/"), clients.of("application-autoscaling").meta
    if there is not None and there["region"] != here.region_name:
        words = (
            f"the stage is in {there['region']}, and this session is in {here.region_name}: "
            f"set AWS_REGION={there['region']}"
        )
        raise ConfigurationError((Mistake("--api", 1, 1, words),))
    return site


def carry_out(
    registry: "Registry", planned: "tuple[Put | Remove, ...]", *, dry_run: bool, yes: bool
) -> None:
    """Show the steps, ask, and take them one by one. Raises CloudError."""
    if not planned:
        click.echo("Nothing to do: Application Auto Scaling is up to date.")
        return
    for step in planned:
        click.echo(folded(f"{'would ' if dry_run else ''}{step}"))
    if dry_run or not agreed(f"Take {counted(len(planned), 'step')}?", yes=yes):
        return
    for step in planned:
        registry.take(step)
    click.echo(f"Done: {counted(len(planned), 'step')}.")


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
        click.echo("Nothing was changed.", err=True)
        raise SystemExit(1)
    return True
