"""``tidegate deregister``: take everything of a stage back from Application Auto Scaling."""

import click

from tidegate.commands.register import carry_out, stage_of
from tidegate.exits import leave
from tidegate.scaling.model.errors import TidegateError

__all__ = ["command"]


@click.command("deregister")
@click.option("--api", required=True, help="The deployed stage, https://API.execute-api.REGION...")
@click.option("--dry-run", is_flag=True, help="Show the plan and change nothing.")
@click.option("--yes", is_flag=True, help="Do not ask for confirmation.")
def command(api: str, dry_run: bool, yes: bool) -> None:
    """Remove every scalable target, policy, alarm and scheduled action of a stage. Capacities stay
    as they are."""
    from tidegate.scaling.autoscaling_api.registration import Registration, steps
    from tidegate.scaling.aws.clients import Clients
    from tidegate.scaling.aws.registry import Registry

    try:
        clients = Clients()
        site = stage_of(api, clients)
        registry = Registry(clients, site)
        planned = steps(registry.read(), Registration())
        if not planned:
            # Also of a URL with a mistake in it, so that it is shown.
            click.echo(f"Nothing is registered under {site.url}.")
            return
        carry_out(registry, planned, dry_run=dry_run, yes=yes)
    except TidegateError as error:
        leave(error)
