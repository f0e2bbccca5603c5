"""``tidegate pause``: nothing is changed until a moment, by whichever entry point."""

from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING

import click

from tidegate.exits import leave
from tidegate.scaling.model.errors import TidegateError
from tidegate.since import as_end

if TYPE_CHECKING:
    from tidegate.scaling.model.pause import Pause
    from tidegate.scaling.ports import Ledger

__all__ = ["command"]


@click.command("pause")
@click.argument("pipeline", required=False)
@click.argument("lever", required=False)
@click.option("--until", required=True, callback=as_end, help="90m, 24h, 14d, or ISO 8601.")
@click.option("--reason", required=True, help="Why; sweeps and the endpoint repeat it.")
@click.option("--config", help="The pipeline file; needed for one pipeline.")
@click.option("--api", help="The deployed stage: suspend its scalable targets as well.")
@click.option("--ledger", help="A file, or dynamodb:TABLE; default TIDEGATE_LEDGER or a file.")
def command(
    pipeline: str | None, lever: str | None, until: datetime, reason: str, config: str | None,
    api: str | None, ledger: str | None,
) -> None:  # fmt: skip
    """Pause everything, a PIPELINE, or one LEVER of it, such as shard_count.

    Sweeps, the endpoint and reshards change nothing that is paused. With --api Application Auto
    Scaling is suspended for the levers that the file gives to it, until the first sweep after the
    pause; what was suspended before stays so.

    Exit code 0: paused. 2: bad input. 3: AWS or the ledger could not be asked.
    """
    from tidegate.ledgers import default_ledger, has_ledger
    from tidegate.pausing import ledger_at, paused, specs_of, targets_of

    place = ledger or default_ledger()
    try:
        specs = specs_of(config)
        pause = paused(specs, (pipeline, lever), until, reason)
        if not has_ledger(place):
            words = f"There was no ledger at {place}: only runs that use this new one are paused."
            click.echo(words, err=True)
        with ledger_at(ledger) as kept:
            earlier = next((each for each in kept.pauses() if each.key == pause.key), pause)
            pause = replace(pause, suspended=earlier.suspended, before=earlier.before)
            kept.keep_pause(pause)
            click.echo(f"{pause.of} is paused until {until:%Y-%m-%d %H:%M} UTC: {reason}")
            _suspend(targets_of(specs, pause, api), pause, kept)
    except TidegateError as error:
        leave(error)


def _suspend(targets: dict[str, str], pause: "Pause", ledger: "Ledger") -> None:
    """Suspend the scalable targets, by their resource ids, that are registered."""
    if not targets:
        return
    from tidegate.pausing import keep_suspending
    from tidegate.scaling.aws.clients import Clients
    from tidegate.scaling.aws.suspended import FLAGS, suspend

    clients = Clients()
    for resource_id, flags in keep_suspending(pause, tuple(targets), ledger, clients).items():
        if flags == FLAGS:
            click.echo(f"{targets[resource_id]} was suspended already")
            continue
        suspend(clients, resource_id)
        click.echo(f"suspended {targets[resource_id]}, until the pause has ended")
