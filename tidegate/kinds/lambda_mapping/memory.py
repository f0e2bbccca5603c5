"""``tidegate memory``: what a function's memory costs, and what to set it to."""

import json
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import click

from tidegate.arguments import as_function_name
from tidegate.exits import leave
from tidegate.scaling.model.errors import TidegateError
from tidegate.since import as_moment

if TYPE_CHECKING:
    from tidegate.kinds.lambda_mapping.memory_report import Seen

__all__ = ["command"]


@click.command("memory")
@click.argument("function", callback=as_function_name)
@click.option(
    "--since", default="24h", show_default=True, callback=as_moment,
    help="How far back: 90m, 24h, 14d, or a moment in ISO 8601.",
)  # fmt: skip
@click.option("--output", type=click.Choice(["table", "json"]), default="table")
def command(function: str, since: datetime, output: str) -> None:
    """Compare the memory sizes that FUNCTION ran with: cost, duration, memory used; and advise.

    Reads the reports in its log, and Lambda Insights where it is on. Changes nothing.
    """
    try:
        seen = _look(function, since)
    except TidegateError as error:
        leave(error)
    from tidegate.kinds.lambda_mapping.memory_report import memory_as_json, show_memory

    if output == "json":
        click.echo(json.dumps(memory_as_json(seen), indent=2))
        return
    from rich.console import Console

    show_memory(seen, Console())


def _look(function: str, since: datetime) -> "Seen":
    from tidegate.kinds.lambda_mapping.memory_report import see
    from tidegate.scaling.aws.clients import Clients
    from tidegate.scaling.aws.kinds.lambda_mapping.function_log import FunctionLog
    from tidegate.scaling.aws.metrics import AwsMetrics

    clients = Clients()
    return see(FunctionLog(clients, function), AwsMetrics(clients), since, datetime.now(UTC))
