"""``tidegate alarms``: the recommended alarms of the pipelines of a file."""

from pathlib import Path

import click

from tidegate.arguments import named
from tidegate.commands.register import agreed
from tidegate.exits import leave
from tidegate.scaling.model.errors import TidegateError
from tidegate.words import counted

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
    from tidegate.pipeline_file import load
    from tidegate.scaling.aws.clients import Clients
    from tidegate.scaling.aws.cloud import AwsCloud
    from tidegate.scaling.aws.watching import Watching
    from tidegate.scaling.config.names import SNS_TOPIC
    from tidegate.scaling.observability.alarm_changes import changes
    from tidegate.scaling.observability.alarms import wanted

    if topic is not None:
        named(SNS_TOPIC, topic, "--topic")
    specs = load(file).pipelines
    clients = Clients()
    watching = Watching(clients, Path(file))
    cloud = AwsCloud(clients)
    want = () if remove else wanted([(cloud.describe(each), each) for each in specs], topic)
    planned = changes(watching.alarms([each.name for each in specs]), want)
    if not planned:
        click.echo("Nothing to do: all alarms are up to date.")
        return
    for change in planned:
        click.echo(f"{'would ' if dry_run else ''}{change}")
    if not remove:
        _say_who_is_paged(topic, {each.notices.sns_topic_arn for each in specs})
    if dry_run or not agreed(f"Make {counted(len(planned), 'change')}?", yes=yes):
        return
    for change in planned:
        watching.take(change)
    click.echo(f"Done: {counted(len(planned), 'change')}.")


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
