"""``tidegate costs``: what each layer costs a month, and what it would cost otherwise."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import click

from tidegate.exits import code_of_error, leave
from tidegate.scaling.model.errors import TidegateError
from tidegate.since import as_moment

if TYPE_CHECKING:
    from tidegate.costs import Bill
    from tidegate.rules.graph import Pipeline
    from tidegate.scaling.aws.clients import Clients
    from tidegate.scaling.model.change_record import ChangeRecord
    from tidegate.scaling.ports import Ledger

__all__ = ["command"]

MINUTES_KEPT = timedelta(days=15)
"""How long CloudWatch has data points of a minute (GetMetricData, API reference)."""


def _kept(context: click.Context, parameter: click.Parameter, value: str) -> datetime:
    at = as_moment(context, parameter, value)
    if datetime.now(UTC) - at > MINUTES_KEPT:
        raise click.BadParameter(f"{value!r} is too long ago: CloudWatch keeps minutes for 15 days")
    return at


@click.command("costs")
@click.argument("file")
@click.option(
    "--since", default="14d", show_default=True, callback=_kept,
    help="Measure from here: 90m, 24h, 14d, or a moment in ISO 8601.",
)  # fmt: skip
@click.option("--output", type=click.Choice(["table", "json"]), default="table")
@click.option("--ledger", help="A file, or dynamodb:TABLE; default TIDEGATE_LEDGER or a file.")
def command(file: str, since: datetime, output: str, ledger: str | None) -> None:
    """Price the pipelines of FILE by a month: as they are set, as their highest peak needs, and
    following the load as Tidegate does; and provisioned against on-demand. Where the ledger knows
    of changes, also at what was set minute by minute. Changes nothing. A pipeline that can't be
    priced is told after the others."""
    try:
        bills, failures = _bills(file, since, ledger)
    except TidegateError as error:
        leave(error)
    from tidegate.costs import costs_as_json

    if output == "json":
        click.echo(json.dumps(costs_as_json(bills), indent=2))
    elif bills:
        from rich.console import Console

        from tidegate.costs_shown import show_costs

        show_costs(bills, Console())
    for failure in failures:
        click.echo(str(failure), err=True)
    if failures:
        raise SystemExit(max(map(code_of_error, failures)))


def _bills(
    file: str, since: datetime, place: str | None
) -> "tuple[list[Bill], list[TidegateError]]":
    from tidegate.costs import bill
    from tidegate.kinds.registry import kinds_in_use
    from tidegate.pipeline_file import load
    from tidegate.scaling.aws.clients import Clients
    from tidegate.scaling.aws.metrics import AwsMetrics

    clients = Clients()
    cloud, metrics = kinds_in_use().cloud(clients), AwsMetrics(clients)
    ledger = _ledger(place, clients)
    now = datetime.now(UTC)
    bills: list[Bill] = []
    failures: list[TidegateError] = []
    for each in load(file, kinds_in_use().kinds).pipelines:
        try:
            pipeline = cloud.describe(each)
            changed = () if ledger is None else _changes(ledger, pipeline, since)
            bills.append(bill(pipeline, each, metrics, (since, now), changed))
        except TidegateError as error:
            failures.append(error)
    return bills, failures


def _ledger(place: str | None, clients: "Clients") -> "Ledger | None":
    """None where no sweep has made one by default: then nothing was changed."""
    from tidegate.ledgers import default_ledger, open_ledger

    known = place or default_ledger()
    if not known.startswith("dynamodb:") and not Path(known).exists():
        if place is None:
            return None
        raise click.BadParameter(
            f"there is no ledger at {place}; the first sweep creates one", param_hint="--ledger"
        )
    return open_ledger(known, clients, to_look=True)


def _changes(ledger: "Ledger", pipeline: "Pipeline", since: datetime) -> "tuple[ChangeRecord, ...]":
    """Of each of its levers, under whatever name they were made, and by whomever."""
    from tidegate.scaling.config.levers import all_settings
    from tidegate.scaling.ledger.seen_levers import changes_of_others

    levers = all_settings(pipeline)
    made = (each for lever in levers for each in ledger.change_records_of(lever, since))
    return (*made, *changes_of_others(ledger, pipeline.name, since))
