"""``tidegate targets``: what Application Auto Scaling may register."""

import json
from collections.abc import Iterator
from typing import Any

import click

from tidegate.exits import leave
from tidegate.scaling.model.errors import TidegateError

__all__ = ["command"]

TITLES = ("id", "capacity", "min", "max", "owner")
"""Of the table. A lever has the words of its id, and a resource id is the stage's URL with it."""


@click.command("targets")
@click.option("--config", required=True, help="The pipeline file.")
@click.option("--api", help="The deployed stage, https://API.execute-api.REGION.amazonaws.com/v1")
@click.option("--output", type=click.Choice(["table", "json"]), default="table")
def command(config: str, api: str | None, output: str) -> None:
    """List every scalable dimension with its present capacity, bounds, owner and resource id."""
    from tidegate.folded import folded
    from tidegate.scaling.autoscaling_api.site import Site

    try:
        rows = list(_rows(config, api))
    except TidegateError as error:
        leave(error)
    if output == "json":
        click.echo(json.dumps(rows, indent=2))
        return
    cells = [TITLES, *([_cell(row[title]) for title in TITLES] for row in rows)]
    widths = [max(len(cell) for cell in column) for column in zip(*cells, strict=True)]
    for line in cells:
        padded = (cell.ljust(width) for cell, width in zip(line, widths, strict=True))
        click.echo("  ".join(padded).rstrip())
    if api is not None:
        click.echo(folded(f"A resource id is {Site.at(api).prefix} with the id after it."))


def _cell(value: str | int | None) -> str:
    if value is None:
        return "-"
    return f"{value:,}" if isinstance(value, int) else value


def _rows(config: str, api: str | None) -> Iterator[dict[str, Any]]:
    from tidegate.kinds.registry import kinds_in_use
    from tidegate.pipeline_file import load
    from tidegate.scaling.autoscaling_api.dimensions import Dimension, dimensions
    from tidegate.scaling.autoscaling_api.site import Site
    from tidegate.scaling.aws.clients import Clients
    from tidegate.scaling.config.levers import current_capacities, lever_spec

    site = None if api is None else Site.at(api)
    pipelines = load(config, kinds_in_use().kinds).pipelines
    cloud = kinds_in_use().cloud(Clients())
    for pipeline in pipelines:
        capacities = current_capacities(cloud.describe(pipeline))
        named = {each.lever: each for each in dimensions([pipeline])}
        seen = {lever: Dimension(pipeline, lever) for lever in capacities}
        for dimension in (named | seen).values():
            said = lever_spec(pipeline, dimension.lever)
            yield {
                "id": dimension.dimension_id,
                "lever": str(dimension.lever),
                "capacity": capacities.get(dimension.lever),
                "min": None if said is None else said.min,
                "max": None if said is None else said.max,
                "owner": None if said is None else said.owner,
                "resource id": None if site is None else site.resource_id(dimension),
            }
