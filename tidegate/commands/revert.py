"""``tidegate revert``: one change of Tidegate's is undone."""

from datetime import UTC, datetime
from typing import TYPE_CHECKING

import click

from tidegate.exits import UNDONE, leave
from tidegate.scaling.model.change_record import ChangeRecord, Outcome
from tidegate.scaling.model.errors import TidegateError

if TYPE_CHECKING:
    from tidegate.scaling.config.specification import PipelineSpec
    from tidegate.scaling.ports import Ledger

__all__ = ["command"]


@click.command("revert")
@click.argument("change")
@click.option("--config", required=True, help="The pipeline file.")
@click.option("--reason", required=True, help="Why; the change record has it.")
@click.option("--dry-run", is_flag=True, help="Show what would be done and change nothing.")
@click.option("--ledger", help="A file, or dynamodb:TABLE; default TIDEGATE_LEDGER or a file.")
def command(change: str, config: str, reason: str, dry_run: bool, ledger: str | None) -> None:
    """Put the lever of CHANGE back to what it was before, as `tidegate history --output json` names
    changes. A sweep may change it again: pause the lever where it should not.

    Where AWS or a bound allows only a part, run it again for the rest.

    Exit code 0: put back. 1: not, or in part. 2: bad input. 3: AWS or the ledger was not asked.
    """
    try:
        done = _revert(change, config, reason, dry_run, ledger)
    except TidegateError as error:
        leave(error)
    raise SystemExit(0 if done else UNDONE)


def _revert(change: str, config: str, reason: str, dry_run: bool, ledger: str | None) -> bool:
    from uuid import uuid4

    from tidegate.kinds.registry import kinds_in_use
    from tidegate.ledgers import default_ledger, open_own_ledger, refuse_without_ledger
    from tidegate.pipeline_file import load
    from tidegate.scaling.aws.clients import Clients
    from tidegate.scaling.aws.metrics import AwsMetrics
    from tidegate.scaling.ports import Edges
    from tidegate.scaling.revert import Undo, revert

    specs, clients = load(config, kinds_in_use().kinds).pipelines, Clients()
    refuse_without_ledger(ledger or default_ledger())
    kept = open_own_ledger(ledger or default_ledger(), clients, to_look=dry_run)
    record = _known(kept, change)
    edges = Edges(
        kinds_in_use().cloud(clients), AwsMetrics(clients), kept, clock=lambda: datetime.now(UTC)
    )
    undo = Undo(record, reason, f"revert-{uuid4()}")
    found = revert(undo, _spec_of(record, specs), edges, datetime.now(UTC), dry_run=dry_run)
    if found is None:
        click.echo(f"The {record.lever:words} is as it was before: nothing to do.")
        return True
    (decision,) = found.decisions
    words = decision.lever.change(decision.current, decision.allowed)
    if found.outcome not in (None, Outcome.DONE):
        click.echo(f"not reverted: {words}: {found.detail}", err=True)
        return False
    click.echo(f"{'would set' if dry_run else 'reverted'} {words}: {decision.because}")
    for reason_held in decision.held_by:
        click.echo(f"not all the way: {reason_held}")
    return dry_run or decision.allowed == decision.wanted


def _known(ledger: "Ledger", change: str) -> ChangeRecord:
    record = ledger.change_record(change)
    if record is None or not record.lever.is_known:
        raise click.BadParameter(f"the ledger has no change {change!r}", param_hint="CHANGE")
    if record.outcome not in (Outcome.DONE, Outcome.UNKNOWN):
        words = f"{change!r} was not made: its outcome is {record.outcome.value}"
        raise click.BadParameter(words, param_hint="CHANGE")
    return record


def _spec_of(record: ChangeRecord, specs: "list[PipelineSpec]") -> "PipelineSpec":
    """The pipeline that the change was made for, or another one that has the resource."""
    from tidegate.scaling.config.levers import resource_of, resources_of

    having = [each for each in specs if resource_of(record.lever) in resources_of(each)]
    named = [each for each in having if each.name == record.pipeline]
    if not having:
        words = f"no pipeline of the file has {resource_of(record.lever)}"
        raise click.BadParameter(words, param_hint="--config")
    return (named or having)[0]
