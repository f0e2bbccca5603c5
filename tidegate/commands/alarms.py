"""``tidegate alarms``: the recommended alarms of the pipelines of a file."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from tidegate.arguments import named
from tidegate.commands.register import agreed
from tidegate.exits import leave, leave_if_any
from tidegate.scaling.model.errors import TidegateError
from tidegate.words import counted

if TYPE_CHECKING:
    from tidegate.rules.graph import Pipeline
    from tidegate.scaling.aws.cloud import AwsCloud
    from tidegate.scaling.config.specification import PipelineSpec

__all__ = ["command"]


@click.command("alarms")
@click.argument("file")
@click.option(
    "--topic", help="ARN of the SNS topic to notify; default: that of the file's notices."
)
@click.option("--remove", is_flag=True, help="Remove every alarm of the file instead.")
@click.option("--dry-run", is_flag=True, help="Show the plan and change nothing.")
@click.option("--yes", is_flag=True, help="Do not ask for confirmation.")
def command(file: str, topic: str | None, remove: bool, dry_run: bool, yes: bool) -> None:
    """Put the alarms of every pipeline of FILE, each at the limit that its resources have now, and
    one composite alarm a pipeline that pages. Shows the plan first; removes what the file no longer
    names."""
    try:
        _alarms(file, topic, remove, dry_run, yes)
    except TidegateError as error:
        leave(error)


def _alarms(file: str, topic: str | None, remove: bool, dry_run: bool, yes: bool) -> None:
    from tidegate.kinds.registry import kinds_in_use
    from tidegate.pipeline_file import load
    from tidegate.scaling.aws.clients import Clients
    from tidegate.scaling.aws.watching import Watching
    from tidegate.scaling.config.names import SNS_TOPIC
    from tidegate.scaling.observability.alarm_changes import changes
    from tidegate.scaling.observability.alarms import prefix_of, wanted

    if topic is not None:
        named(SNS_TOPIC, topic, "--topic")
    specs = load(file, kinds_in_use().kinds).pipelines
    clients = Clients()
    watching = Watching(clients, Path(file))
    cloud = kinds_in_use().cloud(clients)
    seen, errors = _described(cloud, () if remove else specs)
    theirs = tuple(map(prefix_of, errors))
    have = watching.alarms([spec.name for spec in specs])
    kept = [alarm for alarm in have if not theirs or not alarm.name.startswith(theirs)]
    planned = changes(kept, wanted(seen, topic))
    if not planned:
        if seen or not errors:
            click.echo("Nothing to do: all alarms are up to date.")
        leave_if_any(errors, is_alone=not seen)
        return
    for change in planned:
        click.echo(f"{'would ' if dry_run else ''}{change}")
    if not remove:
        _say_who_is_paged(topic, {each.notices.sns_topic_arn for each in specs})
    if dry_run or not agreed(f"Make {counted(len(planned), 'change')}?", yes=yes):
        leave_if_any(errors, is_alone=not seen)
        return
    for change in planned:
        watching.take(change)
    click.echo(f"Done: {counted(len(planned), 'change')}.")
    leave_if_any(errors, is_alone=not seen)


def _described(
    cloud: "AwsCloud", specs: Sequence["PipelineSpec"]
) -> tuple[list[tuple["Pipeline", "PipelineSpec"]], dict[str, TidegateError]]:
    """The pipelines that are there, and why the others could not be seen: their alarms stay."""
    seen, errors = [], {}
    for spec in specs:
        try:
            seen.append((cloud.describe(spec), spec))
        except TidegateError as error:
            errors[spec.name] = error
    return seen, errors


def _say_who_is_paged(topic: str | None, told: set[str | None]) -> None:
    if topic is None and told == {None}:
        click.echo(
            "No SNS topic is set: the alarms are shown in the console and page nobody.", err=True
        )
    elif topic is None or topic in told:
        words = (
            "Tidegate's own notifications go to the same topic, so an incident pages twice; alarms "
            "also page when Tidegate does not run. Use --topic to send alarms to another topic."
        )
        click.echo(words, err=True)
