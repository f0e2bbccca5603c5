"""Deploy what was packaged as a CloudFormation stack, and take all of it away again.

``python -m tidegate.deployment.deploy up STAGE FOLDER --operator ROLE_ARN`` and ``down STAGE``.
Needs nothing but boto3 and credentials that may deploy.
"""

import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import boto3
import click
from botocore.exceptions import BotoCoreError, ClientError

from tidegate.arguments import held_to, named
from tidegate.commands.register import agreed
from tidegate.deployment.bucket import Bucket
from tidegate.deployment.gateway import admitting
from tidegate.deployment.leftovers import Leftover, gateway_role, left, registered_urls
from tidegate.deployment.names import ROLE, STAGE
from tidegate.deployment.shifting import is_shifted
from tidegate.deployment.stack import Change, Stack
from tidegate.exits import NOT_ASKED, UNDONE
from tidegate.scaling.autoscaling_api.registration import Registration, steps
from tidegate.scaling.autoscaling_api.site import Site
from tidegate.scaling.aws.clients import Clients
from tidegate.scaling.aws.registry import Registry
from tidegate.scaling.aws.rest_api import STACK_TAG
from tidegate.scaling.model.errors import TidegateError

__all__ = ["Deployment"]

ROLE_PARAMETER = "GatewayLogRole"
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
        self._bucket = Bucket(session, name, account, tags)
        self._session = session
        self._uploaded: tuple[str, ...] = ()

    def plan(self, folder: Path, operators: Sequence[str]) -> tuple[Change, ...]:
        """Upload the code and the template, and have CloudFormation say what it would change."""
        self._bucket.make()
        template = json.loads((folder / "template.json").read_text(encoding="utf-8"))
        code = self._bucket.put((folder / "deployment.zip").read_bytes(), ".zip")
        told = json.dumps(admitting(template, operators)).encode()
        # From the bucket: one that is sent along may have 51,200 bytes (CloudFormation quotas).
        named = self._bucket.put(told, ".json")
        self._uploaded = (code, named)
        parameters = {
            "CodeBucket": self._bucket.name,
            "CodeKey": code,
            ROLE_PARAMETER: self._gateway_log_role(),
        }
        watched = self.stack.quiet_alarms(SWEEP_ALARMS)
        return self.stack.plan(self._bucket.url_of(named), parameters, watched)

    def _gateway_log_role(self) -> str:
        """As it was decided when the stack was made; else by whether the account has a role."""
        before = self.stack.parameter(ROLE_PARAMETER)
        return before or ("existing" if gateway_role(self._session) else "create")

    def carry_out(self) -> str:
        """Do what was planned; the stage's URL. What an earlier deployment uploaded is removed."""
        self.stack.carry_out()
        return self.settle()

    def settle(self) -> str:
        """Note the stage's URL and remove what only earlier deployments needed; the URL."""
        url = (self.stack.output("EndpointURL") or "").rstrip("/")
        if url:
            self._bucket.note_url(url)
        self._bucket.keep_only(*self._uploaded)
        return url

    def down(self) -> tuple[Leftover, ...]:
        """Take back what Application Auto Scaling knows of the stage, then the stack, then the
        bucket; what is left. What is gone already is no error, so that it can be run again."""
        told = self.stack.output("EndpointURL")
        found = [*self._bucket.urls(), *registered_urls(self._session, self.stack.name)]
        for url in dict.fromkeys((told or "").rstrip("/") for told in [told, *found]):
            if url.startswith("https://"):
                _deregister(Site.at(url))
        self.stack.remove()
        self._bucket.remove()
        return left(self._session, self.stack.name)

    def sets_gateway_role(self) -> str | None:
        """The role of API Gateway that a stack of this stage has set, and that stays."""
        role = gateway_role(self._session)
        return role if role and f"role/{self.stack.name}-" in role else None


def _deregister(site: Site) -> None:
    registry = Registry(Clients(), site)
    for step in steps(registry.read(), Registration()):
        registry.take(step)


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
@click.argument("folder", type=click.Path(path_type=Path, exists=True))
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

    def deployed() -> None:
        deployment = Deployment(boto3.Session(), stage)
        changes = deployment.plan(folder, operators)
        for change in changes:
            click.echo(f"{'would ' if dry_run else ''}{change}")
        if not changes:
            click.echo("Nothing to change.")
        elif dry_run or not _is_agreed(deployment, len(changes), yes=yes):
            deployment.stack.drop_plan()
            return
        if is_shifted(changes):
            click.echo("The new code gets a tenth more of the requests each minute.")
        url = deployment.carry_out() if changes else deployment.settle()
        topic = deployment.stack.output("AlertsTopicArn")
        click.echo(f"The endpoint is at {url}")
        click.echo(f"Subscribe to Tidegate's own alarms at {topic}")

    _told(deployed)


def _is_agreed(deployment: Deployment, changes: int, *, yes: bool) -> bool:
    try:
        return agreed(f"Make these {changes} changes?", yes=yes)
    except SystemExit:
        deployment.stack.drop_plan()
        raise


@main.command("down")
@click.argument("stage", callback=held_to(STAGE))
def down(stage: str) -> None:
    """Take STAGE away: registrations, stack and bucket. Says what is left.

    Exit code 0: gone, but for what is meant to stay. 1: more is left. 3: AWS could not be asked.
    """

    def gone() -> None:
        deployment = Deployment(boto3.Session(), stage)
        found = deployment.down()
        role = deployment.sets_gateway_role()
        if role is not None:
            click.echo(f"Left: {role} (with it API Gateway writes logs, for the whole account)")
        for each in found:
            click.echo(f"Left: {each}")
        if not found and role is None:
            click.echo(f"Nothing is left of {stage}.")
        if any(each.why is None for each in found):
            raise SystemExit(UNDONE)

    _told(gone)


def _told(act: Callable[[], Any]) -> None:
    try:
        act()
    except (TidegateError, ClientError, BotoCoreError) as error:
        click.echo(str(error), err=True)
        raise SystemExit(NOT_ASKED) from None


if __name__ == "__main__":
    main()
