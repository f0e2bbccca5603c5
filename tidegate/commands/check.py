"""``tidegate check``: every mistake of a pipeline file at once."""

import click

from tidegate.exits import leave

__all__ = ["command"]


@click.command("check")
@click.argument("file")
def command(file: str) -> None:
    """Check a pipeline FILE: each mistake with line, column and what is allowed."""
    from scaling.errors import ConfigurationError
    from tidegate.pipeline_file import load

    try:
        pipelines = load(file).pipelines
    except ConfigurationError as error:
        leave(error)
    levers = sum(
        said is not None and said.owner == "tidegate"
        for each in pipelines
        for said in (
            each.levers.shard_count,
            each.levers.parallelization_factor,
            each.levers.write_capacity,
            each.levers.read_capacity,
            each.levers.retention_hours,
        )
    )
    noun = "pipeline" if len(pipelines) == 1 else "pipelines"
    owned = f"{levers} levers owned by Tidegate" if levers else "no lever owned: advice only"
    click.echo(f"{file}: well formed; {len(pipelines)} {noun}, {owned}")
