"""Where the ledger of a command is, and how it is opened."""

import os
from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from tidegate.scaling.aws.caller import Caller
    from tidegate.scaling.aws.clients import Clients
    from tidegate.scaling.model.change_record import CallerArn
    from tidegate.scaling.ports import Ledger

__all__ = [
    "default_ledger",
    "has_ledger",
    "open_ledger",
    "open_own_ledger",
    "refuse_without_ledger",
]


def default_ledger() -> str:
    """Where the ledger is when nothing is said: TIDEGATE_LEDGER, or the user's state folder."""
    state = os.environ.get("XDG_STATE_HOME") or str(Path.home() / ".local" / "state")
    return os.environ.get("TIDEGATE_LEDGER") or str(Path(state) / "tidegate" / "ledger.sqlite")


def refuse_without_ledger(place: str) -> None:
    """Raise BadParameter where there is no ledger, for a command that needs what one knows: made in
    a mistyped place, an empty one would be taken for the ledger from then on."""
    if not has_ledger(place):
        words = f"there is no ledger at {place}; the first sweep creates one"
        raise click.BadParameter(words, param_hint="--ledger")


def has_ledger(place: str) -> bool:
    """Whether there is a file; a table shows when it is asked."""
    return place.startswith("dynamodb:") or Path(place).exists()


def open_ledger(
    place: str, clients: "Clients", *, to_look: bool = False, caller: "CallerArn | None" = None
) -> "Ledger":
    """The ledger at a path, or the DynamoDB table of ``dynamodb:TABLE``. What only wants to look
    makes none: in a mistyped place it would be taken for the ledger from then on. ``caller`` is
    whose ARN it keeps, by default that of the credentials."""
    from tidegate.scaling.aws.caller import Caller
    from tidegate.scaling.config.names import TABLE
    from tidegate.scaling.ledger.sqlite import SqliteLedger
    from tidegate.scaling.model.errors import ConfigurationError, Mistake

    if place.startswith("dynamodb:"):
        from tidegate.scaling.aws.ledger_dynamodb import DynamoLedger

        table = place.removeprefix("dynamodb:")
        # DynamoDB takes a table's ARN in place of its name.
        wrong = TABLE.complaint(table.rpartition(":table/")[2])
        if wrong is not None:
            words = f"{wrong}; dynamodb:TABLE is a ledger"
            raise ConfigurationError((Mistake("--ledger", 1, 1, words),))
        return DynamoLedger.over(clients, table, caller or Caller())

    folder = Path(place).absolute().parent
    if place != default_ledger() and not folder.is_dir():
        # Made in a mistyped place, an empty ledger would forget every budget.
        raise ConfigurationError((Mistake(place, 1, 1, f"{folder} is not a folder"),))
    try:
        if not to_look or Path(place).exists():
            ledger = SqliteLedger(place, to_look=to_look, caller=caller or Caller())
            context = click.get_current_context(silent=True)
            if context is not None:
                context.call_on_close(ledger.close)
            return ledger
    except OSError as error:
        words = f"the file can't be used as a ledger: {error}"
        raise ConfigurationError((Mistake(place, 1, 1, words),)) from None
    words = f"There is no ledger at {place}, and none is created: earlier changes are not known."
    click.echo(words, err=True)
    return SqliteLedger(":memory:")


def open_own_ledger(place: str, clients: "Clients", *, to_look: bool = False) -> "Ledger":
    """``open_ledger``, for a command that asks AWS for changes. A file belongs to the account and
    region that it was first used for, unless ``tidegate ledger rehome`` says another: resources of
    two may have one name, and would share budgets, locks and change records. A DynamoDB table is
    not checked: one that is named by its ARN may be of another account, and two accounts that use
    it share all that.

    Raises ConfigurationError for the file of another account or region. Where the account can't be
    had, as without a way to STS, the region alone is compared."""
    from tidegate.scaling.aws.caller import Caller
    from tidegate.scaling.ledger.export import HOME

    caller = Caller()
    ledger = open_ledger(place, clients, to_look=to_look, caller=caller)
    if place.startswith("dynamodb:"):
        return ledger
    known = ledger.kept(HOME)
    if known is not None:
        _refuse_of_another(place, known, caller)
    elif not to_look and caller.home is not None:
        ledger.keep(HOME, caller.home)
    return ledger


def _refuse_of_another(place: str, known: str, caller: "Caller") -> None:
    from tidegate.scaling.model.errors import ConfigurationError, Mistake

    here, region = caller.home, caller.region
    if here is None and region is not None and not known.endswith(f" in {region}"):
        here = f"an unknown account in {region}"
    if here not in (None, known):
        words = (
            f"this ledger is of {known}, and the credentials are of {here}: name another file with "
            "--ledger or TIDEGATE_LEDGER, or see tidegate ledger rehome --help"
        )
        raise ConfigurationError((Mistake(place, 1, 1, words),))
