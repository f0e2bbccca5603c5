"""``tidegate rules``: the rules in force and where their thresholds come from."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import click

from tidegate.exits import leave

if TYPE_CHECKING:
    from rich.console import Console

__all__ = ["command"]


@click.command("rules")
@click.option("--config", help="A pipeline file, whose own rules are shown too.")
def command(config: str | None) -> None:
    """Show every rule: metric, threshold, hold time, severity, and its source."""
    from rich.console import Console

    from tidegate.pipeline_file import load
    from tidegate.rules.pack import packs
    from tidegate.scaling.model.errors import ConfigurationError

    rows = [
        (
            f"{each.pack}/{each.name}",
            f"{each.statistic} {each.metric}",
            f"{each.comparison.value} {each.threshold_words}",
            f"{each.hold_seconds} s",
            each.severity.value,
            each.source,
        )
        for each in packs()
    ]
    try:
        pipelines = load(config).pipelines if config else []
    except ConfigurationError as error:
        leave(error)
    rows += [
        (
            f"{pipeline.name}/{each.name}",
            f"{each.statistic} {each.namespace} {each.metric}",
            f"{each.comparison} {each.threshold:g} {each.unit}".rstrip(),
            f"{each.hold_seconds} s",
            each.severity,
            each.source,
        )
        for pipeline in pipelines
        for each in pipeline.rules
    ]
    _show(Console(), rows)


def _show(console: "Console", rows: Sequence[tuple[str, ...]]) -> None:
    from rich.table import Table

    titles = ("rule", "metric", "fires when", "for", "severity", "source")
    if not console.is_terminal:
        for row in (titles, *rows):
            click.echo("\t".join(row))
        return
    table = Table(*titles, show_lines=True)
    for row in rows:
        table.add_row(*row)
    console.print(table, markup=False)
