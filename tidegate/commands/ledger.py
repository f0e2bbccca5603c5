"""``tidegate ledger``: what is open and locked, and how a person puts it right."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import click

from tidegate.commands.ledger_copy import export, restore
from tidegate.commands.ledger_place import PLACE, opened
from tidegate.exits import NOT_ASKED, UNDONE
from tidegate.scaling.model.change_record import ChangeRecord, Lease, Outcome

if TYPE_CHECKING:
    from tidegate.scaling.ledger.repairs import Repair
    from tidegate.scaling.model.pause import Pause

__all__ = ["command"]

_REASON = click.option("--reason", required=True, help="Why; it is written down.")


@click.group("ledger", invoke_without_command=True)
@PLACE
@click.option("--output", type=click.Choice(["table", "json"]), default="table")
@click.pass_context
def command(context: click.Context, place: str | None, output: str) -> None:
    """Show the intentions that are open and the locks that are held, and repair them.

    Exit code 0: shown, or repaired. 1: not repaired. 2: bad input. 3: the ledger was not asked.
    """
    context.obj = place
    if context.invoked_subcommand is not None:
        return
    from tidegate.scaling.ledger.repairs import repairs

    with opened(place, to_look=True) as ledger:
        found = _Found(
            ledger.open_change_records(), ledger.leases(), ledger.pauses(), repairs(ledger)
        )
    if output == "json":
        click.echo(json.dumps(_as_json(found), indent=2))
    else:
        for line in _lines(found, datetime.now(UTC)):
            click.echo(line)


@command.command("settle")
@click.argument("entry_id")
@click.option(
    "--as", "word", required=True, help="What became of the call.",
    type=click.Choice(["done", "failed", "superseded", "unknown"]),
)  # fmt: skip
@_REASON
@PLACE
@click.pass_obj
def settle(known: str | None, entry_id: str, word: str, reason: str, place: str | None) -> None:
    """Close the open intention ENTRY_ID, as `tidegate ledger` shows it."""
    from tidegate.scaling.ledger.repairs import settle_by_hand

    with opened(place or known) as ledger:
        open_ = {each.entry_id: each for each in ledger.open_change_records()}
        if entry_id not in open_:
            raise click.BadParameter(f"no intention {entry_id!r} is open", param_hint="ENTRY_ID")
        settle_by_hand(open_[entry_id], Outcome(word), ledger, datetime.now(UTC), reason)
    click.echo(f"{entry_id}: {word}")


@command.command("unlock")
@click.argument("resource")
@_REASON
@PLACE
@click.pass_obj
def unlock_(known: str | None, resource: str, reason: str, place: str | None) -> None:
    """Take the lock off RESOURCE, such as stream/orders. One of a process of this machine that is
    still running is left."""
    from tidegate.scaling.ledger.repairs import unlock

    with opened(place or known) as ledger:
        leases = {each.resource: each for each in ledger.leases()}
        lease = leases.get(resource)
        if lease is None:
            raise click.BadParameter(f"{resource!r} is not locked", param_hint="RESOURCE")
        if lease.is_held:
            words = f"{resource} is locked by {lease.holder}, which is running: end it first"
            click.echo(words, err=True)
            raise SystemExit(UNDONE)
        unlock(resource, lease.holder, ledger, datetime.now(UTC), reason)
    click.echo(f"{resource}: unlocked")


@command.command("rehome")
@_REASON
@PLACE
@click.pass_obj
def rehome(known: str | None, reason: str, place: str | None) -> None:
    """Make a file the ledger of the account and region of the credentials: it was first used, or
    was taken along, from others. Its budgets, locks and open intentions count there from then on.
    """
    from tidegate.ledgers import default_ledger
    from tidegate.scaling.aws.caller import Caller
    from tidegate.scaling.ledger.repairs import move_home

    where = place or known or default_ledger()
    if where.startswith("dynamodb:"):
        words = "a table has no account and region to be held to"
        raise click.BadParameter(words, param_hint="--ledger")
    with opened(where) as ledger:
        home = Caller().home
        if home is None:
            click.echo("whose the credentials are is not known: no answer of STS", err=True)
            raise SystemExit(NOT_ASKED)
        move_home(home, ledger, datetime.now(UTC), reason)
    click.echo(f"{where}: the ledger of {home}")


command.add_command(export)
command.add_command(restore)


@dataclass(frozen=True, slots=True)
class _Found:
    open: tuple[ChangeRecord, ...]
    leases: tuple[Lease, ...]
    pauses: tuple["Pause", ...]
    repairs: tuple["Repair", ...]


def _as_json(found: _Found) -> dict[str, object]:
    return {
        "open": [
            {
                "entry_id": each.entry_id,
                "pipeline": each.pipeline,
                "lever": str(each.lever),
                "operation": each.operation,
                "from": each.from_capacity,
                "to": each.to_capacity,
                "begun_at": each.begun_at.isoformat(),
            }
            for each in found.open
        ],
        "leases": [
            {
                "resource": each.resource,
                "holder": each.holder,
                "ends_at": each.ends_at.isoformat(),
                "is_held": each.is_held,
            }
            for each in found.leases
        ],
        "pauses": [
            {"of": each.of, "until": each.until.isoformat(), "reason": each.reason}
            for each in found.pauses
        ],
        "repairs": [
            {"at": each.at.isoformat(), "what": each.what, "reason": each.reason}
            for each in found.repairs
        ],
    }


def _lines(found: _Found, now: datetime) -> Iterator[str]:
    yield "Open intentions:" if found.open else "No intention is open."
    for each in found.open:
        change = each.lever.change(each.from_capacity, each.to_capacity)
        yield f"  {each.begun_at:%Y-%m-%d %H:%M:%S} UTC  {change}, by {each.pipeline}"
        yield f"    {each.entry_id}"
    yield "Locks:" if found.leases else "Nothing is locked."
    for lease in found.leases:
        state = "running" if lease.is_held else "not running on this machine"
        ends = "ended" if lease.ends_at <= now else "ends"
        yield f"  {lease.resource}  {lease.holder} ({state}), {ends} {lease.ends_at:%H:%M:%S} UTC"
    for pause in found.pauses:
        state = "was" if pause.until <= now else "is"
        yield f"{pause.of} {state} paused until {pause.until:%Y-%m-%d %H:%M} UTC: {pause.reason}"
    for repair in found.repairs:
        yield f"By hand at {repair.at:%Y-%m-%d %H:%M} UTC: {repair.what}: {repair.reason}"
