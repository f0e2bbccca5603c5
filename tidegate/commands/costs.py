"""``tidegate costs``: what each layer costs a month, and what it would cost otherwise."""

import json
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import click

from tidegate.exits import code_of_error, leave
from tidegate.scaling.model.errors import TidegateError
from tidegate.since import as_moment

if TYPE_CHECKING:
    from tidegate.costs import Bill

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
def command(file: str, since: datetime, output: str) -> None:
    """Price the pipelines of FILE by a month: as they are set, as their highest peak needs, and
    following the load as Tidegate does; and provisioned against on-demand. Changes nothing. A
    pipeline that can't be priced is told after the others."""
    try:
        bills, failures = _bills(file, since)
    except TidegateError as error:
        leave(error)
    from tidegate.costs import costs_as_json, show_costs

    if output == "json":
        click.echo(json.dumps(costs_as_json(bills), indent=2))
    elif bills:
        from rich.console import Console

        show_costs(bills, Console())
    for failure in failures:
        click.echo(str(failure), err=True)
    if failures:
        raise SystemExit(max(map(code_of_error, failures)))


def _bills(file: str, since: datetime) -> "tuple[list[Bill], list[TidegateError]]":
    from tidegate.costs import bill
    from tidegate.kinds.registry import kinds_in_use
    from tidegate.pipeline_file import load
    from tidegate.scaling.aws.clients import Clients
    from tidegate.scaling.aws.metrics import AwsMetrics

    clients = Clients()
    cloud, metrics = kinds_in_use().cloud(clients), AwsMetrics(clients)
    now = datetime.now(UTC)
    bills: list[Bill] = []
    failures: list[TidegateError] = []
    for each in load(file, kinds_in_use().kinds).pipelines:
        try:
            bills.append(bill(cloud.describe(each), each, metrics, (since, now)))
        except TidegateError as error:
            failures.append(error)
    return bills, failures
