"""Which ledger the commands of ``tidegate ledger`` are about."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import click

from tidegate.exits import leave
from tidegate.scaling.model.errors import TidegateError

if TYPE_CHECKING:
    from tidegate.scaling.ports import Ledger

__all__ = ["PLACE", "opened"]

PLACE = click.option(
    "--ledger", "place", help="A file, or dynamodb:TABLE; default TIDEGATE_LEDGER or a file."
)


@contextmanager
def opened(place: str | None, *, to_look: bool = False) -> Iterator["Ledger"]:
    """The ledger, which must be there. What it can't do ends the command with its exit code."""
    from tidegate.commands.sweep import default_ledger, open_ledger
    from tidegate.scaling.aws.clients import Clients

    where = place or default_ledger()
    if not where.startswith("dynamodb:") and not Path(where).exists():
        words = f"there is no ledger at {where}; the first sweep creates one"
        raise click.BadParameter(words, param_hint="--ledger")
    try:
        yield open_ledger(where, Clients(), to_look=to_look)
    except TidegateError as error:
        leave(error)
