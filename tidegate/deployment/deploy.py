"""Deploy what was packaged as a CloudFormation stack, and take all of it away again.

``python -m tidegate.deployment.deploy up STAGE FOLDER --operator ROLE_ARN`` and ``down STAGE``.
Needs nothing but boto3 and credentials that may deploy.
"""

import json
from collections.abc import Callable, Sequence
from pathlib import Path

import boto3
import click
from botocore.exceptions import BotoCoreError, ClientError

from tidegate.arguments import held_to, named
from tidegate.commands.register import agreed
from tidegate.deployment.account import choices, gateway_role_of
from tidegate.deployment.bucket import Bucket
from tidegate.deployment.drawn import drawn, remove_drawn
from tidegate.deployment.failed_creation import is_plannable
from tidegate.deployment.gateway import admitting
from tidegate.deployment.leftovers import Leftover, left, registered_urls, registrations
from tidegate.deployment.names import ROLE, STAGE
from tidegate.deployment.package import ARCHIVE, TEMPLATE
from tidegate.deployment.packaged import packaged
from tidegate.deployment.shifting import is_shifted
from tidegate.deployment.stack import Change, Stack
from tidegate.deployment.worded import LastCall
from tidegate.exits import NOT_ASKED, UNDONE
from tidegate.folded import folded
from tidegate.scaling.aws.clients import Clients
from tidegate.scaling.aws.rest_api import STACK_TAG
from tidegate.scaling.model.errors import TidegateError
from tidegate.words import counted

__all__ = ["Deployment"]

SWEEP_ALARMS = ("SweepFails",)
"""The sweep has all of its one event a minute changed at once: CodeDeploy would have versions take
turns at deciding. Its alarm has CloudFormation take the whole update back."""


class Deployment:
    """One stage: its stack and the bucket that its code is uploaded to."""

    def __init__(self, session: boto3.Session, stage: str) -> None:
        account = session.client("sts").get_caller_identity()["Account"]
        name = f"tidegate-{stage}"
        tags = {STACK_TAG: name}
        self.stack = Stack(session, name, tags)
        self.bucket = Bucket(session, name, account, tags)
        self._session = session
        self._uploaded: tuple[str, ...] = ()

    def plan(self, folder: Path, operators: Sequence[str]) -> tuple[Change, ...]:
        """Upload the code and the template, and have CloudFormation say what it would change."""
        self.bucket.make()
        template = json.loads((folder / TEMPLATE).read_text(encoding="utf-8"))
        code = self.bucket.put((folder / ARCHIVE).read_bytes(), ".zip")
        told = json.dumps(admitting(template, operators)).encode()
        # From the bucket: one that is sent along may have 51,200 bytes (CloudFormation quotas).
        named = self.bucket.put(told, ".json")
        self._uploaded = (code, named)
        parameters = {
            "CodeBucket": self.bucket.name,
            "CodeKey": code,
            **choices(self._session, self.stack),
        }
        watched = self.stack.quiet_alarms(SWEEP_ALARMS)
        return self.stack.plan(self.bucket.url_of(named), parameters, watched)

    def carry_out(self) -> str:
        """Do what was planned; the stage's URL. What an earlier deployment uploaded is removed."""
        self.stack.carry_out()
        return self.settle()

    def settle(self) -> str:
        """Note the stage's URL and remove what only earlier deployments needed; the URL."""
        url = (self.stack.output("EndpointURL") or "").rstrip("/")
        if url:
            self.bucket.note_url(url)
        self.bucket.keep_only(*self._uploaded)
        return url

    def removals(self) -> tuple[str, ...]:
        """What ``down`` would take away, in words; empty where it is gone already."""
        stack = [f"stack {self.stack.name}"] if self.stack.status() is not None else []
        bucket = [f"bucket {self.bucket.name}"] if self.bucket.is_there() else []
        boards = [f"dashboard {each}" for each in drawn(self._session, self.stack.name)]
        return (
            *(str(step) for _, step in registrations(self._urls())),
            *(f"remove {each}" for each in [*stack, *boards, *bucket]),
        )

    def down(self) -> tuple[Leftover, ...]:
        """Take back what Application Auto Scaling knows of the stage, then stack, dashboards and
        bucket; what is left. What is gone already is no error, so that it can be run again."""
        for registry, step in registrations(self._urls()):
            registry.take(step)
        self.stack.remove()
        remove_drawn(self._session, self.stack.name)
        self.bucket.remove()
        return left(self._session, self.stack.name)

    def _urls(self) -> list[str]:
        """Each that the stage was ever reached at."""
        told = self.stack.output("EndpointURL") or ""
        found = [told, *self.bucket.urls(), *registered_urls(self._session, self.stack.name)]
        urls = dict.fromkeys(each.rstrip("/") for each in found)
        return [each for each in urls if each.startswith("https://")]

    def sets_gateway_role(self) -> str | None:
        """The role of API Gateway that a stack of this stage has set, and that stays."""
        return gateway_role_of(self._session, self.stack.name)


def _session() -> boto3.Session:
    """In the region that all of Tidegate's commands work in: boto3 itself does not read AWS_REGION.
    Raises Unreachable where none is set."""
    return boto3.Session(region_name=Clients().of("cloudformation").meta.region_name)


def _operators(_: click.Context, __: click.Parameter, value: str) -> tuple[str, ...]:
    """Roles with commas. Each is held to its grammar: one that matches nobody would be let in in
    name only, and nobody would know before the first incident."""
    arns = tuple(each.strip() for each in value.split(","))
    return tuple(named(ROLE, each) for each in arns)


@click.group()
def main() -> None:
    """Deploy a packaged app, or take it away."""


@main.command("up")
@click.argument("stage", callback=held_to(STAGE))
@click.argument("folder", type=click.Path(path_type=Path), callback=packaged)
@click.option(
    "--operator", "operators", required=True, callback=_operators,
    help="ARNs of the roles that may call by hand, with commas.",
)  # fmt: skip
@click.option("--dry-run", is_flag=True, help="Show the change set and change nothing.")
@click.option("--yes", is_flag=True, help="Do not ask for confirmation.")
def up(stage: str, folder: Path, operators: tuple[str, ...], dry_run: bool, yes: bool) -> None:
    """Deploy FOLDER (build/deploy) as STAGE, after its change set was shown.

    Exit code 0: deployed. 1: declined. 2: bad input. 3: AWS could not be asked, or took it back.
    """

    def deployed(session: boto3.Session) -> None:
        deployment = Deployment(session, stage)
        if not is_plannable(deployment.stack, dry_run=dry_run, yes=yes):
            return
        changes = deployment.plan(folder, operators)
        for change in changes:
            click.echo(folded(f"{'would ' if dry_run else ''}{change}"))
        if not changes:
            click.echo("Nothing to change.")
        elif dry_run or not _is_agreed(deployment, len(changes), yes=yes):
            _drop(deployment)
            return
        if is_shifted(changes):
            click.echo("The new code gets a tenth more of the requests each minute.")
        if changes:
            click.echo("Waiting for CloudFormation.")
        url = deployment.carry_out() if changes else deployment.settle()
        topic = deployment.stack.output("AlertsTopicArn")
        click.echo(f"The endpoint is at {url}")
        click.echo(f"Subscribe to Tidegate's own alarms at {topic}")

    _told(deployed)


def _is_agreed(deployment: Deployment, changes: int, *, yes: bool) -> bool:
    try:
        return agreed(f"Make {counted(changes, 'change')}?", yes=yes)
    except SystemExit:
        _drop(deployment)
        raise


def _drop(deployment: Deployment) -> None:
    """The bucket is kept: S3 may not give its name again at once (S3 user guide, deleting a
    bucket), and most dry runs are followed by a deployment."""
    deployment.stack.drop_plan()
    stays = f"What was uploaded stays in the bucket {deployment.bucket.name}"
    click.echo(folded(f"{stays} until the next deployment, or make destroy."), err=True)


@main.command("down")
@click.argument("stage", callback=held_to(STAGE))
@click.option("--dry-run", is_flag=True, help="Show what would be removed and change nothing.")
@click.option("--yes", is_flag=True, help="Do not ask for confirmation.")
def down(stage: str, dry_run: bool, yes: bool) -> None:
    """Take STAGE away: registrations, stack and bucket, after they were shown. Says what is left.

    Exit code 0: gone, but for what is meant to stay. 1: declined, or more is left. 2: bad input.
    3: AWS could not be asked.
    """

    def taken_away(session: boto3.Session) -> None:
        deployment = Deployment(session, stage)
        removals = deployment.removals()
        for removal in removals:
            click.echo(folded(f"{'would ' if dry_run else ''}{removal}"))
        if removals and (dry_run or not agreed(f"Take stage {stage} away?", yes=yes)):
            return
        found = deployment.down()
        if (role := deployment.sets_gateway_role()) is not None:
            words = "with it API Gateway writes logs, for the whole account"
            click.echo(folded(f"Left: {role} ({words})"))
        for each in found:
            click.echo(folded(f"Left: {each}"))
        if any(each.why is None for each in found):
            raise SystemExit(UNDONE)
        is_left = found or role is not None
        gone = f"Stage {stage} is gone; what is left is meant to stay."
        click.echo(gone if is_left else f"Nothing is left of {stage}.")

    _told(taken_away)


def _told(act: Callable[[boto3.Session], None]) -> None:
    call = LastCall()
    try:
        act(call.followed(_session()))
    except TidegateError as error:
        click.echo(str(error), err=True)
    except (ClientError, BotoCoreError) as error:
        click.echo(call.named(error), err=True)
    else:
        return
    raise SystemExit(NOT_ASKED)


if __name__ == "__main__":
    main()
