"""``tidegate pause``: nothing is changed until a moment, by whichever entry point."""

from dataclasses import replace
from datetime import datetime

import click

from tidegate.exits import leave
from tidegate.scaling.model.errors import TidegateError
from tidegate.since import as_end

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
    pause.

    Exit code 0: paused. 2: bad input. 3: AWS or the ledger could not be asked.
    """
    from tidegate.commands.sweep import default_ledger, has_ledger
    from tidegate.pausing import ledger_at, paused, specs_of, targets_of

    place = ledger or default_ledger()
    try:
        specs = specs_of(config)
        pause = paused(specs, (pipeline, lever), until, reason)
        if not has_ledger(place):
            words = f"There was no ledger at {place}: only runs that use this new one are paused."
            click.echo(words, err=True)
        with ledger_at(ledger) as kept:
            earlier = {each.key: each.suspended for each in kept.pauses()}.get(pause.key, ())
            pause = replace(pause, suspended=earlier)
            kept.keep_pause(pause)
            click.echo(f"{pause.of} is paused until {until:%Y-%m-%d %H:%M} UTC: {reason}")
            targets = targets_of(specs, pause, api)
            # Kept before the first is suspended: whatever happens, a sweep resumes them all.
            ids = (*earlier, *(held.target.resource_id for held in targets))
            kept.keep_pause(replace(pause, suspended=tuple(dict.fromkeys(ids))))
        for held in targets:
            held.suspend(is_suspended=True)
            click.echo(f"suspended {held.name}, until the pause has ended")
    except TidegateError as error:
        leave(error)
