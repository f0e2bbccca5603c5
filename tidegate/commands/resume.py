"""``tidegate resume``: a pause ends before its time."""

from datetime import UTC, datetime

import click

from tidegate.exits import leave
from tidegate.scaling.model.errors import TidegateError

__all__ = ["command"]


@click.command("resume")
@click.argument("pipeline", required=False)
@click.argument("lever", required=False)
@click.option("--reason", required=True, help="Why; it is written down.")
@click.option("--config", help="The pipeline file; needed for one pipeline.")
@click.option("--api", help="The deployed stage, whose scalable targets were suspended.")
@click.option("--ledger", help="A file, or dynamodb:TABLE; default TIDEGATE_LEDGER or a file.")
def command(
    pipeline: str | None, lever: str | None, reason: str, config: str | None, api: str | None,
    ledger: str | None,
) -> None:  # fmt: skip
    """End the pause of everything, of a PIPELINE, or of one LEVER of it. Other pauses stay.

    Exit code 0: resumed. 2: bad input, or there is no such pause. 3: AWS or the ledger could not be
    asked.
    """
    from tidegate.pausing import ledger_at, paused, specs_of, suspend
    from tidegate.scaling.ledger.repairs import note_resumed

    try:
        specs, now = specs_of(config), datetime.now(UTC)
        pause = paused(specs, (pipeline, lever), now, reason)
        with ledger_at(ledger) as kept:
            known = kept.pauses()
            if not kept.end_pause(pause.key) and api is None:
                told = ", ".join(each.of for each in known) or "nothing"
                words = f"{pause.of} is not paused by itself; paused: {told}"
                raise click.BadParameter(words, param_hint="PIPELINE")
            note_resumed(pause, kept, now)
        click.echo(f"{pause.of} is resumed: {reason}")
        for name in suspend(specs, pause, api, is_suspended=False):
            click.echo(f"resumed {name}")
    except TidegateError as error:
        leave(error)
