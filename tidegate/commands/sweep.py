"""``tidegate sweep``: one look at the pipelines of a file, and what is to be done."""

import json
from datetime import UTC, datetime, timedelta
from functools import partial

import click

from tidegate.exits import code_of, code_of_error, leave
from tidegate.ledgers import default_ledger
from tidegate.scaling.model.errors import TidegateError

__all__ = ["command"]

STALE = timedelta(minutes=5)
"""What was right longer ago is no reason to change anything now: metrics are three minutes late."""


def _moment(_: click.Context, __: click.Parameter, value: str | None) -> datetime:
    if value is None:
        return datetime.now(UTC)
    try:
        at = datetime.fromisoformat(value)
    except ValueError:
        words = f"{value!r} is not a moment; ISO 8601 is, such as 2026-11-24T03:00:00Z"
        raise click.BadParameter(words) from None
    at = at.replace(tzinfo=UTC) if at.tzinfo is None else at.astimezone(UTC)
    if at > datetime.now(UTC):
        raise click.BadParameter(f"{value} is in the future; metrics end now")
    return at


@click.command("sweep")
@click.option("--config", required=True, help="The pipeline file.")
@click.option(
    "--at",
    callback=_moment,
    help="Judge as of this moment (ISO 8601; default now); one that is past only with --dry-run.",
)
@click.option("--dry-run", is_flag=True, help="Show the plan and change nothing.")
@click.option("--output", type=click.Choice(["table", "json"]), default="table")
@click.option("--ledger", help="A file, or dynamodb:TABLE; default TIDEGATE_LEDGER or a file.")
def command(config: str, at: datetime, dry_run: bool, output: str, ledger: str | None) -> None:
    """Sweep the pipelines of a file once: diagnose, size, and change what is needed.

    Exit code 0: healthy, or healed. 1: sick and not curable by capacity, or something was left
    undone, as in a dry run of a sick pipeline. 2: bad input. 3: AWS or the ledger could not be
    asked. 70: a fault of Tidegate's own.
    """
    if not dry_run and datetime.now(UTC) - at > STALE:
        words = (
            f"{at:%Y-%m-%d %H:%M} UTC is in the past, for which only a dry run is possible: add "
            "--dry-run"
        )
        raise click.BadParameter(words, param_hint="--at")
    try:
        code = _sweep(config, at, dry_run, output, ledger or default_ledger())
    except TidegateError as error:
        leave(error)
    raise SystemExit(code)


def _sweep(config: str, at: datetime, dry_run: bool, output: str, ledger: str) -> int:
    from uuid import uuid4

    from rich.console import Console

    from tidegate.as_json import sweep_as_json
    from tidegate.kinds.registry import kinds_in_use
    from tidegate.ledgers import open_own_ledger
    from tidegate.pipeline_file import load
    from tidegate.scaling.autoscaling_api.resume import resume_ended
    from tidegate.scaling.aws.clients import STEADY, Clients
    from tidegate.scaling.aws.metrics import AwsMetrics
    from tidegate.scaling.aws.notices import AwsNotifications
    from tidegate.scaling.aws.suspended import resume
    from tidegate.scaling.ports import Edges
    from tidegate.scaling.sweep import sweep
    from tidegate.screen import show_sweep

    pipelines = load(config, kinds_in_use().kinds).pipelines
    clients = Clients(patience=STEADY)
    edges = Edges(
        kinds_in_use().cloud(clients),
        AwsMetrics(clients),
        open_own_ledger(ledger, clients, to_look=dry_run),
        AwsNotifications(clients),
        lambda: datetime.now(UTC),
    )
    report = sweep(pipelines, edges, at, holder=f"cli-{uuid4()}", dry_run=dry_run)
    left = () if dry_run else resume_ended(edges.ledger, partial(resume, clients), at)
    for each in left:
        click.echo(str(each), err=True)
    if output == "json":
        click.echo(json.dumps(sweep_as_json(report, clients.calls), indent=2))
        for unreached in report.unreached:
            click.echo(f"{unreached.name}: {unreached.reason}", err=True)
    else:
        show_sweep(report, Console(), dry_run=dry_run)
    return max([code_of(report), *(code_of_error(each.error) for each in left)])
