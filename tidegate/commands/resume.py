"""``tidegate resume``: a pause ends before its time."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from typing import TYPE_CHECKING

import click

from tidegate.exits import leave
from tidegate.scaling.model.errors import TidegateError

if TYPE_CHECKING:
    from tidegate.scaling.model.pause import Pause
    from tidegate.scaling.ports import Ledger

__all__ = ["command"]


@click.command("resume")
@click.argument("pipeline", required=False)
@click.argument("lever", required=False)
@click.option("--reason", required=True, help="Why; it is written down.")
@click.option("--config", help="The pipeline file; needed for one pipeline.")
@click.option("--ledger", help="A file, or dynamodb:TABLE; default TIDEGATE_LEDGER or a file.")
def command(
    pipeline: str | None, lever: str | None, reason: str, config: str | None, ledger: str | None
) -> None:  # fmt: skip
    """End the pause of everything, of a PIPELINE, or of one LEVER of it. Other pauses stay.

    Scalable targets that were suspended for it are resumed, whatever the stage; what was suspended
    before stays so.

    Exit code 0: resumed. 2: bad input, or there is no such pause. 3: AWS or the ledger could not be
    asked.
    """
    from tidegate.ledgers import default_ledger, refuse_without_ledger
    from tidegate.pausing import ledger_at, paused, specs_of
    from tidegate.scaling.ledger.repairs import note_resumed

    refuse_without_ledger(ledger or default_ledger())
    try:
        specs, now = specs_of(config), datetime.now(UTC)
        pause = paused(specs, (pipeline, lever), now, reason)
        with ledger_at(ledger) as kept:
            known = kept.pauses()
            _resume_targets([each for each in known if each.key == pause.key], kept, now)
            if not kept.end_pause(pause.key):
                told = ", ".join(each.of for each in known) or "nothing"
                words = f"{pause.of} is not paused by itself; paused: {told}"
                raise click.BadParameter(words, param_hint="PIPELINE")
            note_resumed(pause, kept, now)
        click.echo(f"{pause.of} is resumed: {reason}")
    except TidegateError as error:
        leave(error)


def _resume_targets(pauses: "Sequence[Pause]", ledger: "Ledger", now: datetime) -> None:
    """Resume what was suspended for a pause. Raises what stopped that: the pause has ended then,
    and sweeps try it again."""
    if not any(pause.suspended for pause in pauses):
        return
    from tidegate.scaling.autoscaling_api.resume import resume_ended
    from tidegate.scaling.aws.clients import Clients
    from tidegate.scaling.aws.suspended import resume

    for pause in pauses:
        ledger.keep_pause(replace(pause, until=now))
    for left in resume_ended(ledger, partial(resume, Clients()), now):
        raise left.error
