"""``tidegate check``: every mistake of a pipeline file at once."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

import click

from tidegate.exits import leave

if TYPE_CHECKING:
    from scaling.specification import Levers, PipelineSpec

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
    levers = sum(level.owned for each in pipelines for level in _levels(each))
    noun = "pipeline" if len(pipelines) == 1 else "pipelines"
    owned = f"{levers} levers owned by Tidegate" if levers else "no lever owned: advice only"
    click.echo(f"{file}: well formed; {len(pipelines)} {noun}, {owned}")


def _levels(pipeline: "PipelineSpec") -> Iterator["Levers"]:
    yield pipeline.levers
    for consumer in pipeline.consumers:
        yield consumer.levers
        for table in consumer.table_specs:
            yield table.levers
            yield from (index.levers for index in table.indexes)
