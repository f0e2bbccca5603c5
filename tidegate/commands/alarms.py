"""``tidegate alarms``: the recommended alarms of the pipelines of a file."""

from pathlib import Path

import click

from scaling.errors import TidegateError
from tidegate.commands.register import agreed
from tidegate.exits import leave

__all__ = ["command"]


@click.command("alarms")
@click.argument("file")
@click.option("--topic", help="ARN of the SNS topic to tell; default: the file's notices.")
@click.option("--remove", is_flag=True, help="Remove every alarm of the file instead.")
@click.option("--dry-run", is_flag=True, help="Show the plan and change nothing.")
@click.option("--yes", is_flag=True, help="Do not ask.")
def command(file: str, topic: str | None, remove: bool, dry_run: bool, yes: bool) -> None:
    """Put the alarms of every pipeline of FILE, each at the limit that its resources have now, and
    one composite alarm a pipeline that pages. Shows the plan first; removes what the file no longer
    names."""
    try:
        _alarms(file, topic, remove, dry_run, yes)
    except TidegateError as error:
        leave(error)


def _alarms(file: str, topic: str | None, remove: bool, dry_run: bool, yes: bool) -> None:
    from scaling.alarms import changes, wanted
    from scaling.aws.clients import Clients
    from scaling.aws.cloud import AwsCloud
    from scaling.aws.watching import Watching
    from tidegate.pipeline_file import load

    specs = load(file).pipelines
    clients = Clients()
    watching = Watching(clients, Path(file).name)
    cloud = AwsCloud(clients)
    want = () if remove else wanted([(cloud.describe(each), each) for each in specs], topic)
    planned = changes(watching.alarms([each.name for each in specs]), want)
    if not planned:
        click.echo("Nothing to do: the alarms are as they should be.")
        return
    for change in planned:
        click.echo(f"{'would ' if dry_run else ''}{change}")
    pages = topic or any(each.notices.sns_topic_arn for each in specs)
    if not remove and not pages:
        click.echo("No topic is named: the alarms show in the console and page nobody.", err=True)
    if dry_run or not agreed(f"Make these {len(planned)} changes?", yes=yes):
        return
    for change in planned:
        watching.take(change)
    click.echo(f"Done: {len(planned)} changes.")
