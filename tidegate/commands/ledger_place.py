"""Which ledger the commands of ``tidegate ledger`` are about."""

from collections.abc import Iterator
from contextlib import contextmanager
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
    from tidegate.ledgers import default_ledger, open_ledger, refuse_without_ledger
    from tidegate.scaling.aws.clients import Clients

    where = place or default_ledger()
    refuse_without_ledger(where)
    try:
        yield open_ledger(where, Clients(), to_look=to_look)
    except TidegateError as error:
        leave(error)
