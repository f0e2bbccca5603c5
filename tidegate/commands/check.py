"""``tidegate check``: every mistake of a pipeline file at once."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

import click

from tidegate.exits import leave
from tidegate.words import counted

if TYPE_CHECKING:
    from tidegate.scaling.config.specification import Levers, Owner, PipelineSpec

__all__ = ["command"]


@click.command("check")
@click.argument("file")
@click.option("--compiled", is_flag=True, help="Print it as Parameter Store or AppConfig keep it.")
def command(file: str, compiled: bool) -> None:
    """Check a pipeline FILE: each mistake with line, column and what is allowed."""
    from tidegate.kinds.registry import kinds_in_use
    from tidegate.pipeline_file import load
    from tidegate.scaling.model.errors import ConfigurationError

    try:
        found = load(file, kinds_in_use().kinds)
    except ConfigurationError as error:
        leave(error)
    if compiled:
        import json

        from tidegate.scaling.config.compiled import compiled as plain

        click.echo(json.dumps(plain(found)))
        return
    pipelines = found.pipelines
    counts = {
        "Tidegate": _owned(pipelines, "tidegate"),
        "Application Auto Scaling": _owned(pipelines, "application-autoscaling"),
    }
    told = [
        f"{counted(count, 'lever')} owned by {owner}" for owner, count in counts.items() if count
    ]
    owned = ", ".join(told) or "no lever owned: advice only"
    click.echo(f"{file}: well formed; {counted(len(pipelines), 'pipeline')}, {owned}")


def _owned(pipelines: "list[PipelineSpec]", owner: "Owner") -> int:
    listed = (
        said.owner == owner
        for pipeline in pipelines
        for resource in pipeline.resources
        for said in resource.levers.values()
    )
    return sum(level.owned_by(owner) for each in pipelines for level in _levels(each)) + sum(listed)


def _levels(pipeline: "PipelineSpec") -> Iterator["Levers"]:
    yield pipeline.levers
    for reader in pipeline.readers:
        yield reader.levers
        for table in reader.table_specs:
            yield table.levers
            yield from (index.levers for index in table.indexes)
