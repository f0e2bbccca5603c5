"""``tidegate ledger export`` and ``import``: a ledger as a file, and back."""

from datetime import UTC, datetime
from typing import TYPE_CHECKING

import click

from tidegate.commands.ledger_place import PLACE, opened
from tidegate.exits import leave, leave_for_file
from tidegate.scaling.model.errors import TidegateError

if TYPE_CHECKING:
    from collections import Counter

__all__ = ["export", "restore"]


@click.command("export")
@click.argument("file", type=click.Path(dir_okay=False, allow_dash=True))
@PLACE
@click.pass_obj
def export(known: str | None, file: str, place: str | None) -> None:
    """Write all that the ledger keeps, but locks, to FILE as lines of JSON; - is standard output. A
    file that is there already is left.

    Exit code 0: written. 2: bad input. 3: the ledger was not asked, or the disk is full.
    """
    from tidegate.scaling.ledger.export import exported

    with opened(place or known, to_look=True) as ledger:
        # All of it first: a ledger that fails midway leaves no half a file.
        lines = [*exported(ledger, datetime.now(UTC))]
    try:
        with click.open_file(file, "w" if file == "-" else "x", encoding="utf-8") as written:
            written.writelines(f"{line}\n" for line in lines)
    except OSError as error:
        leave_for_file(error)
    click.echo(f"{len(lines)} lines are written.", err=True)


@click.command("import")
@click.argument("file", type=click.Path(dir_okay=False, exists=True))
@PLACE
@click.pass_obj
def restore(known: str | None, file: str, place: str | None) -> None:
    """Read FILE, which `tidegate ledger export` wrote, into the ledger; a file that isn't there is
    made. What the ledger has already is left, so that it can be done again.

    Exit code 0: read. 2: bad input; nothing is written for a line that can't be read. 3: the ledger
    was not asked, or the file not read.
    """
    from tidegate.ledgers import default_ledger, open_ledger
    from tidegate.scaling.aws.clients import Clients
    from tidegate.scaling.ledger.restore import Writer, restore

    writer = Writer()
    try:
        with open(file, encoding="utf-8") as lines:
            ledger = open_ledger(place or known or default_ledger(), Clients(), caller=writer)
            restored = restore(lines, file, ledger, writer)
    except OSError as error:
        leave_for_file(error)
    except TidegateError as error:
        leave(error)
    _tell("written", restored.written)
    _tell("there already, and left", restored.left)
    _tell("of a kind that this version doesn't know, and left out", restored.unknown)


def _tell(what: str, counts: "Counter[str]") -> None:
    if counts:
        told = ", ".join(f"{count} {kind}" for kind, count in sorted(counts.items()))
        click.echo(f"{what}: {told}")
